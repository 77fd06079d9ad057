import type { Draft } from '../draft.ts';
import type { Sighting } from '../report.ts';
import { stepId } from '../step-id.ts';
import type { Side, State, TcpState } from '../step.ts';

/** A state that follows from the segments, and whether its kernel was seen in it. */
export interface JudgedState {
  state: Draft<State>;
  /** Whether the kernel was seen in it, or said otherwise. */
  seen: boolean;
}

/**
 * What is told of a kernel’s state may come before what made it so: it is not judged until this long after, in microseconds.
 * Long, as on a busy machine packets wait in line, and what was told cannot be taken back.
 */
const PATIENCE_US = 1_000_000;

interface Told {
  /** What programs reported as such, in whatever order: it stands. */
  states: readonly State[];
  sightings: readonly Sighting[];
  /** Nothing more will be reported. */
  final: boolean;
  /** Microseconds since the run began. */
  now: number;
}

/**
 * Holds the states that follow from the segments against what the kernels said. A kernel may be seen late, so that it has
 * gone through states in which nobody saw it; where it was somewhere else altogether, or stayed behind, a step says so.
 * @param derived of both sides, in time order
 */
export function bearOut(derived: readonly Draft<State>[], told: Told): JudgedState[] {
  if (told.sightings.length === 0) return derived.map((state) => ({ state, seen: false }));
  return (['client', 'server'] as const).flatMap((side) => new SideOfKernel(side, derived, told).judge());
}

class SideOfKernel {
  readonly #side: Side;
  readonly #judged: JudgedState[];
  readonly #others: JudgedState[] = [];
  readonly #sightings: readonly Sighting[];
  readonly #judgeable: number;
  /** Where its kernel was before the first derived state. */
  readonly #start: TcpState;

  constructor(side: Side, derived: readonly Draft<State>[], { states, sightings, final, now }: Told) {
    this.#side = side;
    this.#judged = derived
      .filter((state) => state.side === side)
      .map((state) => ({ state: { ...state }, seen: false }));
    const reported = states.filter((state) => state.side === side);
    const last = reported.reduce<State | undefined>((a, b) => (a && a.at > b.at ? a : b), undefined);
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
    judged.seen = true;
    state.seenAt ??= at;
    if (expiresMs !== undefined) state.lastsMs ??= expiresMs;
  }

  #disagree(expected: TcpState, { state, at }: Sighting): void {
    const id = stepId(this.#side, 'disagreement', this.#others.length);
    const kind = 'state';
    const reason = 'state-follows-segment';
    const step = { kind, id, at, side: this.#side, from: expected, to: state, expected, seenAt: at, reason } as const;
    this.#others.push({ state: step, seen: true });
  }
}

/** A connection that is gone is answered by the listening socket, where there is one. */
function isSame(derived: TcpState, seen: TcpState): boolean {
  return derived === seen || (derived === 'CLOSED' && seen === 'LISTEN') || (derived === 'LISTEN' && seen === 'CLOSED');
}

/** In time order, each from where the one before ended. */
function chained(judged: JudgedState[]): JudgedState[] {
  judged.sort((a, b) => a.state.at - b.state.at);
  for (let index = 1; index < judged.length; index += 1) judged[index]!.state.from = judged[index - 1]!.state.to;
  return judged;
}
