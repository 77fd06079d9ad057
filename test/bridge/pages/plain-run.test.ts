import { beforeEach, describe, expect, test } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { Call, Step } from '../../../bridge/trace/step.ts';
import { startNumberServer, startOwning, startBridge } from '../../helpers/bridge.ts';
import { Page, type PlayedRun } from '../../helpers/clients/page.ts';
import { calls, expectCausal, expectZeroAndEnd, segmentNames, segments, states } from '../../helpers/trace-checks.ts';

const find = (steps: Step[], side: Step['side'], name: Call['name'], bytes?: number): Call =>
  calls(steps).find(
    (call) => call.side === side && call.name === name && (bytes === undefined || call.bytes === bytes),
  )!;

/** Each happened before the next. */
function expectOrder(...moments: (number | undefined)[]): void {
  for (let index = 1; index < moments.length; index++) {
    expect(moments[index], `moment ${index} is known`).toBeDefined();
    expect(moments[index - 1]).toBeLessThanOrEqual(moments[index]!);
  }
}

describe('a plain run against the number server that the bridge started', () => {
  let run: PlayedRun;
  let steps: Step[];
  beforeEach(async () => {
    const page = await Page.open(await startOwning());
    run = await page.run(plainScript(121n));
    steps = run.steps;
  });

  test('is answered', () => {
    expect(run.done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR', hex: 'c38d4d504152' } });
    expect(run.done.error).toBeUndefined();
    expect(run.done.sources.filter(({ active }) => active).map(({ name }) => name)).toEqual([
      'client-socket',
      'server-probe',
      'server-output',
    ]);
  });

  test('has calls, segments and states in an order that is possible', () => {
    expectCausal(steps);
    expectZeroAndEnd(steps, run.done.durationUs);
    const listen = find(steps, 'server', 'listen');
    const accept = find(steps, 'server', 'accept');
    const connect = find(steps, 'client', 'connect');
    expectOrder(
      find(steps, 'server', 'socket').at,
      find(steps, 'server', 'bind').at,
      listen.at,
      listen.returnedAt,
      accept.startedAt,
      find(steps, 'client', 'socket').at,
      connect.startedAt,
    );
    const [syn, synAck, ack] = segments(steps);
    expectOrder(connect.startedAt, syn?.sentAt, syn?.arrivedAt, synAck?.sentAt, synAck?.arrivedAt, ack?.sentAt);
    expectOrder(ack?.sentAt, ack?.arrivedAt, accept.returnedAt);
    const established = (side: Step['side']) => states(steps, side).find(({ to }) => to === 'ESTABLISHED')!;
    expectOrder(synAck?.arrivedAt, established('client').at, established('server').at);
    expectOrder(
      connect.returnedAt,
      find(steps, 'client', 'send').at,
      find(steps, 'server', 'recv', 2).returnedAt,
      find(steps, 'server', 'send').at,
      find(steps, 'client', 'recv', 6).returnedAt,
      find(steps, 'client', 'recv', 0).returnedAt,
      find(steps, 'client', 'close').at,
    );
    expectOrder(find(steps, 'server', 'send').at, find(steps, 'server', 'close').at, find(steps, 'client', 'close').at);
  });

  test('accept blocks from before the SYN until after the third segment', () => {
    const accept = find(steps, 'server', 'accept');
    expect(accept.startedAt).toBeLessThan(0);
    expect(accept).toMatchObject({ result: 'ok', peer: expect.stringMatching(/^127\.0\.0\.1:\d+$/) });
    expect(segments(steps).find(({ woke }) => woke === accept.id)).toMatchObject({ from: 'client', flags: ['ACK'] });
  });

  test('three segments, data both ways, and both ends', () => {
    const names = segmentNames(steps);
    expect(names.slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
    expect(names.filter((name) => name !== 'client ACK' && name !== 'server ACK').slice(2)).toEqual([
      'client PSH ACK',
      'server PSH ACK',
      'server FIN ACK',
      'client FIN ACK',
    ]);
    expect(segments(steps).filter(({ length }) => length > 0)).toMatchObject([
      { from: 'client', seq: 1, length: 2, payload: '0079' },
      { from: 'server', seq: 1, length: 6, payload: 'c38d4d504152' },
    ]);
  });

  test('states: TIME_WAIT on the side that closed first, the server', () => {
    expect(states(steps, 'client').map(({ to }) => to)).toEqual([
      'SYN_SENT',
      'ESTABLISHED',
      'CLOSE_WAIT',
      'LAST_ACK',
      'CLOSED',
    ]);
    const server = states(steps, 'server').map(({ to }) => to);
    // The acknowledgment of its FIN may come with the client's own FIN, and FIN_WAIT_2 is skipped then.
    expect(server.filter((state) => state !== 'FIN_WAIT_2')).toEqual([
      'LISTEN',
      'SYN_RCVD',
      'ESTABLISHED',
      'FIN_WAIT_1',
      'TIME_WAIT',
    ]);
  });

  test('nothing is inferred that a source saw', () => {
    const inferredCalls = calls(steps).filter(({ evidence }) => evidence === 'inferred');
    expect(inferredCalls.map(({ side, name }) => `${side} ${name}`).sort()).toEqual(['server bind', 'server socket']);
    expect(steps.filter(({ kind, evidence }) => kind === 'segment' && evidence !== 'inferred')).toEqual([]);
    const listen = states(steps, 'server').find(({ to }) => to === 'LISTEN');
    expect(listen).toMatchObject({ evidence: 'observed', cause: find(steps, 'server', 'listen').id });
  });
});

test('a server that nobody watches: its calls are inferred from what came back, its listening too', async () => {
  const page = await Page.open(await startBridge({ targetPort: await startNumberServer() }));
  const { done, steps } = await page.run(plainScript(8n));
  expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'PAR' } });
  expectCausal(steps);
  const server = calls(steps).filter(({ side }) => side === 'server');
  expect(server.map(({ name }) => name)).toEqual(['socket', 'bind', 'listen', 'accept', 'send', 'close']);
  expect(new Set(server.map(({ evidence }) => evidence))).toEqual(new Set(['inferred']));
  expect(
    new Set(
      calls(steps)
        .filter(({ side }) => side === 'client')
        .map(({ evidence }) => evidence),
    ),
  ).toEqual(new Set(['observed']));
  expect(states(steps, 'server').at(-1)?.to).toBe('TIME_WAIT');
});

test('ten runs after another on one page: each a whole trace, its accept waiting since the one before', async () => {
  const page = await Page.open(await startOwning());
  for (let turn = 0; turn < 10; turn++) {
    const { done, steps } = await page.run(plainScript(BigInt(turn)));
    expect(done.outcome).toBe('replied');
    expectCausal(steps);
    expect(find(steps, 'server', 'accept')).toMatchObject({ evidence: 'observed', result: 'ok' });
    expect(find(steps, 'server', 'close')).toMatchObject({ evidence: 'observed' });
  }
});
