import type { Step } from '../../../../bridge/trace/step.ts';
import { arrivalsIn, flightOf, landingOf, wayOf, type Flight } from './flight.ts';
import type { Layout } from './layout.ts';
import { freshAt, playedAt, type Phases, type Played } from './phases.ts';
import { UNDERWAY, type SegmentShape } from './segment-shapes.ts';

type Way = NonNullable<ReturnType<typeof wayOf>>;

/** What the picture shows of the beat under the cursor, and in which order. */
export interface Beat {
  /** How many moments have passed with it. */
  until: number;
  /** Place among all moments of its own moment. */
  own: number;
  /** The segments that arrived with it: they land before anything else of it is seen. */
  landing: readonly Way[];
  /** Whether a call wakes. */
  wakes: boolean;
  /** The segment that it sends. */
  flying: Way | undefined;
  /** The segment that it sends has a tip that moves by itself: the run goes on, and it is still under way. */
  hasTip: boolean;
  /** The segments that fly or land, by their ids. */
  moving: ReadonlySet<string>;
  isState: boolean;
  /** The place among all moments at which each segment arrives, by its id. */
  arrivals: ReadonlyMap<string, number>;
}

/**
 * @param until how many moments have passed; infinite at the end of the run
 * @param isGoingOn the newest step is sent just now, though all that is known is shown
 */
export function beatAt(layout: Layout, until: number, current: Step | undefined, isGoingOn: boolean): Beat {
  const { from, own } = freshAt(layout, until);
  const landing = layout.moments.slice(from, own).flatMap(({ what, step }) => {
    const way = what === 'arrive' ? wayOf(layout, step) : undefined;
    return way ? [way] : [];
  });
  // At the end of a run no step begins.
  const flying = until !== Infinity || isGoingOn ? wayOf(layout, current) : undefined;
  const hasTip = isGoingOn && flying?.step.fate === 'underway';
  const flown = flying && !hasTip ? [flying] : [];
  return {
    ...{ until, own, landing, flying, hasTip, arrivals: arrivalsIn(layout) },
    moving: new Set([...landing, ...flown].map(({ step }) => step.id)),
    wakes: layout.wakes.some(({ order }) => order === own),
    isState: current?.kind === 'state',
  };
}

/** A beat while it is played. */
export interface PlayedBeat extends Played {
  phase: 'land' | 'wake' | 'fly' | 'fall' | 'fill' | undefined;
  /** How many moments are seen: what the beat itself is waits for the landing, and the return of a call for its waking. */
  passed: number;
  flight: Flight;
}

/** @param progress of the beat, 0 to 1 */
export function playBeat(beat: Beat, progress: number, phases: Phases): PlayedBeat {
  const played = playedAt(progress, phases);
  const flight = flightOf(beat.flying?.step.fate ?? 'unknown', played.own);
  const phase = phaseOf(beat, played, flight);
  const isBefore = phase === 'land' || phase === 'wake';
  const arrival = flight.share < 1 ? beat.arrivals.get(beat.flying?.step.id ?? '') : undefined;
  return { ...played, phase, flight, passed: Math.min(beat.until, isBefore ? beat.own : (arrival ?? Infinity)) };
}

function phaseOf({ landing, wakes, flying, isState }: Beat, played: Played, flight: Flight): PlayedBeat['phase'] {
  if (played.landed < 1 && landing.length > 0) return 'land';
  if (played.woken < 1 && wakes) return 'wake';
  if (played.own === 1) return undefined;
  if (flying) return flying.step.fate === 'dropped' && flight.share === 1 ? 'fall' : 'fly';
  return isState ? 'fill' : undefined;
}

/**
 * The share of its way that a segment is drawn to have gone. It has not arrived before its arrival has passed.
 * @param played is asked only for a segment that moves, so that the others need not be drawn again in each frame
 */
export function shareGone(
  { step: { id }, order }: Pick<SegmentShape, 'step' | 'order'>,
  { until, moving, flying, arrivals }: Beat,
  played: () => PlayedBeat,
): number {
  if (order >= until) return 1;
  const isAhead = (arrivals.get(id) ?? -Infinity) >= until;
  const rest = isAhead ? UNDERWAY : 1;
  if (!moving.has(id)) return rest;
  const { phase, landed, flight } = played();
  if (id === flying?.step.id) return rest * flight.share;
  return phase === 'land' ? landingOf(landed).share : rest;
}
