import type { Heard, Report, Sighting } from '../../../bridge/trace/report.ts';
import type { Call, CallName, Flag, Segment, Side, TcpState } from '../../../bridge/trace/step.ts';

/** A call as a source reports it. */
export function call(
  side: Side,
  name: CallName,
  startedAt: number,
  returnedAt?: number,
  more: Partial<Call> = {},
): Call {
  const id = more.id ?? `${side}.${name}`;
  const returned = returnedAt === undefined ? {} : { returnedAt, result: 'ok' };
  return {
    kind: 'call',
    side,
    evidence: 'observed',
    name,
    at: startedAt,
    startedAt,
    args: [],
    ...returned,
    ...more,
    id,
  };
}

export function heard(side: Side, at: number, what: Heard['what'], bytes = 0, payload = ''): Heard {
  return { kind: 'heard', id: `${side}.heard.${at}`, at, side, what, bytes, payload };
}

/** A segment as a capture reports it: `captured('client', 'SYN', …)`; without `arrivedAt` it was dropped. */
export function captured(
  from: Side,
  flags: string,
  facts: Pick<Segment, 'seq' | 'sentAt'> & Partial<Segment>,
): Segment {
  const { sentAt, arrivedAt } = facts;
  return {
    kind: 'segment',
    id: `${from}.${flags.replace(' ', '+')}.${sentAt}`,
    at: sentAt,
    side: from,
    from,
    evidence: 'captured',
    flags: flags.split(' ') as Flag[],
    length: 0,
    payload: '',
    fate: arrivedAt === undefined ? 'dropped' : 'delivered',
    ...facts,
  };
}

/** What a kernel reported about its end when it was asked. */
export function sighting(side: Side, state: TcpState, at: number, expiresMs?: number): Sighting {
  const expires = expiresMs === undefined ? {} : { expiresMs };
  return { kind: 'sighting', id: `${side}.sighting.${at}`, at, side, state, ...expires };
}

const NUMBER = { bytes: 2, payload: '0079' };
const REPLY = { bytes: 6, payload: 'c38d4d504152' };

export const listening: Report[] = [
  call('server', 'listen', -5000, -4900, { args: ['127.0.0.1:65432'] }),
  {
    kind: 'state',
    id: 'server.LISTEN',
    side: 'server',
    evidence: 'observed',
    at: -4900,
    from: 'CLOSED',
    to: 'LISTEN',
  },
];

/** What the client's socket reports of a plain run. */
export const plainClient: Report[] = [
  call('client', 'socket', 0, 20),
  call('client', 'connect', 25, 240),
  call('client', 'send', 300, 320, { id: 'client.send.0', ...NUMBER }),
  call('client', 'recv', 330, 520, { id: 'client.recv.0', ...REPLY }),
  heard('client', 515, 'data', 6, REPLY.payload),
  heard('client', 523, 'fin'),
  call('client', 'recv', 522, 525, { id: 'client.recv.1', bytes: 0, payload: '' }),
  call('client', 'close', 540, 550),
];

/** What the probe reports of the same run. */
export const plainServer: Report[] = [
  ...listening,
  call('server', 'accept', -4900, 260, { peer: '127.0.0.1:40001' }),
  call('server', 'recv', 260, 390, { id: 'server.recv.0', ...NUMBER }),
  heard('server', 390, 'data', 2, NUMBER.payload),
  call('server', 'send', 400, 420, { id: 'server.send.0', ...REPLY }),
  call('server', 'close', 430, 440),
];

/** The handshake of the same run, as a capture reports it. */
export const opening: Segment[] = [
  captured('client', 'SYN', { seq: 0, sentAt: 60, arrivedAt: 90 }),
  captured('server', 'SYN ACK', { seq: 0, ack: 1, sentAt: 120, arrivedAt: 150 }),
  captured('client', 'ACK', { seq: 1, ack: 1, sentAt: 180, arrivedAt: 200 }),
];

/** The number, the reply and the end of it. */
export const plainCaptured: Segment[] = [
  ...opening,
  captured('client', 'PSH ACK', { seq: 1, ack: 1, sentAt: 310, arrivedAt: 340, length: 2, payload: NUMBER.payload }),
  captured('server', 'ACK', { seq: 1, ack: 3, sentAt: 350, arrivedAt: 370 }),
  captured('server', 'PSH ACK', { seq: 1, ack: 3, sentAt: 410, arrivedAt: 500, length: 6, payload: REPLY.payload }),
  captured('server', 'FIN ACK', { seq: 7, ack: 3, sentAt: 435, arrivedAt: 505 }),
  captured('client', 'ACK', { seq: 3, ack: 7, sentAt: 503, arrivedAt: 520 }),
  captured('client', 'FIN ACK', { seq: 3, ack: 8, sentAt: 545, arrivedAt: 570 }),
  captured('server', 'ACK', { seq: 8, ack: 4, sentAt: 580, arrivedAt: 600 }),
];
