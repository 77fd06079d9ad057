import { describe, expect, onTestFinished, test } from 'vitest';
import type { BridgeMessage, DoneMessage } from '../../../bridge/protocol/messages.ts';
import { compareSteps, type Step } from '../../../bridge/trace/step.ts';
import { startOwning } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { freePort } from '../../helpers/free-port.ts';
import { whyNoLab } from '../../helpers/programs/lab.ts';
import { PYTHON } from '../../helpers/programs/python.ts';

if (!PYTHON) console.warn('Tests of client programs are skipped: python3 is not installed.');
const isLinux = process.platform === 'linux';
const PAIR = 'test/fixtures/pair';
let runs = 0;

interface ClientRun {
  done: DoneMessage;
  /** By connection: the last version of each of its steps, in time order. */
  connections: Step[][];
}

async function pageWith(
  client: string,
  settings: Parameters<typeof startOwning>[0] = {},
): Promise<{ page: Page; port: number }> {
  const port = await freePort();
  const bridge = await startOwning({
    targetPort: port,
    target: { host: '127.0.0.1', port },
    ...settings,
    client: client.replaceAll('PORT', String(port)),
  });
  return { page: await Page.open(bridge), port };
}

async function run(page: Page, link?: object): Promise<ClientRun> {
  const id = `client ${runs++}`;
  page.send({ type: 'run', id, client: true, ...(link && { link }) });
  const done = await page.message('done', (message) => message.id === id);
  return { done, connections: stepsOf(page.messages, id) };
}

function stepsOf(messages: readonly BridgeMessage[], id: string): Step[][] {
  const connections: Map<string, Step>[] = [];
  for (const message of messages)
    if (message.type === 'steps' && message.id === id)
      for (const step of message.steps) (connections[step.connection ?? 0] ??= new Map()).set(step.id, step);
  return connections.map((steps) => [...steps.values()].sort(compareSteps));
}

const callsOf = (steps: readonly Step[], side: Step['side']) =>
  steps.flatMap((step) => (step.kind === 'call' && step.side === side ? [step.name] : []));
const printed = (steps: readonly Step[], side: Step['side']) =>
  steps.flatMap((step) => (step.kind === 'output' && step.side === side ? [step.line] : []));
const isGuessed = ({ evidence }: Step) => evidence === 'inferred';

describe.skipIf(!isLinux)('without a client program that works', () => {
  test('a bridge that has none says so', async () => {
    const page = await Page.open(await startOwning());
    expect(await page.complaint({ type: 'run', id: 1, client: true })).toMatchObject({
      id: 1,
      code: 'NO_CLIENT_PROGRAM',
    });
    expect(await page.complaint({ type: 'run', id: 1 })).toMatchObject({ id: 1, code: 'BAD_MESSAGE' });
    expect(await page.complaint({ type: 'run', id: 1, client: true, script: [{ do: 'close' }] })).toMatchObject({
      code: 'BAD_MESSAGE',
    });
  });

  test('one that makes no connection: what it prints and how it ends are seen', async () => {
    const { page } = await pageWith('echo hello; echo trouble >&2; exit 3');
    const { done, connections } = await run(page);
    expect(done).toMatchObject({ outcome: 'failed', error: 'NO_CONNECTION', client: { exitCode: 3 } });
    expect(printed(connections.flat(), 'client').toSorted()).toEqual(['hello', 'trouble']);
  });

  test('given up: the program ends with all that it has started', async () => {
    const { page } = await pageWith('sleep 1000 & echo $!; echo $$; wait');
    page.send({ type: 'run', id: 'sleeps', client: true });
    const said = () => stepsOf(page.messages, 'sleeps').flat();
    // Nothing is told of a program without a connection before its end.
    page.send({ type: 'cancel', id: 'sleeps' });
    const done = await page.message('done', ({ id }) => id === 'sleeps');
    expect(done.outcome).toBe('cancelled');
    for (const pid of printed(said(), 'client').map(Number)) expect(() => process.kill(pid, 0)).toThrow();
  });

  test('the limit of time ends it', async () => {
    const { page } = await pageWith('sleep 1000', { limits: { clientRunMs: 300 } });
    expect((await run(page)).done).toMatchObject({ outcome: 'timeout', error: 'RUN_TIME' });
  });
});

describe.skipIf(!isLinux || !PYTHON)('on the direct wire', () => {
  test('both programs of the exercise, unchanged: every call is seen, and what both print', async () => {
    const { page } = await pageWith(`python3 ${PAIR}/client.py 127.0.0.1 PORT`);
    const { done, connections } = await run(page);
    expect(done).toMatchObject({ outcome: 'replied', client: { exitCode: 0 } });
    expect(done.connections).toBeUndefined();
    const [steps] = connections;
    expect(callsOf(steps!, 'client')).toEqual(['socket', 'connect', 'send', 'recv', 'close']);
    expect(printed(steps!, 'client')).toEqual([
      expect.stringMatching(/^Sent \d+$/),
      expect.stringMatching(/^Received (PAR|ÍMPAR)$/),
    ]);
    expect(steps!.every(({ connection }) => connection === undefined)).toBe(true);
    expect(done.sources).toContainEqual({ name: 'client-tracer', tells: 'calls', side: 'client', active: true });
  });
});

describe.skipIf(whyNoLab !== undefined || !PYTHON)('in the lab', () => {
  test('the published pair: no call and no segment is inferred', async () => {
    const port = await freePort();
    const server = `python3 ${PAIR}/server.py ${port}`;
    const { page } = await pageWith(`python3 ${PAIR}/client.py 10.77.0.2 ${port}`, {
      wire: 'lab',
      server,
      targetPort: port,
      target: { host: '127.0.0.1', port },
    });
    const { done, connections } = await run(page);
    expect(done).toMatchObject({ outcome: 'replied', client: { exitCode: 0 } });
    const [steps] = connections;
    expect(steps!.filter(({ kind }) => kind === 'call' || kind === 'segment').filter(isGuessed)).toEqual([]);
    expect(callsOf(steps!, 'client')).toEqual(['socket', 'connect', 'send', 'recv', 'close']);
    expect(callsOf(steps!, 'server')).toEqual(['socket', 'bind', 'listen', 'accept', 'recv', 'send', 'close']);
    expect(printed(steps!, 'server')).toEqual([expect.stringContaining('Connected by')]);
  });

  test('three connections at a time: each has its own segments, calls and port', async () => {
    const { page, port } = await pageWith(`python3 ${PAIR}/several.py 10.77.0.2 PORT 3`, { wire: 'lab' });
    const { done, connections } = await run(page);
    expect(done.connections).toHaveLength(3);
    expect(connections).toHaveLength(3);
    expect(new Set(done.connections!.map((each) => each.port)).size).toBe(3);
    for (const [index, steps] of connections.entries()) {
      expect(done.connections![index]).toMatchObject({ peer: `10.77.0.2:${port}`, outcome: 'replied' });
      expect(steps.every(({ connection }) => connection === index)).toBe(true);
      expect(callsOf(steps, 'client')).toEqual(['socket', 'connect', 'send', 'recv', 'close']);
      const syn = steps.find((step) => step.id === 'client.syn');
      expect(syn).toMatchObject({ evidence: 'captured', fate: 'delivered' });
      const sent = steps.find((step) => step.kind === 'call' && step.id === 'client.send.0');
      expect(sent).toMatchObject({ payload: `000${index + 1}` });
      expect(steps.find((step) => step.id === 'server.accept')).toMatchObject({
        peer: `10.77.0.1:${done.connections![index]!.port}`,
      });
    }
    expect(connections.flatMap((steps) => printed(steps, 'client'))).toEqual(['0 ÍMPAR', '1 PAR', '2 ÍMPAR']);
  });

  test('a connect() that does not wait: the program asks with SO_ERROR how it went', async () => {
    const client = 'python3 test/fixtures/traced/nonblocking_client.py 10.77.0.2 PORT';
    const { page } = await pageWith(client, { wire: 'lab' });
    const { connections } = await run(page);
    for (const steps of connections) {
      expect(callsOf(steps, 'client')).toEqual(['socket', 'connect', 'poll', 'getsockopt', 'send', 'recv', 'close']);
      expect(steps.find(({ id }) => id === 'client.getsockopt.0')).toMatchObject({
        args: ['SOL_SOCKET', 'SO_ERROR'],
        value: '0',
        result: 'ok',
      });
    }
  });

  test('a scan of a hundred ports: each is refused, with its SYN and its RST', async () => {
    const { page } = await pageWith(`python3 ${PAIR}/scan.py 10.77.0.2 2000 100`, { wire: 'lab' });
    const { done, connections } = await run(page);
    expect(done.connections).toHaveLength(100);
    expect(done.connections!.every(({ outcome }) => outcome === 'refused')).toBe(true);
    for (const [index, steps] of connections.entries()) {
      expect(done.connections![index]!.peer).toBe(`10.77.0.2:${2000 + index}`);
      const segments = steps.flatMap((step) => (step.kind === 'segment' ? [step.flags.join()] : []));
      expect(segments, `port ${2000 + index}`).toEqual(['SYN', 'RST,ACK']);
    }
  });

  test('more connections and steps than a run may have are counted', async () => {
    const limits = { connectionsPerRun: 5, stepsPerRun: 30 };
    const { page } = await pageWith(`python3 ${PAIR}/scan.py 10.77.0.2 2000 9`, { wire: 'lab', limits });
    const { done, connections } = await run(page);
    expect(done.connections).toHaveLength(5);
    expect(done.leftOut).toMatchObject({ connections: 4 });
    // The first one is whole.
    expect(done.connections![0]!.leftOut).toBeUndefined();
    expect(done.connections!.at(-1)!.leftOut!.steps).toBeGreaterThan(0);
    expect(done.leftOut!.steps).toBeGreaterThan(0);
    expect(done.connections!.map(({ outcome }) => outcome)).toEqual(Array(5).fill('refused'));
    expect(connections.flat().length).toBeLessThan(60);
  });

  test('a segment of one of several connections is held, and let go', async () => {
    const { page } = await pageWith(`python3 ${PAIR}/several.py 10.77.0.2 PORT 2`, { wire: 'lab' });
    page.send({ type: 'run', id: 'held', client: true, link: { hold: [{ from: 'client', kind: 'data' }] } });
    onTestFinished(() => page.send({ type: 'cancel', id: 'held' }));
    for (const connection of [0, 1]) {
      await page.message('steps', ({ steps }) =>
        steps.some((step) => step.kind === 'segment' && step.fate === 'held' && (step.connection ?? 0) === connection),
      );
      page.send({ type: 'wire', id: 'held', segment: 'client.data.1', connection, action: 'deliver' });
    }
    const done = await page.message('done', ({ id }) => id === 'held');
    expect(done.connections!.map(({ outcome }) => outcome)).toEqual(['replied', 'replied']);
  });
});
