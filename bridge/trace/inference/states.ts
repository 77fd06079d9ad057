import type { Draft, WithAllPlaces } from '../draft-step.ts';
import { sortedBy } from '../sort-by-number.ts';
import { stepId } from '../step-id.ts';
import {
  type Call,
  isLastCall,
  otherSide,
  type Segment,
  type Side,
  type State,
  type TcpState,
  toTenths,
} from '../step.ts';
import { numberAfter } from '../tcp/sequence-number.ts';
import { Endpoint } from '../tcp/state-machine.ts';
import type { Observations } from './observations.ts';

/** An event that may change the state of one end. */
export type Moment = (
  | { what: 'sent' | 'received' | 'acknowledged'; segment: Segment }
  | { what: 'closed' | 'closing' | 'aborted' | 'expired'; segment?: undefined }
) & { at: number; side: Side; cause: string | undefined };

/** The states of both ends that follow from the segments by RFC 9293 §3.3.2. */
export function deriveStates(
  segments: readonly Segment[],
  seen: Observations,
  inferredCalls: readonly Call[],
): Draft<State>[] {
  const states: Draft<State>[] = [];
  const listen = seen.calls.server.find(isListen) ?? inferredCalls.find(isListen);
  if (listen && !seen.states.some(({ to }) => to === 'LISTEN'))
    states.push(draftState('server', 'CLOSED', 'LISTEN', listen.returnedAt ?? listen.at, listen.id, 0));
  const endpoints: Record<Side, Endpoint> = {
    client: new Endpoint('CLOSED'),
    server: new Endpoint(listen ? 'LISTEN' : 'CLOSED'),
  };
  return statesAfter(moments(segments, seen, inferredCalls), endpoints, states, seen.states);
}

/** Adds to `states` the changes that the moments make, in order. */
export function statesAfter(
  moments: readonly Moment[],
  endpoints: Readonly<Record<Side, Endpoint>>,
  states: Draft<State>[],
  seen: readonly State[] = [],
): Draft<State>[] {
  const lastAt = { client: -Infinity, server: -Infinity };
  for (const moment of moments) {
    const { at, side, cause } = moment;
    const endpoint = endpoints[side];
    const from = endpoint.state;
    const to = moment.segment ? endpoint[moment.what](moment.segment) : endpoint[moment.what]();
    if (to === from) continue;
    // Two changes of one end never have the same time: otherwise nobody could see their order.
    lastAt[side] = Math.max(at, toTenths(lastAt[side] + 0.1));
    const earlier = timesIn(states, side, to) + timesIn(seen, side, to);
    states.push(draftState(side, from, to, lastAt[side], cause, earlier));
  }
  return states;
}

/** How often that end entered that state. */
function timesIn(states: readonly Pick<State, 'side' | 'to'>[], side: Side, to: TcpState): number {
  let times = 0;
  for (const state of states) if (state.side === side && state.to === to) times += 1;
  return times;
}

function isListen({ name }: Call): boolean {
  return name === 'listen';
}

function moments(segments: readonly Segment[], seen: Observations, inferredCalls: readonly Call[]): Moment[] {
  const { calls, sightings } = seen;
  const all: Moment[] = [];
  // A close() that nobody saw may have been a shutdown(). If data were refused, no program was left to receive: a
  // close().
  const refused = dataRefused(segments, 'server');
  if (refused) all.push({ at: refused.arrivedAt!, side: 'server', cause: refused.id, what: 'closed' });
  for (const segment of segments) {
    const { from, sentAt, arrivedAt, id } = segment;
    all.push({ at: sentAt, side: from, cause: id, what: 'sent', segment });
    if (arrivedAt !== undefined && !isDropped(segment, segments, sightings))
      all.push({ at: arrivedAt, side: otherSide(from), cause: id, what: 'received', segment });
  }
  for (const ofSide of [calls.client, calls.server])
    for (const call of ofSide)
      if (isLastCall(call))
        all.push({ at: closedAt(call, sightings), side: call.side, cause: call.id, what: 'closed' });
  all.push(...kernelsThatGaveUp(segments, seen));
  if (sightings.length > 0)
    all.push(...momentsSeen(segments, sightings, [...calls.client, ...calls.server, ...inferredCalls]));
  return sortedBy(all, ({ at }) => at);
}

/** What no segment shows: a FIN that waits to be sent, a connection that was given up or forgotten. */
function momentsSeen(
  segments: readonly Segment[],
  sightings: Observations['sightings'],
  calls: readonly Call[],
): Moment[] {
  const all: Moment[] = [];
  for (const { state, at, side } of sightings) {
    const cause = endingBefore(calls, side, at);
    if (state === 'FIN_WAIT_1' || state === 'LAST_ACK') all.push({ at, side, cause, what: 'closing' });
    else if ((state === 'CLOSED' || state === 'LISTEN') && resetsAfter(segments, side, at))
      all.push({ at, side, cause, what: 'aborted' });
  }
  for (const side of ['client', 'server'] as const) {
    const waiting = sightings.findLast((sighting) => sighting.side === side && sighting.state === 'TIME_WAIT');
    if (waiting?.expiresMs === undefined) continue;
    const at = toTenths(waiting.at + waiting.expiresMs * 1000);
    if (sightings.some((later) => later.side === side && later.at >= at))
      all.push({ at, side, cause: undefined, what: 'expired' });
  }
  return all;
}

/**
 * A kernel that gives a connection up deletes it before the program learns of it, which is when a call fails (RFC 9293
 * §3.8.3). After ETIMEDOUT, the last time-out was the cause: that of the last segment to be acknowledged or answered.
 */
function kernelsThatGaveUp(segments: readonly Segment[], { calls, sightings }: Observations): Moment[] {
  return [...calls.client, ...calls.server].flatMap((call): Moment[] => {
    const { side, name, result, returnedAt: failedAt } = call;
    const isUnreachable = name === 'connect' && UNREACHABLE.has(result ?? '');
    if (failedAt === undefined || (result !== 'ETIMEDOUT' && !isUnreachable)) return [];
    const last = segments.findLast(
      (segment) =>
        segment.from === side && segment.sentAt <= failedAt && (numberAfter(segment) > segment.seq || segment.probe),
    );
    const seen = sightings.find(
      (sighting) =>
        sighting.side === side && sighting.state === 'CLOSED' && sighting.at > (last?.sentAt ?? call.startedAt),
    );
    const cause = (isUnreachable ? undefined : last?.id) ?? call.id;
    return [{ at: Math.min(failedAt, seen?.at ?? failedAt), side, cause, what: 'aborted' }];
  });
}

/** A connect() that fails so leaves no connection behind: a router or this host reported that there is no way. */
const UNREACHABLE: ReadonlySet<string> = new Set(['EHOSTUNREACH', 'ENETUNREACH']);

/** When the kernel closed the socket: not before it was last seen open during the call. */
function closedAt({ side, startedAt, returnedAt = startedAt }: Call, sightings: Observations['sightings']): number {
  if (sightings.length === 0) return startedAt;
  const open = sightings.findLast(
    (sighting) =>
      sighting.side === side && sighting.at > startedAt && sighting.at <= returnedAt && OPEN.has(sighting.state),
  );
  return open?.at ?? startedAt;
}

const OPEN: ReadonlySet<TcpState> = new Set(['ESTABLISHED', 'CLOSE_WAIT']);

/**
 * Whether a SYN arrived but was dropped: its kernel was seen in LISTEN afterwards, and had answered no SYN. Linux drops
 * a SYN if the queue of connections is full; RFC 9293 knows no such queue.
 */
function isDropped(
  { from, flags, arrivedAt }: Segment,
  segments: readonly Segment[],
  sightings: Observations['sightings'],
): boolean {
  if (sightings.length === 0 || from !== 'client' || !flags.includes('SYN') || arrivedAt === undefined) return false;
  const answer = segments.find((other) => other.from === 'server' && other.sentAt >= arrivedAt);
  return sightings.some(
    ({ side, state, at }) =>
      side === 'server' && state === 'LISTEN' && at >= arrivedAt && at < (answer?.sentAt ?? Infinity),
  );
}

/** The data that a kernel answered with its first RST, because its program had closed (RFC 9293 §3.6.1). */
function dataRefused(segments: readonly Segment[], side: Side): Segment | undefined {
  const reset = segments.find(({ from, flags }) => from === side && flags.includes('RST'));
  // A RST that a program asked for has ACK. One that answers a segment has none, and that segment's ack as seq
  // (§3.5.2).
  if (!reset || reset.flags.includes('ACK')) return undefined;
  const before = segments.filter(({ from, arrivedAt = Infinity }) => from !== side && arrivedAt <= reset.sentAt);
  const last = before.reduce<Segment | undefined>((a, b) => (a && a.arrivedAt! > b.arrivedAt! ? a : b), undefined);
  return last && last.length > 0 && last.ack === reset.seq ? last : undefined;
}

function resetsAfter(segments: readonly Segment[], side: Side, at: number): boolean {
  return segments.some(({ from, flags, sentAt }) => from === side && sentAt >= at && flags.includes('RST'));
}

/** The call that asked for the end, if the kernel was seen in the new state before its FIN or RST left. */
function endingBefore(calls: readonly Call[], side: Side, at: number): string | undefined {
  return calls.find((call) => call.side === side && ENDING.has(call.name) && call.startedAt <= at)?.id;
}

const ENDING: ReadonlySet<Call['name']> = new Set(['close', 'shutdown', 'reset', 'exit']);

export function draftState(
  side: Side,
  from: TcpState,
  to: TcpState,
  at: number,
  cause: string | undefined,
  earlier: number,
): Draft<State> {
  const id = stepId(side, to, earlier || undefined);
  // prettier-ignore
  const state: WithAllPlaces<State> = {
    kind: 'state', id, at, side, evidence: undefined, reason: 'state-follows-segment',
    from, to, cause, seenAt: undefined, expected: undefined, lastsMs: undefined,
  };
  return state as Draft<State>;
}
