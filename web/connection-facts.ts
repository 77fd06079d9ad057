import type { Side, Step } from '../bridge/trace/step.ts';

/** What a whole trace adds up to. */
export interface ConnectionFacts {
  segments: { captured: number; observed: number; inferred: number; all: number };
  /** Who sent the first FIN. */
  closedFirst?: Side;
  /** Who is left in TIME_WAIT. */
  waits?: Side;
  /** Bytes of data that each side's program handed to its kernel, or that segments carried. */
  up: number;
  down: number;
  hasReset: boolean;
  /** `host:port`, where a call told it. */
  clientAddress?: string;
}

export function factsOfConnection(steps: readonly Step[]): ConnectionFacts {
  const facts: ConnectionFacts = {
    segments: { captured: 0, observed: 0, inferred: 0, all: 0 },
    up: 0,
    down: 0,
    hasReset: false,
  };
  const last: Partial<Record<Side, string>> = {};
  for (const step of steps) {
    if (step.kind === 'state') last[step.side] = step.to;
    else if (step.kind === 'call' && step.name === 'accept' && step.peer !== undefined)
      facts.clientAddress ??= step.peer;
    else if (step.kind === 'segment') {
      facts.segments[step.evidence] += 1;
      facts.segments.all += 1;
      if (step.flags.includes('RST')) facts.hasReset = true;
      if (step.flags.includes('FIN')) facts.closedFirst ??= step.from;
      if (step.retransmissionOf === undefined) facts[step.from === 'client' ? 'up' : 'down'] += step.length;
    }
  }
  if (last.client === 'TIME_WAIT') facts.waits = 'client';
  if (last.server === 'TIME_WAIT') facts.waits = 'server';
  return facts;
}
