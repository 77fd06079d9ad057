import type { Step } from '../../bridge/trace/step.ts';
import { isBeat, type Moment } from '../reading/moments.ts';
import { toneOf } from '../reading/segment-role.ts';

/**
 * What the cursor stops at: the beginning of a step, the return of a call that the viewer waits for, or the end of the
 * run. An arrival has no beat of its own: it lands while the next beat begins.
 */
export interface Beat {
  /** Unique in its run, and the same whatever else becomes known of the run. */
  id: string;
  /** How long it is shown at speed 1, in milliseconds. */
  ms: number;
  /** How long the silence before it is played at speed 1, in milliseconds. 0 if there was no silence worth noting. */
  waitMs: number;
}

/** Where a beat stands in its trace. */
export interface PlacedBeat extends Beat {
  what: 'begin' | 'return' | 'end';
  /** Microseconds since zero. */
  at: number;
  /** Absent at the end of the run. */
  step?: Step;
  /** Index of its moment among all moments: up to there, everything has passed. At the end it is the last one. */
  moment: number;
  /** Index of the step that began last. Not `step`, if that is a call that returns. */
  newest: number;
  phases: Phases;
}

/**
 * What a beat shows one after the other, each as the share of the beat at which it is over. The rest is what begins.
 *
 *     0 ── segments land ── land ── a call wakes ── wake ── the step itself: a segment flies, a band fills ── 1
 */
export interface Phases {
  /** What arrived since the last beat has landed. 0 if nothing arrived. */
  land: number;
  /** The call that returns has woken. The same as `land` if none does. */
  wake: number;
}

export const END_ID = 'end';
const END_MS = 300;
const RETURN_MS = 450;
const LANDING_MS = 250;
const WAKING_MS = 250;

/**
 * The beats of a trace, in the order of its moments. A beat depends on nothing that comes after it.
 * @param moments in order
 * @param isOver no more steps will come: the last beat is the end
 */
export function beatsOf(moments: readonly Moment[], isOver: boolean): PlacedBeat[] {
  const beats: PlacedBeat[] = [];
  // What the server did before the run may be hours old: that is no silence of this run.
  let last = 0;
  let newest = -1;
  let lands = false;
  moments.forEach((moment, index) => {
    const { what, step, time } = moment;
    lands ||= what === 'arrive';
    if (what === 'begin') newest = moment.index;
    if (!isBeat(moment)) return;
    const isReturn = what === 'return';
    const own = isReturn ? RETURN_MS : msOf(step);
    beats.push({
      id: isReturn ? `${step.id} returns` : step.id,
      ...timed(own, lands, isReturn ? WAKING_MS : 0),
      waitMs: waitOf(time - last),
      what: isReturn ? 'return' : 'begin',
      step,
      at: time,
      moment: index,
      newest,
    });
    last = Math.max(0, time);
    lands = false;
  });
  const moment = moments.length - 1;
  const at = moments[moment]?.time ?? 0;
  if (isOver) beats.push({ id: END_ID, ...timed(END_MS, lands, 0), waitMs: 0, what: 'end', at, moment, newest });
  return beats;
}

/** @param own milliseconds of what begins, of which the call wakes in the first `wakingMs` */
function timed(own: number, lands: boolean, wakingMs: number): { ms: number; phases: Phases } {
  const landingMs = lands ? LANDING_MS : 0;
  const ms = landingMs + own;
  return { ms, phases: { land: landingMs / ms, wake: (landingMs + wakingMs) / ms } };
}

/** A segment takes longest, because the picture shows it travel. */
function msOf(step: Step): number {
  if (step.kind === 'segment') return toneOf(step) === 'ack' ? 650 : 850;
  return step.kind === 'call' ? 450 : 280;
}

/** Microseconds. Shorter silences are not worth noting. */
const SILENCE_US = 200_000;
/** A silence is played this much faster than it was, so that one that was twice as long still takes twice as long. */
const SHORTENED = 0.15;
/** Milliseconds. */
const LONGEST_WAIT = 6000;

function waitOf(silenceUs: number): number {
  return silenceUs < SILENCE_US ? 0 : Math.min(LONGEST_WAIT, (silenceUs / 1000) * SHORTENED);
}
