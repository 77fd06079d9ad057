import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LIMITS } from '../../bridge/protocol/limits.ts';
import type { Watch } from '../../bridge/sources/source.ts';
import type { RunResult } from '../../bridge/runs/run-result.ts';
import { Session, type SessionOptions } from '../../bridge/session.ts';
import { plainScript, type Script } from '../../bridge/trace/script.ts';
import { compareSteps, type Step } from '../../bridge/trace/step.ts';
import { DirectWire } from '../../bridge/wires/direct.ts';
import { startNumberServer, startServer } from '../helpers/bridge.ts';
import { freePort } from '../helpers/free-port.ts';
import { deferred } from '../helpers/deferred.ts';
import { endOf, type End } from '../helpers/clients/tcp-client.ts';
import { calls, expectCausal, expectZeroAndEnd, segmentNames, segments, states } from '../helpers/trace-checks.ts';
import { until } from '../helpers/until.ts';

interface Played {
  session: Session;
  results: RunResult[];
  steps: () => Step[];
  done: Promise<RunResult>;
}

/** Plays a script against 127.0.0.1; given up when the test ends. */
function play(port: number, script: Script, more: Partial<SessionOptions> = {}): Played {
  const results: RunResult[] = [];
  const steps = new Map<string, Step>();
  let session: Session | undefined;
  const done = new Promise<RunResult>((resolve) => {
    session = new Session({
      script,
      wire: new DirectWire({ host: '127.0.0.1', port }),
      sources: [],
      limits: LIMITS,
      onSteps: (news) => news.forEach((step) => steps.set(step.id, step)),
      onDone: (result) => {
        results.push(result);
        resolve(result);
      },
      ...more,
    });
  });
  onTestFinished(() => {
    session!.cancel();
    expect(results.length, 'done, exactly once').toBe(1);
    const told = [...steps.values()].sort(compareSteps);
    expectCausal(told);
    expectZeroAndEnd(told, results[0]!.durationUs);
  });
  return { session: session!, results, done, steps: () => [...steps.values()].sort(compareSteps) };
}

const names = (steps: Step[]): string[] =>
  calls(steps)
    .filter(({ side }) => side === 'client')
    .map(({ name, bytes, result }) =>
      [name, bytes, result === 'ok' ? undefined : result].filter((part) => part !== undefined).join(' '),
    );

describe('how a run ends', () => {
  test('replied', async () => {
    const { done, steps } = play(await startNumberServer(), plainScript(121n));
    expect(await done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR', hex: 'c38d4d504152' } });
    expect((await done).error).toBeUndefined();
    expect((await done).durationUs).toBeGreaterThan(0);
    expect(names(steps())).toEqual(['socket', 'connect', 'send 2', 'recv 6', 'recv 0', 'close']);
  });

  test('silent: ten digits', async () => {
    const { done, steps } = play(await startNumberServer(), plainScript(1_000_000_001n));
    expect(await done).toMatchObject({ outcome: 'silent' });
    expect(await done).not.toHaveProperty('reply');
    expect(names(steps())).toEqual(['socket', 'connect', 'send 4', 'recv 0', 'close']);
    expect(segments(steps()).filter(({ from, length }) => from === 'server' && length > 0)).toEqual([]);
  });

  test('refused: SYN, then RST', async () => {
    const { done, steps } = play(await freePort(), plainScript(1n));
    expect(await done).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
    expect(segmentNames(steps())).toEqual(['client SYN', 'server RST ACK']);
    expect(states(steps(), 'client').map(({ to }) => to)).toEqual(['SYN_SENT', 'CLOSED']);
    expect(calls(steps()).find(({ name }) => name === 'connect')).toMatchObject({ result: 'ECONNREFUSED' });
  });

  test('reset, although the reply came: more bytes than the one read of the server takes', async () => {
    const number = 'ff'.repeat(1025);
    const { done, steps } = play(await startNumberServer(), [
      { do: 'send', hex: number },
      { do: 'recv' },
      { do: 'close' },
    ]);
    const { outcome, reply, error } = await done;
    expect({ outcome, error }).toEqual({ outcome: 'reset', error: 'ECONNRESET' });
    expect(reply?.text).toBe(String(BigInt(`0x${'ff'.repeat(1024)}`)));
    expect(segmentNames(steps()).filter((name) => name.includes('RST'))).toEqual(['server RST']);
    expect(segmentNames(steps()).filter((name) => name.includes('FIN'))).toEqual([]);
    expect(states(steps(), 'client').at(-1)?.to).toBe('CLOSED');
  });

  test('reset by the server, without a byte', async () => {
    const port = await startServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const { done, steps } = play(port, plainScript(1n));
    expect(await done).toMatchObject({ outcome: 'reset', error: 'ECONNRESET' });
    expect(segmentNames(steps()).at(-1)).toBe('server RST');
    expect(states(steps(), 'client').at(-1)?.to).toBe('CLOSED');
  });

  // Here connect() itself may return ECONNRESET, which Linux says only of a connection that was there.
  test('reset by the server as soon as it accepts', async () => {
    const port = await startServer((socket) => socket.resetAndDestroy());
    const { done, steps } = play(port, plainScript(1n));
    expect((await done).outcome).toBe('reset');
    expect(segmentNames(steps()).slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
    expect(segmentNames(steps()).at(-1)).toBe('server RST');
  });

  test('reset by the script: the server meets a RST', async () => {
    const ends: (End | string)[] = [];
    const port = await startServer((socket) => {
      socket.resume().once('end', () => ends.push(endOf(socket)));
      socket.once('error', (error: NodeJS.ErrnoException) => ends.push(error.code!));
    });
    const { done, steps } = play(port, [{ do: 'send', hex: '00' }, { do: 'reset' }]);
    expect(await done).toMatchObject({ outcome: 'reset' });
    await until(() => ends.length > 0);
    expect(['rst', 'ECONNRESET']).toContain(ends[0]);
    expect(names(steps())).toEqual(['socket', 'connect', 'send 1', 'reset']);
    expect(segmentNames(steps()).at(-1)).toBe('client RST');
  });

  test('timeout: the limit ends a run that waits for bytes, and its connection', async () => {
    const ended = deferred<string>();
    const port = await startServer((socket) => {
      socket.resume().once('error', (error: NodeJS.ErrnoException) => ended.resolve(error.code!));
      socket.once('end', () => ended.resolve(endOf(socket)));
    });
    const { done } = play(port, plainScript(1n), { limits: { ...LIMITS, runMs: 50 } });
    expect(await done).toMatchObject({ outcome: 'timeout', error: 'RUN_TIME' });
    expect(await ended.promise).toMatch(/rst|ECONNRESET/);
  });

  test('timeout: the limit ends a run that waits by itself', async () => {
    const port = await startServer((socket) => socket.resume());
    const { done } = play(port, [{ do: 'wait', ms: 20_000 }], { limits: { ...LIMITS, runMs: 50 } });
    expect(await done).toMatchObject({ outcome: 'timeout', error: 'RUN_TIME' });
  });

  test.each<[string, Script]>([
    ['recv', [{ do: 'recv' }]],
    ['wait', [{ do: 'wait', ms: 20_000 }, { do: 'recv' }]],
    ['recv after a shutdown', [{ do: 'shutdown' }, { do: 'recv' }]],
  ])('cancelled in %s', async (_, script) => {
    const accepted = deferred<Socket>();
    const port = await startServer((socket) => accepted.resolve(socket));
    const { session, done } = play(port, script);
    const closed = once((await accepted.promise).resume(), 'close');
    session.cancel();
    session.cancel();
    expect(await done).toMatchObject({ outcome: 'cancelled' });
    (await accepted.promise).end();
    await closed;
  });

  test('cancelled before there is a connection', async () => {
    const { session, done, steps } = play(await startNumberServer(), plainScript(1n));
    session.cancel();
    expect(await done).toMatchObject({ outcome: 'cancelled' });
    expect(names(steps()).at(-1)).toBe('close');
  });

  test('cancelled when all is over: nothing happens any more', async () => {
    const { session, done, results } = play(await startNumberServer(), plainScript(1n));
    await done;
    session.cancel();
    expect(results).toHaveLength(1);
  });

  test('failed: no way to the target', async () => {
    const { done } = play(1, plainScript(1n), { wire: new DirectWire({ host: '255.255.255.255', port: 1 }) });
    expect(await done).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/^E[A-Z]+$/) as string });
  });

  test('failed: a reply beyond the limit', async () => {
    const port = await startServer((socket) => socket.end(Buffer.alloc(5000)));
    const { done } = play(port, plainScript(1n), { limits: { ...LIMITS, replyBytes: 1000 } });
    expect(await done).toMatchObject({ outcome: 'failed', error: 'REPLY_TOO_LARGE' });
  });
});

describe('what a script can do', () => {
  /** Answers nothing; `received` resolves with all bytes when the client has ended its side. */
  async function startCollecting(answer = '') {
    const received = deferred<string>();
    const chunks: string[] = [];
    const port = await startServer((socket) => {
      socket.on('data', (chunk: Buffer) => chunks.push(chunk.toString('hex')));
      socket.once('end', () => {
        received.resolve(chunks.join(' '));
        socket.end(answer);
      });
    });
    return { port, received: received.promise, chunks };
  }

  test('send twice with a wait between: two segments', async () => {
    const { port, received } = await startCollecting();
    const { done, steps } = play(port, [
      { do: 'send', hex: '00' },
      { do: 'wait', ms: 20 },
      { do: 'send', hex: '79' },
      { do: 'close' },
    ]);
    await done;
    expect(await received).toBe('00 79');
    expect(names(steps())).toEqual(['socket', 'connect', 'send 1', 'send 1', 'close']);
    const [first, second] = calls(steps()).filter(({ name }) => name === 'send');
    expect(second!.at - first!.returnedAt!).toBeGreaterThanOrEqual(19_000);
    expect(segments(steps()).filter(({ length }) => length > 0)).toMatchObject([
      { seq: 1, payload: '00' },
      { seq: 2, payload: '79' },
    ]);
  });

  test('send of no bytes: no segment', async () => {
    const { port, received } = await startCollecting();
    const { done, steps } = play(port, [{ do: 'send', hex: '' }, { do: 'close' }]);
    expect(await done).toMatchObject({ outcome: 'silent' });
    expect(await received).toBe('');
    expect(names(steps())).toEqual(['socket', 'connect', 'send 0', 'close']);
    expect(segments(steps()).filter(({ length }) => length > 0)).toEqual([]);
  });

  test('shutdown, then recv: the other side still answers', async () => {
    const { port, received } = await startCollecting('bye');
    const { done, steps } = play(port, [
      { do: 'send', hex: '01' },
      { do: 'shutdown' },
      { do: 'recv' },
      { do: 'close' },
    ]);
    expect(await done).toMatchObject({ outcome: 'replied', reply: { text: 'bye' } });
    expect(await received).toBe('01');
    expect(names(steps())).toEqual(['socket', 'connect', 'send 1', 'shutdown', 'recv 3', 'recv 0', 'close']);
    const ends = segments(steps()).filter(({ flags }) => flags.includes('FIN'));
    expect(ends.map(({ from }) => from)).toEqual(['client', 'server']);
    expect(states(steps(), 'client').map(({ to }) => to)).toContain('TIME_WAIT');
  });

  test('a client that shuts down without a byte is answered PAR', async () => {
    const { done } = play(await startNumberServer(), [{ do: 'shutdown' }, { do: 'recv' }, { do: 'close' }]);
    expect(await done).toMatchObject({ outcome: 'replied', reply: { text: 'PAR' } });
  });

  test('recv with bytes takes no more; the next takes the rest, wherever the segments were cut', async () => {
    const port = await startServer((socket) => {
      socket.setNoDelay(true);
      for (const byte of 'abcdefgh') socket.write(byte);
      socket.end();
    });
    const { done, steps } = play(port, [
      { do: 'recv', bytes: 3 },
      { do: 'recv', bytes: 4 },
      { do: 'recv' },
      { do: 'close' },
    ]);
    expect(await done).toMatchObject({ outcome: 'replied', reply: { text: 'abcdefgh' } });
    const received = calls(steps()).filter(({ side, name }) => side === 'client' && name === 'recv');
    expect(Buffer.from(received.map(({ payload }) => payload).join(''), 'hex').toString()).toBe('abcdefgh');
    const ends = new Set<number>();
    received.reduce((sum, { bytes = 0 }) => (ends.add(sum + bytes), sum + bytes), 0);
    expect([...ends]).toEqual(expect.arrayContaining([3, 7, 8]));
  });

  test('recv with more bytes than come ends with the peer', async () => {
    const port = await startServer((socket) => socket.end('ab'));
    const { done } = play(port, [{ do: 'recv', bytes: 100 }, { do: 'close' }]);
    expect(await done).toMatchObject({ outcome: 'replied', reply: { text: 'ab' } });
  });

  test('close without reading: what the server then sends is answered by a RST', async () => {
    const port = await startServer((socket) => {
      socket.resume().once('end', () => socket.end('too late'));
    });
    const { done, steps } = play(port, [{ do: 'send', hex: '00' }, { do: 'close' }]);
    expect(await done).toMatchObject({ outcome: 'silent' });
    expect(names(steps())).toEqual(['socket', 'connect', 'send 1', 'close']);
  });

  test('without a close at its end the connection is closed all the same', async () => {
    const { port, received } = await startCollecting();
    const { done, steps } = play(port, [{ do: 'send', hex: '05' }]);
    await done;
    expect(await received).toBe('05');
    expect(names(steps()).at(-1)).toBe('close');
  });

  test('a send into a connection that the peer has reset ends the script', async () => {
    const port = await startServer((socket) => socket.once('data', () => socket.resetAndDestroy()));
    const send = { do: 'send', hex: '00' } as const;
    const { done, steps } = play(port, [send, { do: 'wait', ms: 50 }, send, { do: 'recv' }, { do: 'close' }]);
    expect(await done).toMatchObject({
      outcome: 'reset',
      error: expect.stringMatching(/ECONNRESET|EPIPE/) as string,
    });
    expect(names(steps()).filter((name) => name.startsWith('recv'))).toEqual([]);
  });

  test('bytes that are not UTF-8 are told in hex as they were', async () => {
    const port = await startServer((socket) => socket.end(Buffer.from('ff00c3', 'hex')));
    expect((await play(port, [{ do: 'recv' }]).done).reply).toEqual({ hex: 'ff00c3', text: '\uFFFD\0\uFFFD' });
  });
});

test('a blocked recv is told while it blocks', async () => {
  const accepted = deferred<Socket>();
  const port = await startServer((socket) => accepted.resolve(socket));
  const { done, steps } = play(port, [{ do: 'recv' }, { do: 'close' }]);
  const recv = () => calls(steps()).find(({ name }) => name === 'recv');
  await until(() => recv() !== undefined);
  expect(recv()!.returnedAt).toBeUndefined();
  expect(recv()!.result).toBeUndefined();
  (await accepted.promise).resume().end('x');
  await done;
  expect(recv()).toMatchObject({ bytes: 1, result: 'ok' });
});

test.each([2, 3, 5])(
  'a trace with room for %i reports leaves out the rest, and the run goes on',
  async (stepsPerRun) => {
    const port = await startNumberServer();
    const { done, steps } = play(port, plainScript(121n), { limits: { ...LIMITS, stepsPerRun } });
    const { outcome, reply, leftOut } = await done;
    expect({ outcome, text: reply!.text }).toEqual({ outcome: 'replied', text: 'ÍMPAR' });
    expect(leftOut!.steps).toBeGreaterThan(0);
    const reported = steps().filter(({ evidence }) => evidence !== 'inferred');
    expect(reported.length).toBeLessThanOrEqual(stepsPerRun);
    // What is not known to have happened is not said to have: nobody is seen to close.
    expect(segmentNames(steps()).filter((name) => name.includes('FIN'))).toEqual([]);
  },
);

test('a trace that has room for everything leaves out nothing', async () => {
  expect((await play(await startNumberServer(), plainScript(1n)).done).leftOut).toBeUndefined();
});

test('sources are given the client port, stopped after the end, and may say that they never settle', async () => {
  const heard: string[] = [];
  const sources = [
    {
      tells: 'segments' as const,
      status: () => ({ name: 'capture', active: true }) as const,
      watch: () => ({
        watchesServer: false,
        connectedFrom: (port: number) => heard.push(port > 0 ? 'port' : 'no port'),
        whenSettled: () => heard.push('asked'),
        stop: () => heard.push('stopped'),
      }),
    },
  ];
  const { done } = play(await startNumberServer(), plainScript(1n), { sources });
  expect((await done).sources).toEqual([
    { name: 'client-socket', tells: 'calls', side: 'client', active: true },
    { name: 'capture', tells: 'segments', active: true },
  ]);
  expect(heard).toEqual(['port', 'asked', 'stopped']);
});

test('a source that is busy again after it has settled is waited for, also where both came in one reading', async () => {
  let busy = false;
  const link: Watch = {
    watchesServer: false,
    connectedFrom: () => {},
    whenSettled(callback) {
      callback();
      busy = true;
    },
    get busy() {
      return busy;
    },
    stop: () => {},
  };
  const source = {
    tells: 'segments' as const,
    status: () => ({ name: 'capture', active: true }) as const,
    watch: () => link,
  };
  const { done, results } = play(await startNumberServer(), plainScript(1n), { sources: [source] });
  await until(() => busy);
  await new Promise((resolve) => setImmediate(resolve));
  expect(results).toEqual([]);
  busy = false;
  expect(await done).toMatchObject({ outcome: 'replied' });
});
