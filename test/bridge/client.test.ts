import { expect, test } from 'vitest';
import type { Trace } from '../../bridge/trace/trace.ts';
import { startNumberServer, startServer } from '../helpers/bridge.ts';
import { freePort } from '../helpers/free-port.ts';
import { CLIENT } from '../helpers/programs/built-programs.ts';
import { whyNoIpv6, whyNoLab } from '../helpers/programs/lab.ts';
import { startNode } from '../helpers/programs/program.ts';
import { expectCausal, segmentNames } from '../helpers/trace-checks.ts';

const start = (...args: string[]) => startNode([...CLIENT, ...args]);
const at = (port: number) => ['--target', `127.0.0.1:${port}`];

test('prints the number and the reply', async () => {
  const program = start('121', ...at(await startNumberServer()));
  expect(await program.ended).toBe(0);
  expect(program.out).toEqual(['121', 'ÍMPAR']);
  expect(program.err).toEqual([]);
});

test('without a number: one from 1 to 1000, in two bytes', async () => {
  const port = await startServer((socket) => socket.once('data', (bytes: Buffer) => socket.end(bytes.toString('hex'))));
  const program = start(...at(port));
  expect(await program.ended).toBe(0);
  const [number, hex] = program.out;
  expect(Number(number)).toBeGreaterThanOrEqual(1);
  expect(Number(number)).toBeLessThanOrEqual(1000);
  expect(hex).toBe(Number(number).toString(16).padStart(4, '0'));
});

test('more than a double can hold', async () => {
  const program = start('12345678901234567890123', ...at(await startNumberServer()));
  expect(await program.ended).toBe(0);
  expect(program.out).toEqual(['12345678901234567890123', '12345678901234567890123']);
});

test('--json prints the whole trace, and nothing else', async () => {
  const port = await startNumberServer();
  const program = start('8', '--json', ...at(port));
  expect(await program.ended).toBe(0);
  const trace = JSON.parse(program.out.join('\n')) as Trace;
  expect(trace).toMatchObject({
    format: 'aperto-trace',
    version: 1,
    wire: 'direct',
    target: `127.0.0.1:${port}`,
    outcome: 'replied',
    reply: { text: 'PAR', hex: '504152' },
    script: [{ do: 'send', hex: '0008' }, { do: 'recv' }, { do: 'close' }],
  });
  expect(new Date(trace.startedAt).toISOString()).toBe(trace.startedAt);
  expect(trace.sources.map(({ name }) => name)).toContain('client-socket');
  expectCausal(trace.steps);
  expect(segmentNames(trace.steps).slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
  expect(program.err).toEqual([]);
});

test.skipIf(whyNoLab ?? whyNoIpv6)('the lab, for an IPv6 target: over IPv6', async () => {
  const program = start('8', '--json', '--wire', 'lab', '--target', '[::1]:65432');
  expect(await program.ended).toBe(0);
  const { target, reply } = JSON.parse(program.out.join('\n')) as Trace;
  expect([target, reply?.text]).toEqual(['[fd77::2]:65432', 'PAR']);
});

test('silence is an answer too: exit code 0', async () => {
  const program = start('1000000001', ...at(await startNumberServer()));
  expect(await program.ended).toBe(0);
  expect(program.out).toEqual(['1000000001']);
  expect(program.err).toHaveLength(1);
});

test('refused: a sentence, exit code 1', async () => {
  const program = start('1', ...at(await freePort()));
  expect(await program.ended).toBe(1);
  expect(program.out).toEqual(['1']);
  expect(program.err).toEqual([expect.stringMatching(/refused/)]);
});

test('refused, as JSON: a trace, exit code 1', async () => {
  const program = start('1', '--json', ...at(await freePort()));
  expect(await program.ended).toBe(1);
  expect(JSON.parse(program.out.join('\n'))).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
});

test.each([['-1'], ['1.5'], ['0x10'], ['1e3'], ['ten'], ['']])(
  '%j is no number: a sentence, the usage, exit code 2',
  async (text) => {
    const program = start('--target', '127.0.0.1:1', '--', text);
    expect(await program.ended).toBe(2);
    expect(program.out).toEqual([]);
    expect(program.err.join('\n')).toContain('NUMBER');
  },
);

test.each([[['1', '2']], [['--nonsense']], [['--target', 'nonsense']]])('%j: exit code 2', async (args) => {
  const program = start(...args);
  expect(await program.ended).toBe(2);
  expect(program.out).toEqual([]);
});

test('--help', async () => {
  const program = start('--help');
  expect(await program.ended).toBe(0);
  expect(program.out.join('\n')).toContain('--json');
});

test('what a terminal obeys in a reply is shown, not obeyed; as JSON it is the same reply', async () => {
  const reply = '\u001b[2J\u009b31m\u0007é\u202egpj\n';
  const port = await startServer((socket) => socket.end(reply));
  const program = start('1', ...at(port));
  expect(await program.ended).toBe(0);
  expect(program.out[1]).toBe('\\x1b[2J\\x9b31m\\x07é\\u202egpj');
  const asJson = start('1', '--json', ...at(port));
  expect(await asJson.ended).toBe(0);
  const json = asJson.out.join('\n');
  expect(json).not.toMatch(/[^\P{C}\n]/u);
  expect(JSON.parse(json)).toMatchObject({ reply: { text: reply } });
});

test('Ctrl+C gives the run up: exit code 1, and the server meets the end', async () => {
  let met = '';
  const port = await startServer((socket) => {
    socket.once('data', () => program.child.kill('SIGINT')).resume();
    socket.once('error', (error: NodeJS.ErrnoException) => (met = error.code!));
    socket.once('end', () => (met ||= 'end'));
  });
  const program = start('1', ...at(port));
  expect(await program.ended).toBe(1);
  expect(program.err).toEqual([expect.stringMatching(/cancelled/)]);
  expect(met).not.toBe('');
});

const CAPTURE = 'test/fixtures/captures/random.pcap.gz';

test('--open: a line for each connection of a capture file', async () => {
  const program = start('--open', CAPTURE);
  expect(await program.ended).toBe(0);
  const lines = program.out.filter((line) => line.startsWith('#'));
  expect(program.out[lines.length]).toMatch(new RegExp(`^${lines.length} connections, \\d+ segments in \\d+ frames$`));
  expect(lines[0]).toMatch(/^#1 \S+:\d+ → \S+:\d+: \w+.*; \d+ bytes up, \d+ down; \d+\.\d{3} s$/);
  expect(program.err).toEqual([]);
});

test('--open with a number: that connection as a trace; with --json: the whole list', async () => {
  const [one, all] = [start('--open', CAPTURE, '2'), start('--open', CAPTURE, '--json')];
  expect(await Promise.all([one.ended, all.ended])).toEqual([0, 0]);
  const trace = JSON.parse(one.out.join('\n')) as Trace;
  expect(trace).toMatchObject({ format: 'aperto-trace', wire: 'capture' });
  expect(trace.steps.filter(({ kind }) => kind === 'call')).toEqual([]);
  const { connections } = JSON.parse(all.out.join('\n')) as { connections: { server: { port: number } }[] };
  expect(trace.target).toMatch(new RegExp(`:${connections[1]!.server.port}$`));
});

test.each([
  [['--open', 'no/such/file'], 'no/such/file cannot be read: ENOENT'],
  [['--open', 'README.md'], 'is no capture file'],
  [['--open', CAPTURE, '99999999'], 'counted from 1'],
])('--open says what is wrong: %j', async (args, sentence) => {
  const program = start(...args);
  expect(await program.ended).toBe(1);
  expect(program.err.join()).toMatch(sentence);
});
