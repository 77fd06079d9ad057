import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../../bridge/trace/report.ts';
import type { Step } from '../../../../bridge/trace/step.ts';
import { TraceBuilder } from '../../../../bridge/trace/inference/trace-builder.ts';
import { call, heard, listening, plainClient, plainServer } from '../../../helpers/simulated/reports.ts';
import { calls, expectCausal, segmentNames, segments, states } from '../../../helpers/trace-checks.ts';

function told(
  reports: readonly Report[],
  options: { serverWatched?: 'yes' | 'no' | 'pending'; final?: boolean; now?: number } = {},
): Step[] {
  const trace = new TraceBuilder();
  for (const report of reports) trace.report(report);
  const steps = trace.steps({ serverWatched: 'yes', final: true, now: 1_000, ...options });
  expectCausal(steps);
  return steps;
}

const toStates = (steps: Step[], side: 'client' | 'server'): string[] => states(steps, side).map(({ to }) => to);

describe('a plain run, both ends watched', () => {
  const steps = told([...plainClient, ...plainServer]);

  test('has the segments that must have crossed the wire, and no other', () => {
    expect(segmentNames(steps)).toEqual([
      'client SYN',
      'server SYN ACK',
      'client ACK',
      'client PSH ACK',
      'server PSH ACK',
      'server FIN ACK',
      'client FIN ACK',
      'server ACK',
    ]);
  });

  test('numbers them as TCP does', () => {
    expect(segments(steps).map(({ seq, ack, length }) => [seq, ack, length])).toEqual([
      [0, undefined, 0],
      [0, 1, 0],
      [1, 1, 0],
      [1, 1, 2],
      [1, 3, 6],
      [7, 3, 0],
      [3, 8, 0],
      [8, 4, 0],
    ]);
  });

  test('goes through the states of RFC 9293, TIME_WAIT on the side that closed first', () => {
    expect(toStates(steps, 'client')).toEqual(['SYN_SENT', 'ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
    expect(toStates(steps, 'server')).toEqual(['LISTEN', 'SYN_RCVD', 'ESTABLISHED', 'FIN_WAIT_1', 'TIME_WAIT']);
  });

  test('infers no call that a source saw, and socket() and bind() before listen()', () => {
    const inferred = calls(steps).filter(({ evidence }) => evidence === 'inferred');
    expect(inferred.map(({ name }) => name)).toEqual(['socket', 'bind']);
    expect(
      calls(steps)
        .map(({ name }) => name)
        .slice(0, 4),
    ).toEqual(['socket', 'bind', 'listen', 'accept']);
  });

  test('keeps accept() blocked from before the SYN until after the third segment', () => {
    const accept = calls(steps).find(({ name }) => name === 'accept')!;
    const [syn, , ack] = segments(steps);
    expect(accept.startedAt).toBeLessThan(syn!.sentAt);
    expect(accept.returnedAt).toBeGreaterThan(ack!.arrivedAt!);
    expect(ack!.woke).toBe(accept.id);
  });

  test('links each arrival to the call that it woke', () => {
    expect(segments(steps).map(({ woke }) => woke)).toEqual([
      undefined,
      'client.connect',
      'server.accept',
      'server.recv.0',
      'client.recv.0',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

test('whatever order the sources report in, the trace is the same', () => {
  const reports = [...plainClient, ...plainServer];
  const expected = told(reports);
  fc.assert(
    fc.property(fc.shuffledSubarray(reports, { minLength: reports.length }), (shuffled) => {
      expect(told(shuffled)).toEqual(expected);
    }),
  );
});

test('a call that was told as blocked and then as returned is told once', () => {
  const blocked = call('client', 'recv', 330, undefined, { id: 'client.recv.0' });
  expect(told([...plainClient, blocked, ...plainServer])).toEqual(told([...plainClient, ...plainServer]));
  expect(told([blocked, ...plainClient, ...plainServer])).toEqual(told([...plainClient, ...plainServer]));
});

test('whatever part of the reports there is, the trace is causal', () => {
  const reports = [...plainClient, ...plainServer, heard('client', 530, 'rst'), call('server', 'shutdown', 425, 426)];
  fc.assert(
    fc.property(
      fc.subarray(reports),
      fc.constantFrom('yes', 'no', 'pending'),
      fc.boolean(),
      (some, serverWatched, final) => {
        told(some, { serverWatched, final });
      },
    ),
    { numRuns: 1000 },
  );
});

test('of a server that nobody watches, only what its bytes and its end prove is inferred', () => {
  const steps = told(plainClient, { serverWatched: 'no' });
  const server = calls(steps).filter(({ side }) => side === 'server');
  expect(server.map(({ name }) => name)).toEqual(['socket', 'bind', 'listen', 'accept', 'send', 'close']);
  expect(server.every(({ evidence, reason }) => evidence === 'inferred' && reason !== undefined)).toBe(true);
  expect(segmentNames(steps)).toHaveLength(8);
  expect(toStates(steps, 'server').at(-1)).toBe('TIME_WAIT');
});

test('while reports of a watched server may yet come, none of its calls is inferred', () => {
  const steps = told(plainClient, { serverWatched: 'pending', final: false });
  expect(
    calls(steps).filter(({ side, name }) => side === 'server' && ['accept', 'send', 'close'].includes(name)),
  ).toEqual([]);
});

test('refused: a SYN, a RST, and no state beyond SYN_SENT', () => {
  const steps = told([
    call('client', 'socket', 0, 20),
    call('client', 'connect', 25, 90, { result: 'ECONNREFUSED' }),
    call('client', 'close', 95, 99),
  ]);
  expect(segmentNames(steps)).toEqual(['client SYN', 'server RST ACK']);
  expect(toStates(steps, 'client')).toEqual(['SYN_SENT', 'CLOSED']);
  expect(toStates(steps, 'server')).toEqual([]);
});

test('nobody answers: a SYN of which nothing tells that it arrived, given up without a segment', () => {
  const steps = told([
    call('client', 'socket', 0, 20),
    call('client', 'connect', 25, 900, { result: 'ECANCELED' }),
    call('client', 'close', 890, 899),
  ]);
  expect(segments(steps)).toMatchObject([{ flags: ['SYN'], fate: 'unknown' }]);
  expect(toStates(steps, 'client')).toEqual(['SYN_SENT', 'CLOSED']);
});

test('the client resets: one RST, no FIN, both ends closed', () => {
  const steps = told([
    ...plainClient.filter(({ at }) => at < 330),
    call('client', 'reset', 600, 610),
    ...listening,
    call('server', 'accept', -4900, 260),
    call('server', 'recv', 260, 650, { id: 'server.recv.0', result: 'ECONNRESET' }),
    heard('server', 650, 'rst'),
    call('server', 'close', 651, 652),
  ]);
  expect(segmentNames(steps).slice(3)).toEqual(['client PSH ACK', 'client RST']);
  expect(toStates(steps, 'client').at(-1)).toBe('CLOSED');
  expect(toStates(steps, 'server').at(-1)).toBe('CLOSED');
});

test('a server that closes with bytes unread: its close() is a RST, because the client heard one', () => {
  const steps = told([
    ...plainClient.filter(({ at }) => at < 520),
    heard('client', 523, 'rst'),
    call('client', 'close', 540, 550),
    ...plainServer,
  ]);
  expect(segmentNames(steps).slice(-2)).toEqual(['server PSH ACK', 'server RST']);
  expect(segments(steps).at(-1)!.reason).toBe('peer-saw-a-reset');
});

test('bytes for a client that has closed are answered with a RST', () => {
  const steps = told([...plainClient.filter(({ at }) => at < 330), call('client', 'close', 325, 328), ...plainServer]);
  expect(segmentNames(steps).slice(3)).toEqual(['client PSH ACK', 'client FIN ACK', 'server PSH ACK', 'client RST']);
  expect(segments(steps).at(-1)!.reason).toBe('data-after-close');
});

test('half-close: the FIN of shutdown() is acknowledged, and data still come', () => {
  const steps = told([
    ...plainClient.filter(({ at, id }) => at < 330 || id.startsWith('client.recv') || id.startsWith('client.heard')),
    call('client', 'shutdown', 321, 325),
    call('client', 'close', 540, 550),
    ...plainServer,
    heard('server', 395, 'fin'),
  ]);
  expect(toStates(steps, 'client')).toEqual(['SYN_SENT', 'ESTABLISHED', 'FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT']);
  expect(toStates(steps, 'server')).toEqual(['LISTEN', 'SYN_RCVD', 'ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
  expect(segmentNames(steps).at(-1)).toBe('client ACK');
});

test('an acknowledgment of its own is claimed only when nothing could have carried it within half a second', () => {
  const late = (by: number): Report[] => [
    ...plainClient.filter(({ at }) => at < 330),
    ...plainServer.filter(({ at }) => at <= 390),
    call('server', 'send', 400 + by, 420 + by, { id: 'server.send.0', bytes: 6, payload: 'c38d4d504152' }),
    heard('client', 515 + by, 'data', 6),
  ];
  expect(segmentNames(told(late(400_000), { now: 500_000 })).slice(3)).toEqual([
    'client PSH ACK',
    'server PSH ACK',
    'client ACK',
  ]);
  expect(segmentNames(told(late(600_000), { now: 700_000 })).slice(3, 6)).toEqual([
    'client PSH ACK',
    'server ACK',
    'server PSH ACK',
  ]);
});

test('a program that is watched and ends without a close() made none: its kernel sent the FIN', () => {
  const steps = told([...plainClient, ...plainServer.filter(({ id }) => id !== 'server.close')]);
  const fin = segments(steps).find(({ from, flags }) => from === 'server' && flags.includes('FIN'))!;
  expect([fin.reason, fin.causedBy]).toEqual(['peer-saw-the-end', undefined]);
  expect(calls(steps).map(({ side, name }) => `${side} ${name}`)).not.toContain('server close');
  expect(toStates(steps, 'server').at(-1)).toBe('TIME_WAIT');
  expect(segmentNames(steps)).toHaveLength(8);
});

test('a FIN is there before the other end closes a moment later: on one machine close() delivers', () => {
  const steps = told([
    ...plainClient.filter(({ at }) => at < 522 && at !== 515),
    heard('client', 515, 'data', 6, 'c38d4d504152'),
    call('client', 'close', 445, 450),
    ...plainServer,
  ]);
  expect(segmentNames(steps).slice(-3)).toEqual(['server FIN ACK', 'client FIN ACK', 'server ACK']);
  expect(toStates(steps, 'client')).not.toContain('CLOSING');
});

test('a shutdown() leaves some time after it is asked for', () => {
  const steps = told([
    ...plainClient.filter(({ at, id }) => at < 522 || id === 'client.heard.523'),
    call('client', 'shutdown', 321, 600),
    call('client', 'close', 700, 710),
    ...plainServer,
  ]);
  expect(segmentNames(steps).slice(3)).toEqual([
    'client PSH ACK',
    'server PSH ACK',
    'server FIN ACK',
    'client FIN ACK',
    'server ACK',
  ]);
  expect(toStates(steps, 'client').at(2)).toBe('CLOSE_WAIT');
});
