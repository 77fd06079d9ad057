import type { Draft } from '../draft-step.ts';
import type { Sighting } from '../report.ts';
import { stepId } from '../step-id.ts';
import type { Side, State, TcpState } from '../step.ts';
import type { Observations } from './observations.ts';

/** A state that follows from the segments, after a comparison with the kernel's reports. */
export interface JudgedState {
  state: Draft<State>;
  /** Whether the kernel was seen in this state. */
  isSeen: boolean;
}

/**
 * A kernel's state may be reported before the segment that caused it, so a state is judged only after this many
 * microseconds. The time is long because packets queue on a busy machine, and a step that a page has cannot be taken
 * back.
 */
const PATIENCE_US = 1_000_000;

/** States that programs reported are taken as true. */
type Reported = Pick<Observations, 'states' | 'sightings' | 'final' | 'now'>;

/**
 * Compares the states that follow from the segments with those that the kernels reported. A kernel may be seen late,
 * after it has passed through states that nobody saw. If it was in a different state, or stayed behind, a step reports
 * that.
 * @param derived of both sides, in time order
 */
export function compareWithKernel(derived: readonly Draft<State>[], reported: Reported): JudgedState[] {
  if (reported.sightings.length === 0) return derived.map((state) => ({ state, isSeen: false }));
  return (['client', 'server'] as const).flatMap((side) => new SideOfKernel(side, derived, reported).judge());
}

class SideOfKernel {
  readonly #side: Side;
  readonly #judged: JudgedState[];
  readonly #others: JudgedState[] = [];
  readonly #sightings: readonly Sighting[];
  readonly #judgeable: number;
  /** The kernel's state before the first derived one. */
  readonly #start: TcpState;

  constructor(side: Side, derived: readonly Draft<State>[], { states, sightings, final, now }: Reported) {
    this.#side = side;
    this.#judged = derived
      .filter((state) => state.side === side)
      .map((state) => ({ state: { ...state }, isSeen: false }));
    const known = states.filter((state) => state.side === side);
    const last = known.reduce<State | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);
    this.#start = last?.to ?? 'CLOSED';
    this.#sightings = sightings.filter((sighting) => sighting.side === side && sighting.at > (last?.at ?? -Infinity));
    this.#judgeable = final ? Infinity : now - PATIENCE_US;
  }

  judge(): JudgedState[] {
    let reached = -1;
    let strange: TcpState | undefined;
    for (const sighting of this.#sightings) {
      const due = this.#judged.findLastIndex(({ state }) => state.at <= sighting.at);
      if (due < 0 && isSame(this.#start, sighting.state)) continue;
      const index = this.#judged.findIndex(({ state }, at) => at >= reached && isSame(state.to, sighting.state));
      if (index >= 0) {
        this.#see(this.#judged[index]!, sighting);
        reached = index;
      }
      const known = strange === sighting.state;
      strange = (index < 0 || index < due) && sighting.at <= this.#judgeable ? sighting.state : undefined;
      if (strange && !known) this.#disagree(this.#judged[due]?.state.to ?? this.#start, sighting);
    }
    return chained([...this.#judged, ...this.#others]);
  }

  #see(judged: JudgedState, { at, expiresMs }: Sighting): void {
    const { state } = judged;
    judged.isSeen = true;
    state.seenAt ??= at;
    if (expiresMs !== undefined) state.lastsMs ??= expiresMs;
  }

  #disagree(expected: TcpState, { state, at }: Sighting): void {
    const id = stepId(this.#side, 'disagreement', this.#others.length);
    const kind = 'state';
    const reason = 'state-follows-segment';
    const step = { kind, id, at, side: this.#side, from: expected, to: state, expected, seenAt: at, reason } as const;
    this.#others.push({ state: step, isSeen: true });
  }
}

/** After a connection is gone, the kernel reports the listening socket in its place, if there is one. */
function isSame(derived: TcpState, seen: TcpState): boolean {
  return derived === seen || (derived === 'CLOSED' && seen === 'LISTEN') || (derived === 'LISTEN' && seen === 'CLOSED');
}

/** The states in time order. Each one begins in the state that the one before it led to. */
function chained(judged: readonly JudgedState[]): JudgedState[] {
  const inOrder = judged.toSorted((a, b) => a.state.at - b.state.at);
  return inOrder.map(({ state, isSeen }, index) => {
    const from = inOrder[index - 1]?.state.to ?? state.from;
    return { state: { ...state, from }, isSeen };
  });
}
