import type { Heard, Report } from '../../bridge/trace/report.ts';
import type { Call, CallName, Side } from '../../bridge/trace/step.ts';

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

/** What the client's socket tells of a plain run. */
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

/** What the probe tells of the same run. */
export const plainServer: Report[] = [
  ...listening,
  call('server', 'accept', -4900, 260, { peer: '127.0.0.1:40001' }),
  call('server', 'recv', 260, 390, { id: 'server.recv.0', ...NUMBER }),
  heard('server', 390, 'data', 2, NUMBER.payload),
  call('server', 'send', 400, 420, { id: 'server.send.0', ...REPLY }),
  call('server', 'close', 430, 440),
];
