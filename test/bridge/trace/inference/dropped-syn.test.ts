import { expect, test } from 'vitest';
import type { Report } from '../../../../bridge/trace/report.ts';
import { call, captured, listening, sighting } from '../../../helpers/simulated/reports.ts';
import { path, toldCaptured as told } from '../../../helpers/simulated/told-captured.ts';
import { expectCausal, states } from '../../../helpers/trace-checks.ts';

/** The first SYN arrives, finds the queue full, and is dropped; the second is answered. */
const connecting: Report[] = [...listening, call('client', 'connect', 25, 2200)];
const dropped = captured('client', 'SYN', { seq: 0, sentAt: 60, arrivedAt: 90 });
const again = captured('client', 'SYN', { seq: 0, sentAt: 2000, arrivedAt: 2050 });
const answer = captured('server', 'SYN ACK', { seq: 0, ack: 1, sentAt: 2100, arrivedAt: 2150 });
const stayed = [sighting('server', 'LISTEN', 85), sighting('server', 'LISTEN', 95)];

test('a SYN that its kernel dropped changes no state', () => {
  const steps = told([...connecting, dropped, ...stayed]);
  expect(path(steps, 'server')).toBe('LISTEN');
});

test('the one that was answered does, and nothing is at odds', () => {
  const steps = told([...connecting, dropped, ...stayed, again, sighting('server', 'SYN_RCVD', 2060), answer]);
  expectCausal(steps);
  expect(path(steps, 'server')).toBe('LISTEN SYN_RCVD');
  expect(states(steps, 'server').at(-1)).toMatchObject({ at: 2050, evidence: 'observed' });
  expect(states(steps).filter(({ expected }) => expected !== undefined)).toEqual([]);
});

test('a kernel that was in LISTEN before the SYN came has not dropped it', () => {
  const steps = told([...connecting, again, sighting('server', 'LISTEN', 2040), answer]);
  expect(path(steps, 'server')).toBe('LISTEN SYN_RCVD');
});
