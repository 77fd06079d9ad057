import type { Side, State, Step, TcpState } from '../../../bridge/trace/step.ts';

/** How one end entered a state. */
export interface Move {
  side: Side;
  from: TcpState;
  to: TcpState;
  /** What happened and what the kernel did, if the move is not an edge of the figure. */
  other?: readonly [event: string, action: string];
}

/** The states of both ends at a step, and how they got there. */
export interface EndStates {
  client: TcpState;
  server: TcpState;
  /** In order. */
  moves: Move[];
}

/** What the state machine of each end has done up to the step at `cursor`. */
export function endStatesAt(steps: readonly Step[], cursor: number): EndStates {
  const ends: EndStates = { client: 'CLOSED', server: 'CLOSED', moves: [] };
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const step of steps.slice(0, cursor + 1)) {
    if (step.kind !== 'state') continue;
    ends[step.side] = step.to;
    // A state in which an end was found is no move.
    if (step.from !== step.to) ends.moves.push(moveOf(step, byId));
  }
  return ends;
}

function moveOf({ side, from, to, cause }: State, byId: ReadonlyMap<string, Step>): Move {
  const other = to === 'CLOSED' ? endOf(byId.get(cause ?? ''), side) : undefined;
  return { side, from, to, ...(other && { other }) };
}

/** The end of a connection that the figure leaves out: by a RST (its note 3; §3.5.3, §3.6.1, §3.10.5), or a time-out. */
function endOf(step: Step | undefined, side: Side): Move['other'] {
  if (step?.kind === 'call' && step.name === 'reset') return ['ABORT', 'snd RST'];
  if (step?.kind !== 'segment') return undefined;
  if (step.flags.includes('RST')) return step.side === side ? ['CLOSE', 'snd RST'] : ['rcv RST', ''];
  // Its last time-out (RFC 9293 §3.8.3): what this end sent itself ends nothing otherwise.
  if (step.side === side) return ['timeout', 'delete TCB'];
  return step.length > 0 ? ['rcv data', 'snd RST'] : undefined;
}
