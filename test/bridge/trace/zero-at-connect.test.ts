import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TraceBuilder } from '../../../bridge/trace/inference/trace-builder.ts';
import type { Report } from '../../../bridge/trace/report.ts';
import type { Step } from '../../../bridge/trace/step.ts';
import { endOfSteps, ZeroAtConnect } from '../../../bridge/trace/zero-at-connect.ts';
import { expectEqual } from '../../helpers/expect-equal.ts';
import { call, captured, heard, sighting } from '../../helpers/simulated/reports.ts';
import { calls, expectCausal } from '../../helpers/trace-checks.ts';

/** A run whose client calls connect() 1234.5 µs after the run began, as its sources stamp it. */
const REPORTS: readonly Report[] = [
  call('server', 'listen', -5000, -4990),
  call('server', 'accept', -4980),
  call('client', 'socket', 1200.1, 1210.2),
  call('client', 'connect', 1234.5),
  captured('client', 'SYN', { seq: 0, sentAt: 1300, arrivedAt: 1350.7 }),
  captured('server', 'SYN ACK', { seq: 0, ack: 1, sentAt: 1400, arrivedAt: 1450 }),
  captured('client', 'ACK', { seq: 1, ack: 1, sentAt: 1460, arrivedAt: 1500 }),
  call('client', 'connect', 1234.5, 1455),
  call('server', 'accept', -4980, 1510),
  sighting('server', 'ESTABLISHED', 1501),
  heard('server', 1600, 'data', 2, '0079'),
];

function told(reports: readonly Report[]): Step[] {
  const builder = new TraceBuilder();
  const zero = new ZeroAtConnect((report) => builder.report(report));
  for (const report of reports) zero.take(report);
  zero.end();
  return builder.steps({ captured: true, serverWatched: 'yes', final: true, now: 5000 - zero.us });
}

describe('the zero of a trace', () => {
  test('is the beginning of connect(); what came before it is negative', () => {
    const steps = told(REPORTS);
    expectCausal(steps);
    const at = (id: string) => steps.find((step) => step.id === id)!;
    expect(at('client.connect')).toMatchObject({ at: 0, startedAt: 0, returnedAt: 220.5 });
    expect(at('client.socket')).toMatchObject({ at: -34.4, startedAt: -34.4, returnedAt: -24.3 });
    expect(at('server.listen')).toMatchObject({ at: -6234.5, returnedAt: -6224.5 });
    expect(at('client.SYN.1300')).toMatchObject({ at: 65.5, sentAt: 65.5, arrivedAt: 116.2 });
  });

  test('is the same whatever source reports first, and nothing is told on another clock before', () => {
    const expected = told(REPORTS);
    // A source reports its own calls in order.
    const shuffled = fc.shuffledSubarray([...REPORTS], { minLength: REPORTS.length });
    fc.assert(
      fc.property(shuffled, (reports) => {
        const earlyTimes: number[] = [];
        const zero = new ZeroAtConnect(({ at }) => earlyTimes.push(at));
        for (const report of reports) {
          if (report.id === 'client.connect') break;
          zero.take(report);
        }
        expect(earlyTimes).toEqual([]);
        expectEqual(told(reports), expected);
      }),
    );
  });

  test('is the beginning of the run if the client never called connect()', () => {
    const steps = told(REPORTS.slice(0, 3));
    expect(steps.map(({ id, at }) => [id, at])).toContainEqual(['client.socket', 1200.1]);
  });

  test('is written into no report', () => {
    const frozen = REPORTS.map((report) => Object.freeze({ ...report }));
    expect(told(frozen)).toEqual(told(REPORTS));
  });

  test('comes after the listening that nobody saw, and that comes before the client’s socket()', () => {
    const unseen = REPORTS.filter(({ side, kind }) => side === 'client' || kind === 'segment');
    const names = calls(told(unseen)).map(({ side, name }) => `${side} ${name}`);
    expect(names.slice(0, 5)).toEqual([
      'server socket',
      'server bind',
      'server listen',
      'client socket',
      'client connect',
    ]);
  });
});

describe('the end of a trace', () => {
  test('is the last step, return or arrival', () => {
    expect(endOfSteps([])).toBe(0);
    expect(endOfSteps([call('server', 'listen', -9, -8)])).toBe(0);
    expect(endOfSteps([call('client', 'connect', 0, 70), call('server', 'accept', -9)])).toBe(70);
    expect(endOfSteps([call('client', 'close', 5, 6), captured('client', 'FIN ACK', { seq: 1, sentAt: 6 })])).toBe(6);
    expect(endOfSteps([captured('client', 'FIN ACK', { seq: 1, sentAt: 6, arrivedAt: 26 })])).toBe(26);
  });
});
