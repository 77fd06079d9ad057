import { otherSide, toTenths, type Draft } from './draft.ts';
import type { Seen } from './infer.ts';
import { Endpoint } from './state-machine.ts';
import { stepId } from './step-id.ts';
import type { Call, Segment, Side, State, TcpState } from './step.ts';

/** A segment leaves one end or arrives at the other; without a segment: the client gives up what it began. */
interface Moment {
  at: number;
  side: Side;
  cause: string;
  segment?: Segment;
}

/** The states of both ends, as RFC 9293 §3.3.2 has them follow from the segments. */
export function deriveStates(segments: readonly Segment[], seen: Seen, inferredCalls: readonly Call[]): Draft<State>[] {
  const states: Draft<State>[] = [];
  const listen = [...seen.calls.server, ...inferredCalls].find(({ name }) => name === 'listen');
  if (listen && !seen.states.some(({ to }) => to === 'LISTEN'))
    states.push(draftState('server', 'CLOSED', 'LISTEN', listen.returnedAt ?? listen.at, listen.id, 0));
  const endpoints: Record<Side, Endpoint> = {
    client: new Endpoint('CLOSED'),
    server: new Endpoint(listen ? 'LISTEN' : 'CLOSED'),
  };
  const lastAt = { client: -Infinity, server: -Infinity };
  for (const { at, side, cause, segment } of moments(segments, seen.calls.client)) {
    const endpoint = endpoints[side];
    const from = endpoint.state;
    if (!segment) endpoint.abandoned();
    else if (segment.from === side) endpoint.sent(segment);
    else endpoint.received(segment);
    const to = endpoint.state;
    if (to === from) continue;
    // Two changes of one end never share a moment: their order could not be told.
    lastAt[side] = Math.max(at, toTenths(lastAt[side] + 0.1));
    const before = (state: { side: Side; to: TcpState }): boolean => state.side === side && state.to === to;
    const earlier = states.filter(before).length + seen.states.filter(before).length;
    states.push(draftState(side, from, to, lastAt[side], cause, earlier));
  }
  return states;
}

function moments(segments: readonly Segment[], clientCalls: readonly Call[]): Moment[] {
  const all: Moment[] = [];
  for (const segment of segments) {
    const { from, sentAt, arrivedAt, id } = segment;
    all.push({ at: sentAt, side: from, cause: id, segment });
    if (arrivedAt !== undefined) all.push({ at: arrivedAt, side: otherSide(from), cause: id, segment });
  }
  const end = clientCalls.find(({ name }) => name === 'close' || name === 'reset');
  if (end) all.push({ at: end.startedAt, side: 'client', cause: end.id });
  return all.sort((a, b) => a.at - b.at);
}

function draftState(
  side: Side,
  from: TcpState,
  to: TcpState,
  at: number,
  cause: string,
  earlier: number,
): Draft<State> {
  const id = stepId(side, to, earlier || undefined);
  return { kind: 'state', id, at, side, from, to, cause, reason: 'state-follows-segment' };
}
