import type { Side, State, Step, TcpState } from '../../../bridge/trace/step.ts';

/** How one end came into its state. */
export interface Move {
  side: Side;
  from: TcpState;
  to: TcpState;
  /** Where it is not an edge of the figure: what happened, and what was done. */
  other?: readonly [event: string, action: string];
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
  const other = to === 'CLOSED' ? endOf(byId.get(cause ?? ''), side) : undefined;
  return { side, from, to, ...(other && { other }) };
}

/** The figure leaves out how a connection ends by a RST (its note 3; §3.5.3, §3.6.1, §3.10.5). */
function endOf(step: Step | undefined, side: Side): Move['other'] {
  if (step?.kind === 'call' && step.name === 'reset') return ['ABORT', 'snd RST'];
  if (step?.kind !== 'segment') return undefined;
  if (step.flags.includes('RST')) return step.side === side ? ['CLOSE', 'snd RST'] : ['rcv RST', ''];
  return step.side !== side && step.length > 0 ? ['rcv data', 'snd RST'] : undefined;
}
