import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ownDoor } from '../../../bridge/enter/door-folder.ts';
import { Door } from '../../../bridge/enter/door.ts';
import { Guest } from '../../../bridge/enter/guest.ts';
import type { FollowedProgram } from '../../../bridge/programs/client-program.ts';
import { compareSteps, type Step } from '../../../bridge/trace/step.ts';
import { startBridge, startOwningForAll, type TestBridge } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { whyNoLab } from '../../helpers/programs/lab.ts';
import { startProgram, type Program } from '../../helpers/programs/program.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { until } from '../../helpers/until.ts';

const PAIR = 'test/fixtures/pair';
const isRoot = process.getuid?.() === 0;

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-door-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens the door of a bridge, and returns what `npm run enter` does for its user. */
async function openDoor({ bridge, origin }: TestBridge, runtime = newFolder(), name = process.pid) {
  mkdirSync(join(runtime, 'aperto'), { recursive: true, mode: 0o700 });
  const door = new Door(bridge);
  onTestFinished(() => door.close());
  await door.open(origin, join(runtime, 'aperto', `${name}.sock`));
  return { runtime, door, enter: (...args: string[]) => enterFrom(runtime, args) };
}

function enterFrom(runtime: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Program {
  return startProgram(process.execPath, ['.setup/enter.mjs', ...args], {
    env: { ...process.env, APERTO_BUILT: '1', XDG_RUNTIME_DIR: runtime, ...environment },
  });
}

/** The runs that a page has been told of, by their command lines. */
const begunOn = (page: Page) => page.messages.filter((message) => message.type === 'begun');

function stepsOf(page: Page, id: string | number): Step[] {
  const steps = new Map<string, Step>();
  for (const message of page.messages)
    if (message.type === 'steps' && message.id === id)
      for (const step of message.steps) steps.set(`${step.connection ?? 0} ${step.id}`, step);
  return [...steps.values()].sort(compareSteps);
}

describe.skipIf(whyNoLab !== undefined || !PYTHON)('entering the client’s host', () => {
  const lab = startOwningForAll({ wire: 'lab' });
  const target = async (): Promise<string[]> => (await lab().health()).target.split(':');

  test('a command: its connections are seen as those of a client program, and it ends as without Aperto', async () => {
    const page = await Page.open(lab());
    const { enter } = await openDoor(lab());
    const [host, port] = await target();
    const program = enter('/bin/sh', '-c', `python3 ${PAIR}/client.py ${host} ${port}; exit 3`);
    expect(await program.ended).toBe(3);
    expect(program.out).toEqual([expect.stringMatching(/^Sent/), expect.stringMatching(/^Received (PAR|ÍMPAR)$/)]);
    const begun = await page.message('begun');
    expect(begun).toMatchObject({ by: 'enter', client: expect.stringContaining('client.py') });
    expect(begun.sources).toContainEqual(expect.objectContaining({ name: 'client-output', why: 'PRINTS_ELSEWHERE' }));
    const done = await page.message('done', ({ id }) => id === begun.id);
    expect(done).toMatchObject({ outcome: 'replied', client: { exitCode: 3 } });
    const steps = stepsOf(page, begun.id);
    const own = steps.filter((step) => step.kind === 'call' && step.side === 'client');
    expect(own.map((step) => step.kind === 'call' && step.name)).toEqual([
      'socket',
      'connect',
      'send',
      'recv',
      'close',
    ]);
    expect(steps.filter(({ kind, evidence }) => kind === 'segment' && evidence === 'captured').length).toBeGreaterThan(
      8,
    );
    // The number server's probe does not report how its listening socket was made.
    const guessed = steps.filter(({ evidence, kind }) => evidence === 'inferred' && kind !== 'state');
    expect(guessed.map(({ id }) => id)).toEqual(['server.socket', 'server.bind']);
  });

  test('a shell: each of its commands that connects is a run; it has the environment of the terminal', async () => {
    const page = await Page.open(lab());
    const { runtime } = await openDoor(lab());
    const [host, port] = await target();
    const shell = enterFrom(runtime, [], { SHELL: '/bin/sh', npm_execpath: 'npm', npm_config_this: 'that' });
    shell.child.stdin!.write(`python3 ${PAIR}/client.py ${host} ${port}; echo "<$npm_config_this>"\n`);
    shell.child.stdin!.end(`echo none; python3 ${PAIR}/several.py ${host} ${port} 2; exit 4\n`);
    expect(await shell.ended).toBe(4);
    expect(shell.err[0]).toContain(lab().origin);
    expect(shell.out).toContain('<>');
    await until(() => page.count('done') === 2);
    expect(begunOn(page).map(({ client }) => client)).toEqual([
      expect.stringMatching(/^\S*python3 \S*client\.py/),
      expect.stringMatching(/^\S*python3 \S*several\.py/),
    ]);
    const ends = page.messages.filter((message) => message.type === 'done');
    expect(ends.map(({ connections }) => connections?.length)).toEqual([undefined, 2]);
    expect(ends.map(({ client }) => client)).toEqual([{ exitCode: 0 }, { exitCode: 0 }]);
  });

  test('a page that comes later sees the run from its beginning, and cannot cancel it', async () => {
    const first = await Page.open(lab());
    const { enter } = await openDoor(lab());
    const [host, port] = await target();
    const program = enter('python3', `${PAIR}/holds.py`, host!, port!);
    const { id } = await first.message('begun');
    await until(() => stepsOf(first, id).some((step) => step.id === 'server.accept'));
    const later = await Page.open(lab());
    expect(await later.message('begun')).toMatchObject({ id, by: 'enter' });
    expect(stepsOf(later, id).map((step) => step.id)).toContain('client.syn');
    expect(await later.complaint({ type: 'cancel', id })).toMatchObject({ code: 'NO_SUCH_RUN' });
    program.child.stdin!.end('\n');
    expect(await program.ended).toBe(0);
    const ends = await Promise.all([first, later].map((page) => page.message('done', (done) => done.id === id)));
    for (const end of ends) expect(end).toMatchObject({ outcome: 'replied', client: { exitCode: 0 } });
    expect(stepsOf(later, id)).toEqual(stepsOf(first, id));
  });

  test('the program ends with the bridge', async () => {
    const page = await Page.open(lab());
    const { enter, door } = await openDoor(lab());
    const [host, port] = await target();
    const program = enter('python3', `${PAIR}/holds.py`, host!, port!);
    const { id } = await page.message('begun');
    door.close();
    await page.message('done', (done) => done.id === id);
    expect(await program.ended).not.toBe(0);
    expect(program.err.at(-1)).toBe('The bridge has ended, and its hosts with it.');
  });

  test('of several bridges, one has to be named', async () => {
    const { enter, runtime } = await openDoor(lab());
    const other = await startBridge();
    await openDoor(other, runtime, 1);
    const unnamed = enter('true');
    expect(await unnamed.ended).toBe(1);
    expect(unnamed.err.join()).toContain(`127.0.0.1:${other.port}`);
    const refused = enter('--http', `127.0.0.1:${other.port}`, 'true');
    expect(await refused.ended).toBe(1);
    expect(refused.err.join()).toContain('ENTER_NEEDS_LAB');
    const named = enter('--http', `127.0.0.1:${lab().port}`, '--', 'echo in; exit 5');
    expect(await named.ended).toBe(5);
    expect(named.out).toEqual(['in']);
  });
});

test.skipIf(process.platform !== 'linux')('without a bridge, it says so', async () => {
  const program = enterFrom(newFolder(), ['true']);
  expect(await program.ended).toBe(1);
  expect(program.err).toEqual(['No bridge of yours is running. Start one with: npm start']);
});

test('a program that may not be traced is one job, whose calls nobody sees', () => {
  const followed: FollowedProgram[] = [];
  const host = { follow: (_by: string, _command: string, program: FollowedProgram) => void followed.push(program) };
  const guest = new Guest({ what: 'knock', command: 'curl', isShell: true, folder: '/' }, host, (error) =>
    expect.unreachable(String(error)),
  );
  guest.take({ what: 'started', process: 1, errno: 'ENOSYS' });
  expect(followed).toMatchObject([{ isTraced: false, whyUntraced: 'TRACER_NOT_POSSIBLE' }]);
  let end: unknown;
  followed[0]!.start({
    onEnd: (ending) => (end = ending),
    onLine: () => {},
    onTraced: () => {},
    onTracerLost: () => {},
    tracedProcesses: () => new Set(),
  });
  guest.take({ what: 'left', code: 2, signal: 0 });
  expect(end).toEqual({ code: 2, signal: null });
});

describe.skipIf(process.platform === 'win32')('the folder of the doors', () => {
  test('is the user’s alone, and made so if it is not', () => {
    const folder = join(newFolder(), 'aperto');
    mkdirSync(folder, { mode: 0o777 });
    chmodSync(folder, 0o777);
    expect(ownDoor(folder)).toBe(join(folder, `${process.pid}.sock`));
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
  });

  test('is no link', () => {
    const folder = newFolder();
    symlinkSync(folder, join(folder, 'aperto'));
    expect(() => ownDoor(join(folder, 'aperto'))).toThrow('is not a folder');
  });

  test.skipIf(!isRoot)('lets no other user in', async () => {
    const runtime = newFolder();
    const bridge = await startBridge();
    chmodSync(runtime, 0o755);
    await openDoor(bridge, runtime);
    const path = join(runtime, 'aperto', `${process.pid}.sock`);
    const code = `require('node:net').connect('${path}').on('error', ({ code }) => console.log(code)).on('connect', () => console.log('in'))`;
    const stranger = startProgram('setpriv', ['--reuid=65534', '--clear-groups', process.execPath, '-e', code]);
    await stranger.ended;
    expect(stranger.out).toEqual(['EACCES']);
  });
});
