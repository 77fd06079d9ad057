import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUILT } from '../../../../bridge/machine/paths.ts';
import type { Hello } from '../../../../bridge/protocol/messages.ts';
import { plainScript } from '../../../../bridge/trace/script.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { BRIDGE } from '../../../helpers/programs/built-programs.ts';
import { descendants } from '../../../helpers/programs/descendants.ts';
import { whyNoLab } from '../../../helpers/programs/lab.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { commandLineOf, isAlive, startProgram, type Program } from '../../../helpers/programs/program.ts';
import { expectCausal, segments, states } from '../../../helpers/trace-checks.ts';
import { until } from '../../../helpers/until.ts';

const bridge = [process.execPath, ...BRIDGE, '--http', '127.0.0.1:0'];
/** By itself the bridge takes the direct wire if a busy machine lets it wait for the lab. */
const inLab = [...bridge, '--wire', 'lab'];
const isRoot = process.getuid!() === 0;

/** An ordinary user, who may read this folder wherever it is, and nothing else that ordinary users may not. */
const ORDINARY = 65_534;
const asOrdinary = isRoot
  ? [
      ...['setpriv', `--reuid=${ORDINARY}`, `--regid=${ORDINARY}`, '--clear-groups'],
      ...[
        '--inh-caps=-all,+dac_read_search',
        '--ambient-caps=-all,+dac_read_search',
        '--bounding-set=-all,+dac_read_search',
      ],
    ]
  : [];

function start(command: readonly string[], env: NodeJS.ProcessEnv = process.env): Program {
  return startProgram(command[0]!, command.slice(1), { env });
}

/** The program's address, and everything that it has started. */
async function started(program: Program) {
  const origin = (await program.line(/^Aperto is at /)).replace('Aperto is at ', '');
  const page = await Page.open({ origin, port: Number(new URL(origin).port) });
  const hello = await page.message('hello', ({ server }) => server.state === 'listening');
  return { page, hello, origin };
}

async function expectPlainRun(page: Page): Promise<void> {
  const { done, steps } = await page.run(plainScript(121n));
  expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
  expectCausal(steps);
  expect(segments(steps).every(({ evidence }) => evidence === 'captured')).toBe(true);
  expect(states(steps).every(({ evidence }) => evidence === 'observed')).toBe(true);
}

/** The number server on a free port of this machine. */
async function serverHere(): Promise<string[]> {
  const port = await freePort();
  return ['--target', `:${port}`, '--server', `exec '${process.execPath}' dist/server/main.js --port ${port}`];
}

/** The network namespaces of processes, without this one's. */
const namespacesOf = (pids: readonly number[]) =>
  new Set(pids.flatMap((pid) => link(`/proc/${pid}/ns/net`)).filter((name) => name !== link('/proc/self/ns/net')[0]));

function link(path: string): string[] {
  try {
    return [readlinkSync(path)];
  } catch {
    return [];
  }
}

/** What a process may do beyond others of its user, as the kernel has it. */
function rightsOf(pid: number) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\w+)`, 'm').exec(status)![1]!;
  return {
    effective: BigInt(`0x${field('CapEff')}`),
    bounding: BigInt(`0x${field('CapBnd')}`),
    noNew: field('NoNewPrivs'),
  };
}

/** CAP_NET_BIND_SERVICE: the host's own listener has a small port. */
const SMALL_PORTS = 1n << 10n;

/** A host has given up its rights; an ordinary user's program has none, and root's program has root's. */
function expectRights(bridge: Program, server: number, isOrdinary: boolean): void {
  const hosts = descendants(bridge.child.pid!).filter((pid) =>
    commandLineOf(pid).startsWith(`${process.execPath} ${BUILT.labHost}`),
  );
  expect(hosts).toHaveLength(2);
  for (const host of hosts)
    expect(rightsOf(host)).toEqual({ effective: SMALL_PORTS, bounding: SMALL_PORTS, noNew: '1' });
  const program = descendants(server).at(-1) ?? server;
  if (isOrdinary) expect(rightsOf(program)).toMatchObject({ effective: 0n, noNew: '1' });
  else expect(rightsOf(program)).toEqual(rightsOf(process.pid));
}

describe.skipIf(whyNoLab)('who may have a lab', () => {
  test('the user who runs this', async () => {
    const program = start(inLab);
    const { page, hello } = await started(program);
    expect(hello).toMatchObject({ wire: 'lab', target: expect.stringMatching(/^10\.77\.0\.2:/) as string });
    expect(hello).not.toHaveProperty('wireWhy');
    await expectPlainRun(page);
    expectRights(program, hello.server.pid!, !isRoot);
  });

  test.skipIf(!isRoot)('an ordinary user', async () => {
    const program = start([...asOrdinary, ...inLab]);
    const { page, hello } = await started(program);
    expect(hello.wire).toBe('lab');
    await expectPlainRun(page);
    expectRights(program, hello.server.pid!, true);
  });
});

describe.skipIf(whyNoLab)('nothing is left behind', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)('%s for the bridge, in mid-run', async (signal) => {
    const program = start(inLab);
    const { page } = await started(program);
    page.start(plainScript(1n), 'hanging', { delayMs: 5000 });
    await page.message('steps', ({ id }) => id === 'hanging');
    const pids = descendants(program.child.pid!);
    expect(namespacesOf(pids).size).toBe(2);
    process.kill(program.child.pid!, signal);
    await program.ended;
    await until(() => !pids.some(isAlive));
  });

  test('a host is killed: its runs say so, the lab is made anew, and the server can be started again', async () => {
    const program = start(inLab);
    const { page } = await started(program);
    const before = descendants(program.child.pid!);
    const id = page.start(plainScript(1n), 'hanging', { delayMs: 5000 });
    await page.message('steps', (message) => message.id === id);
    const namespaces = [...namespacesOf(before)];
    const victim = before.find((pid) => link(`/proc/${pid}/ns/net`)[0] === namespaces[0])!;
    process.kill(victim, 'SIGKILL');
    expect(await page.message('done', (done) => done.id === id)).toMatchObject({
      outcome: 'failed',
      error: 'LAB_HOST_ENDED',
    });
    await until(() => !before.filter((pid) => pid !== program.child.pid).some(isAlive));
    const ended = page.messages.length;
    page.send({ type: 'server', action: 'start' });
    await page.message('hello', ({ server, wire }) => wire === 'lab' && server.state === 'listening', ended);
    await expectPlainRun(page);
  });

  test('the server program is killed in mid-run: the run has a true outcome, and the page is told', async () => {
    const program = start([
      ...inLab,
      '--server',
      `exec '${process.execPath}' -e "require('net').createServer(() => {}).listen(65432)"`,
    ]);
    const { page } = await started(program);
    const id = page.start([{ do: 'recv' }, { do: 'close' }]);
    await page.message(
      'steps',
      ({ id: run, steps }) => run === id && steps.some((step) => step.id === 'client.recv.0'),
    );
    const servers = descendants(program.child.pid!).filter((pid) => commandOf(pid).includes('createServer'));
    for (const pid of servers) process.kill(pid, 'SIGKILL');
    expect(await page.message('done', (done) => done.id === id)).toMatchObject({ outcome: 'silent' });
    const hello = await page.message('hello', ({ server }) => server.state === 'exited');
    expect(hello.server).toMatchObject({ signal: 'SIGKILL' });
  });
});

function commandOf(pid: number): string {
  return existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'latin1') : '';
}

describe('where there can be no lab', () => {
  test('without unshare: the direct wire, and the reason in the log and in hello', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'aperto-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o755);
    await symlink('/bin/sh', join(folder, 'sh'));
    const program = start([...bridge, ...(await serverHere())], { ...process.env, PATH: folder });
    const { page, hello } = await started(program);
    expectFallBack(program, hello, 'LAB_NO_UTIL_LINUX', /unshare and nsenter.*apt-get install/);
    expect((await page.run(plainScript(8n))).done).toMatchObject({ outcome: 'replied' });
  });

  test('--wire lab without unshare: that sentence, exit code 1', async () => {
    const program = start(inLab, { ...process.env, PATH: '/nowhere' });
    expect(await program.ended).toBe(1);
    expect(program.err).toEqual([expect.stringMatching(/unshare and nsenter/)]);
  });

  test.skipIf(!existsSync('/proc/sys/user/max_user_namespaces') || whyNoLab)(
    'an ordinary user where user namespaces are switched off',
    async () => {
      const off = 'echo 0 > /proc/sys/user/max_user_namespaces && exec "$@"';
      const walled = [...asOrdinary, 'unshare', '--user', '--map-current-user', '--keep-caps', 'sh', '-c', off, 'sh'];
      const program = start([...walled, ...bridge, ...(await serverHere())]);
      const { hello } = await started(program);
      expectFallBack(program, hello, 'LAB_NO_USER_NAMESPACES', /switched off.*sysctl/);
    },
  );
});

function expectFallBack(program: Program, hello: Hello, why: string, sentence: RegExp): void {
  expect(hello).toMatchObject({ wire: 'direct', wireWhy: why, wireMessage: expect.stringMatching(sentence) as string });
  expect(program.out).toContainEqual(expect.stringMatching(sentence));
}
