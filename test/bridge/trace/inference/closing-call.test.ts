import { expect, test } from 'vitest';
import type { Report } from '../../../../bridge/trace/report.ts';
import type { TcpState } from '../../../../bridge/trace/step.ts';
import { call, captured, listening, opening, sighting } from '../../../helpers/simulated/reports.ts';
import { path, toldCaptured as told } from '../../../helpers/simulated/told-captured.ts';
import { states } from '../../../helpers/trace-checks.ts';

/** A server that reads nothing and closes; bytes arrive while it is in close(). */
const run = (whileClosing: TcpState): Report[] => [
  ...listening,
  call('client', 'connect', 25, 240),
  call('client', 'send', 300, 320, { id: 'client.send.0', bytes: 2, payload: '0079' }),
  call('server', 'accept', -4900, 260, { peer: '127.0.0.1:40001' }),
  call('server', 'close', 330, 350),
  ...opening,
  sighting('server', 'ESTABLISHED', 205),
  captured('client', 'PSH ACK', { seq: 1, ack: 1, sentAt: 310, arrivedAt: 340, length: 2, payload: '0079' }),
  sighting('server', whileClosing, 342),
  captured('server', 'RST ACK', { seq: 1, ack: 3, sentAt: 360, arrivedAt: 380 }),
  sighting('server', 'CLOSED', 361),
];
const PATH = 'LISTEN SYN_RCVD ESTABLISHED CLOSED';

test('a kernel that was seen open in the middle of close() closed only then', () => {
  const steps = told(run('ESTABLISHED'));
  expect(path(steps, 'server')).toBe(PATH);
  expect(states(steps).filter(({ expected }) => expected !== undefined)).toEqual([]);
});

test('one that was not had closed before the bytes came', () => {
  const steps = told(run('CLOSED'));
  expect(path(steps, 'server')).toBe(PATH);
  expect(states(steps, 'server').at(-1)!.at).toBe(340);
});
