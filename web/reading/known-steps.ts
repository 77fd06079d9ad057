import type { Call, Segment, State, Step } from '../../bridge/trace/step.ts';
import type { Moment } from './moments.ts';

/**
 * The part of a trace that is known when a moment has just passed. Two traces with the same moments up to there have the
 * same known part, whatever follows: this is why no part of the page can show what is still to come.
 *
 * - A step that has not begun is absent.
 * - A call that has not returned is blocked: it has no return, no result, and nothing that it brought.
 * - A segment that has not arrived is under way, and has woken nobody. One that the wire lost is lost at once, because
 *   that is where and when the link drops it.
 *
 * What a send() is given is its argument, not its result: it is known from the beginning.
 * @param moments all moments of the trace, in order
 * @param last index of the last moment that has passed
 */
export function knownSteps(moments: readonly Moment[], last: number): Step[] {
  const begun: Step[] = [];
  const ended = new Set<string>();
  for (const { what, step } of moments.slice(0, last + 1)) {
    if (what === 'begin') begun.push(step);
    else ended.add(step.id);
  }
  const now = moments[last]?.time ?? -Infinity;
  return begun.map((step) => asKnown(step, ended, now));
}

/** What is known of a step is the same object for as long as it is the same: what was made of it need not be made again. */
function asKnown(step: Step, ended: ReadonlySet<string>, now: number): Step {
  if (step.kind === 'call') return ended.has(step.id) ? step : blocked(step);
  if (step.kind === 'segment') return knownSegment(step, ended);
  return step.kind === 'state' && (step.seenAt ?? now) > now ? unseen(step) : step;
}

function withoutReturn(call: Call): Call {
  const {
    returnedAt: _returnedAt,
    result: _result,
    ready: _ready,
    value: _value,
    handshake: _handshake,
    range: _range,
    ...known
  } = call;
  const { bytes, payload, tls, peer, within, ...begun } = known;
  return {
    ...begun,
    ...(call.name === 'send' && {
      ...(bytes !== undefined && { bytes }),
      ...(payload !== undefined && { payload }),
      ...(tls && { tls }),
    }),
    ...(call.name === 'connect' && peer !== undefined && { peer }),
    ...(within && { within: { ...(within.startUs !== undefined && { startUs: within.startUs }) } }),
  };
}

function knownSegment(segment: Segment, ended: ReadonlySet<string>): Segment {
  if (!ended.has(segment.id)) return underway(segment);
  return segment.woke === undefined || ended.has(segment.woke) ? segment : arrivedOnly(segment);
}

function withoutWoke({ woke: _woke, ...arrived }: Segment): Segment {
  return arrived;
}

function stillOnItsWay(segment: Segment): Segment {
  const { arrivedAt: _arrivedAt, woke: _woke, estimated, repeats, fate, ...sent } = segment;
  return {
    ...sent,
    ...((estimated === 'sentAt' || estimated === 'both') && { estimated: 'sentAt' as const }),
    ...(fate === 'held' && repeats !== undefined && { repeats }),
    // What became of a segment of which nothing more was seen is known only at the end.
    fate: fate === 'delivered' || fate === 'unknown' ? 'underway' : fate,
  };
}

function withoutSighting({ seenAt: _seenAt, ...state }: State): State {
  return state;
}

/** The same function, which makes only one object of each step. */
function once<Kind extends Step>(make: (step: Kind) => Kind): (step: Kind) => Kind {
  const made = new WeakMap<Kind, Kind>();
  return (step) => {
    const known = made.get(step) ?? make(step);
    made.set(step, known);
    return known;
  };
}

const blocked = once(withoutReturn);
const underway = once(stillOnItsWay);
const arrivedOnly = once(withoutWoke);
const unseen = once(withoutSighting);
