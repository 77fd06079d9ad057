import type { Draft } from '../draft-step.ts';
import { sortedBy } from '../sort-by-number.ts';
import { otherSide, type Reason, type Segment, type Side, type State, type TcpState, toTenths } from '../step.ts';
import { Endpoint } from '../tcp/state-machine.ts';
import { draftState, type Moment, statesAfter } from './states.ts';

/** How an end was when its first segment was seen, and the reason, if it was not CLOSED. */
interface Beginning {
  state: TcpState;
  reason?: Reason;
}

/**
 * The states of both ends of a connection of which nothing is known but its segments, by RFC 9293 §3.3.2. Nobody saw a
 * program: no call is inferred.
 * @param segments in the order of capture
 */
export function draftStatesOfCapture(segments: readonly Segment[]): Draft<State>[] {
  if (segments.length === 0) return [];
  const begins = beginnings(segments);
  const states: Draft<State>[] = [];
  const endpoint = (side: Side): Endpoint => {
    const { state, reason } = begins[side];
    if (reason !== undefined)
      states.push({ ...draftState(side, 'CLOSED', state, firstMoment(segments, side), undefined, 0), reason });
    return new Endpoint(state, state === 'SYN_RCVD' ? 1 : segments.find(({ from }) => from !== side)?.seq);
  };
  const endpoints = { client: endpoint('client'), server: endpoint('server') };
  return statesAfter(momentsOf(segments), endpoints, states);
}

function beginnings(segments: readonly Segment[]): Record<Side, Beginning> {
  const sent = (side: Side, isMeant: (segment: Segment) => boolean): boolean =>
    segments.some((segment) => segment.from === side && isMeant(segment));
  const clientSyn = sent('client', isSyn);
  const serverSyn = sent('server', isSyn);
  const answered = sent('server', ({ flags }) => flags.includes('SYN') && flags.includes('ACK'));
  const onlyAsked = !segments.some(({ flags }) => !flags.includes('SYN') && !flags.includes('RST'));
  const before = (state: TcpState): Beginning => ({ state, reason: 'began-before-capture' });
  if (clientSyn && (serverSyn || (onlyAsked && !answered)))
    return { client: { state: 'CLOSED' }, server: { state: 'CLOSED' } };
  if (clientSyn && answered)
    return { client: { state: 'CLOSED' }, server: { state: 'LISTEN', reason: 'answered-a-syn' } };
  if (answered) return { client: before('SYN_SENT'), server: before('SYN_RCVD') };
  return { client: before('ESTABLISHED'), server: before('ESTABLISHED') };
}

function isSyn({ flags }: Segment): boolean {
  return flags.includes('SYN') && !flags.includes('ACK');
}

/** Just before anything else is known of an end. */
function firstMoment(segments: readonly Segment[], side: Side): number {
  let first = Infinity;
  for (const { from, sentAt, arrivedAt = Infinity } of segments)
    first = Math.min(first, from === side ? sentAt : arrivedAt);
  return toTenths((Number.isFinite(first) ? first : (segments[0]?.sentAt ?? 0)) - 0.1);
}

function momentsOf(segments: readonly Segment[]): Moment[] {
  const moments: Moment[] = [];
  for (const segment of segments) {
    const { from: side, id: cause, sentAt, arrivedAt } = segment;
    moments.push({ what: 'acknowledged', at: sentAt, side, cause, segment });
    moments.push({ what: 'sent', at: sentAt, side, cause, segment });
    if (arrivedAt !== undefined)
      moments.push({ what: 'received', at: arrivedAt, side: otherSide(side), cause, segment });
  }
  return sortedBy(moments, ({ at }) => at);
}
