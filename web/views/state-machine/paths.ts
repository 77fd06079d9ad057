import type { Side, Step, TcpState } from '../../../bridge/trace/step.ts';
import { targetOf, type Node } from './edges.ts';
import { endStatesAt } from './end-states.ts';

/** The way of one end through the states, up to a step. */
export interface Path {
  side: Side;
  /** The state now. */
  state: TcpState;
  /** The states that led there, and the state itself, in order. */
  nodes: Node[];
  /** Whether this end made the newest move of both. */
  isLast: boolean;
}

/** The ways of both ends up to the step at `cursor`. */
export function pathsAt(steps: readonly Step[], cursor: number): Path[] {
  const reached = endStatesAt(steps, cursor);
  return (['client', 'server'] as const).map((side) => {
    const moves = reached.moves.filter((move) => move.side === side);
    const first = moves[0]?.from ?? reached[side];
    return {
      side,
      state: reached[side],
      nodes: [first, ...moves.map(({ from, to }) => targetOf(from, to))],
      isLast: moves.length > 0 && reached.moves.at(-1) === moves.at(-1),
    };
  });
}
