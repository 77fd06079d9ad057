import type { Segment, Side, State, Step, TcpState } from '../../../bridge/trace/step.ts';

/** How one end came into its state. */
export interface Move {
  side: Side;
  from: TcpState;
  to: TcpState;
  /** Whether this end sent the RST that ended it, or got it; absent where it ended otherwise. */
  reset?: 'snd RST' | 'rcv RST';
}

/** Where both ends stand at a step, and how they came there. */
export interface Standing {
  client: TcpState;
  server: TcpState;
  /** In the order in which they were made. */
  moves: Move[];
}

/** What the state machine of each end has done up to the step at `cursor`. */
export function standingAt(steps: readonly Step[], cursor: number): Standing {
  const standing: Standing = { client: 'CLOSED', server: 'CLOSED', moves: [] };
  const byId = new Map(steps.map((step) => [step.id, step]));
  for (const step of steps.slice(0, cursor + 1)) {
    if (step.kind !== 'state') continue;
    standing[step.side] = step.to;
    standing.moves.push(moveOf(step, byId));
  }
  return standing;
}

function moveOf({ side, from, to, cause }: State, byId: ReadonlyMap<string, Step>): Move {
  const step = byId.get(cause ?? '');
  const isReset = step?.kind === 'segment' && (step as Segment).flags.includes('RST');
  return { side, from, to, ...(isReset && { reset: step.side === side ? 'snd RST' : 'rcv RST' }) };
}
