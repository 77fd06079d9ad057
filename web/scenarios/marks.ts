import type { CallName, Flag, Segment, Side, Step, TcpState } from '../../bridge/trace/step.ts';

/**
 * A point in a run: the first beat that matches, or the nth. Whether a beat matches depends on nothing that comes after
 * it, so a mark is found at the same beat while the run is played as afterwards.
 */
export interface Mark {
  what: 'begin' | 'return';
  matches: (step: Step) => boolean;
  /** Counted from 1. The first by default. */
  nth?: number;
}

interface MarkedBeat {
  id: string;
  what: 'begin' | 'return' | 'end';
  step?: Step;
}

/** The id of the beat at the mark. Undefined if the run has not come there. */
export function beatAt({ what, matches, nth = 1 }: Mark, beats: readonly MarkedBeat[]): string | undefined {
  let left = nth;
  return beats.find((beat) => beat.what === what && beat.step && matches(beat.step) && --left === 0)?.id;
}

/** A segment of this side is sent, with this flag; or with data; or with an acknowledgment and nothing else. */
export function sent(from: Side, kind: 'SYN' | 'FIN' | 'RST' | 'data' | 'ACK' | 'any', nth?: number): Mark {
  const isOfKind = ({ flags, length, duplicateOf }: Segment): boolean => {
    if (duplicateOf !== undefined) return false;
    if (kind === 'any') return true;
    if (kind === 'data') return length > 0;
    return kind === 'ACK' ? length === 0 && flags.join() === 'ACK' : flags.includes(kind satisfies Flag);
  };
  return on((step) => step.kind === 'segment' && step.from === from && isOfKind(step), nth);
}

/** This side's kernel ends the connection: a FIN or a RST. */
export function ends(from: Side): Mark {
  return on((step) => step.kind === 'segment' && step.from === from && step.flags.some((flag) => ENDING.has(flag)));
}
const ENDING: ReadonlySet<Flag> = new Set(['FIN', 'RST']);

/** A kernel sends a segment again. */
export const sentAgain = on((step) => step.kind === 'segment' && step.retransmissionOf !== undefined);

export function called(side: Side, name: CallName, nth?: number): Mark {
  return on((step) => step.kind === 'call' && step.side === side && step.name === name, nth);
}

/** A call returns to this side's program. `bytes`: only with so many. */
export function returned(side: Side, name: CallName, bytes?: number): Mark {
  return {
    what: 'return',
    matches: (step) =>
      step.kind === 'call' && step.side === side && step.name === name && (bytes === undefined || step.bytes === bytes),
  };
}

/** This side, or either, comes into a state. */
export function became(to: TcpState, side?: Side): Mark {
  return on((step) => step.kind === 'state' && step.to === to && (side === undefined || step.side === side));
}

/** Whatever begins and matches. */
export function on(matches: (step: Step) => boolean, nth?: number): Mark {
  return { what: 'begin', matches, ...(nth !== undefined && { nth }) };
}
