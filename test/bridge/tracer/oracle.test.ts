import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../helpers/free-port.ts';
import { callsByStrace, callsByTracer } from '../../helpers/oracle/call-lists.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { TracedProgram } from '../../helpers/programs/traced-program.ts';
import { until } from '../../helpers/until.ts';

const FIXTURES = 'test/fixtures/traced';
const folder = mkdtempSync(join(tmpdir(), 'aperto-traced-'));
const LOOPS = join(folder, 'loops');
afterAll(() => rmSync(folder, { recursive: true }));

const has = (program: string, ...args: string[]): boolean => spawnSync(program, args, { stdio: 'ignore' }).status === 0;
const hasGcc = has('gcc', '--version');
const tools = {
  gcc: hasGcc,
  python3: PYTHON !== undefined,
  perl: has('perl', '-e', '1'),
  bash: has('bash', '-c', 'true'),
  node: true,
};
const hasStrace = has('strace', '-f', '-o', '/dev/null', 'true');
for (const [tool, there] of Object.entries({ ...tools, strace: hasStrace }))
  if (!there)
    console.log(`Tests of traced programs that need ${tool} are left out: it is not installed, or may not run.`);

const python = PYTHON ?? 'python3';

/** Connects when the server listens, says something, waits for the answer, and closes first. */
async function visit(port: number): Promise<string> {
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    try {
      await once(socket, 'connect');
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    socket.on('error', () => {});
    socket.write('hello');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    const closed = once(socket, 'close');
    socket.end();
    await closed;
    return answer.toString();
  }
}

/** The other end of a program: it is ready when the program starts, and plays its part then. */
type OtherEnd = (port: number) => Promise<() => Promise<void>>;

const visitTwice: OtherEnd = async (port) => async () => {
  await visit(port);
  await visit(port);
};

/** A server in this process, for programs that are clients. */
const answerTwo: OtherEnd = async (port) => {
  let over = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.write('hi\n'));
    socket.once('close', () => (over += 1));
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return async () => {
    await until(() => over === 2);
    server.close();
  };
};

type Kind = [name: string, needs: keyof typeof tools, command: (port: string) => string[], otherEnd?: OtherEnd];

const KINDS: Kind[] = [
  ['Python, blocking', 'python3', (port) => [python, `${FIXTURES}/blocking.py`, port]],
  ['Python, a thread for each', 'python3', (port) => [python, `${FIXTURES}/threads.py`, port]],
  ['Python, a process for each', 'python3', (port) => [python, `${FIXTURES}/forks.py`, port]],
  ['Python, epoll', 'python3', (port) => [python, `${FIXTURES}/epoll.py`, port]],
  ['Python, select', 'python3', (port) => [python, `${FIXTURES}/selecting.py`, port]],
  ['Python, asyncio', 'python3', (port) => [python, `${FIXTURES}/asyncio_server.py`, port]],
  ['Python, copies of a descriptor', 'python3', (port) => [python, `${FIXTURES}/duplicates.py`, port]],
  ['Python, a connection passed to another process', 'python3', (port) => [python, `${FIXTURES}/passes.py`, port]],
  ['Python, sendfile', 'python3', (port) => [python, `${FIXTURES}/sendfile.py`, port]],
  ['Python, a connection left open', 'python3', (port) => [python, `${FIXTURES}/leaves.py`, port]],
  [
    'Python, a client that does not wait',
    'python3',
    (port) => [python, `${FIXTURES}/nonblocking_client.py`, port],
    answerTwo,
  ],
  ['C, blocking', 'gcc', (port) => [LOOPS, port, 'blocking']],
  ['C, poll', 'gcc', (port) => [LOOPS, port, 'poll']],
  ['C, select', 'gcc', (port) => [LOOPS, port, 'select']],
  ['C, epoll', 'gcc', (port) => [LOOPS, port, 'epoll']],
  ['C, a process for each', 'gcc', (port) => [LOOPS, port, 'fork']],
  ['Perl', 'perl', (port) => ['perl', `${FIXTURES}/blocking.pl`, port]],
  ['Node without a probe', 'node', (port) => [process.execPath, `${FIXTURES}/plain.cjs`, port]],
  [
    'a shell that starts it',
    'python3',
    (port) => ['/bin/sh', '-c', `true; ${python} ${FIXTURES}/blocking.py ${port}; exit 0`],
  ],
  ['a client in bash', 'bash', (port) => ['bash', `${FIXTURES}/client.sh`, port], answerTwo],
];

async function traced(command: string[], play: () => Promise<void>) {
  const program = new TracedProgram(command);
  onTestFinished(() => program.kill());
  await play();
  const end = await program.ended();
  return { end, calls: callsByTracer(program.reports) };
}

beforeAll(() => {
  if (hasGcc) execFileSync('gcc', ['-o', LOOPS, `${FIXTURES}/loops.c`]);
});

describe.skipIf(process.platform !== 'linux')('what the tracer reports is what strace reports, call by call', () => {
  for (const [name, needs, command, otherEnd = visitTwice] of KINDS)
    test.skipIf(!tools[needs] || !hasStrace)(name, async () => {
      const port = await freePort();
      const { end, calls } = await traced(command(String(port)), await otherEnd(port));
      expect(end).toEqual({ code: 0, signal: null });
      const another = await freePort();
      const expected = await callsByStrace(command(String(another)), await otherEnd(another));
      expect(expected.flat().length).toBeGreaterThan(5);
      expect(calls).toEqual(expected);
    });
});
