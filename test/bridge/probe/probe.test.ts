import type { IOType } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PROBED, PROBE_URL, startProbed, tell } from '../../helpers/programs/probed.ts';
import { portIn, startNode } from '../../helpers/programs/program.ts';
import { talk } from '../../helpers/clients/talk.ts';

const forEver = 'test/fixtures/servers/answers-for-ever.mjs';

test('reports every TCP server of the process, IPv6 too, and leaves those on a path alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'probe-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = startProbed(['test/fixtures/servers/several.mjs', join(folder, 'socket')]);
  expect(await program.ended).toBe(0);
  await program.reported;

  const listens = program.reports.flatMap((report) => (report.what === 'listen' ? [report.address] : []));
  expect(listens).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:\d+$/),
    expect.stringMatching(/^\[::1\]:\d+$/),
    expect.stringMatching(/^127\.0\.0\.1:\d+$/),
  ]);
  const accepts = program.reports.flatMap((report) => (report.what === 'accept' ? [report] : []));
  expect(new Set(accepts.map(({ connection }) => connection)).size).toBe(3);
  expect(accepts.map(({ local }) => local)).toEqual([listens[1], listens[0], listens[2]]);
  expect(accepts[0]?.peer).toMatch(/^\[::1\]:\d+$/);
  for (const { connection } of accepts) {
    const own = program.reports.filter((report) => 'connection' in report && report.connection === connection);
    expect(tell(own)).toEqual(['accept', 'send 2', 'shutdown', 'recv 0', 'close']);
  }
});

test('accept waits from the listen, then from the accept before', async () => {
  const program = startProbed([forEver]);
  const port = portIn(await program.line(/^listening/));
  for (let turn = 0; turn < 2; turn++) await talk(port, [{ send: 'x' }]);
  await program.reportNumber(2, 'accept');
  const [listen, first, second] = program.reports.filter(({ what }) => what === 'listen' || what === 'accept');
  expect(first).toMatchObject({ startedAt: (listen as { at: number }).at });
  expect(second).toMatchObject({ startedAt: (first as { at: number }).at });
});

test('falls silent when the bridge goes away, and the server goes on', async () => {
  const program = startProbed([forEver]);
  const port = portIn(await program.line(/^listening/));
  await talk(port, [{ send: 'x' }]);
  program.channel.destroy();
  for (let turn = 0; turn < 5; turn++)
    expect(await talk(port, [{ send: 'x' }])).toMatchObject({ bytes: 1, end: 'fin' });
  expect(program.err).toEqual([]);
});

test.each<[string, IOType | number]>([
  ['nothing', 'ignore'],
  ['a file', openSync('package.json', 'r')],
])('is inert, and leaves the environment alone, if descriptor 3 is %s', async (_, descriptor) => {
  const looksAround = 'test/fixtures/servers/looks-around.mjs';
  const program = startNode([looksAround], { env: PROBED, stdio: ['pipe', 'pipe', 'pipe', descriptor] });
  const port = portIn(await program.line(/^listening/));
  expect(await talk(port, [{ send: 'x' }])).toMatchObject({ end: 'fin' });
  expect(await program.ended).toBe(0);
  expect(program.out[0]).toBe(JSON.stringify(['1', `--import=${PROBE_URL}`, [], 2]));
});

test('reports from behind a shell too, and the connection numbers of two servers do not collide', async () => {
  const program = startProbed({ via: `node ${forEver} & node ${forEver}; wait` });
  await program.reportNumber(2, 'listen');
  const ports = program.reports.flatMap((report) => (report.what === 'listen' ? [portIn(report.address)] : []));
  for (const port of ports) expect(await talk(port, [{ send: 'x' }])).toMatchObject({ bytes: 1, end: 'fin' });
  await program.reportNumber(2, 'close');
  for (const accept of program.reports.filter((report) => report.what === 'accept')) {
    const own = program.reports.filter((report) => 'connection' in report && report.connection === accept.connection);
    expect(tell(own)).toEqual(['accept', 'recv 1', 'send 1', 'shutdown', 'recv 0', 'close']);
  }
});

test("reports nothing from the server's children", async () => {
  const parent =
    "import { spawn } from 'node:child_process'; spawn(process.argv[0], process.argv.slice(1), { stdio: 'inherit' })";
  const program = startProbed(['--input-type=module', '--eval', parent, forEver]);
  expect(await talk(portIn(await program.line(/^listening/)), [{ send: 'x' }])).toMatchObject({ end: 'fin' });
  expect(program.reports.map(({ what }) => what)).toEqual(['probe']);
  expect(program.err).toEqual([]);
});

test('is inert without a channel', async () => {
  const program = startNode([forEver], { env: PROBED });
  expect(await talk(portIn(await program.line(/^listening/)), [{ send: 'x' }])).toMatchObject({ end: 'fin' });
  expect(program.err).toEqual([]);
});

test('a bridge that reads slowly loses nothing', async () => {
  const program = startProbed([forEver]);
  const port = portIn(await program.line(/^listening/));
  program.channel.pause();
  const visitors = Array.from({ length: 300 }, () => talk(port, [{ send: 'x'.repeat(4096) }]));
  // The kernel connects it after the others, even while the server waits for its bridge.
  const last = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void last.destroy());
  await once(last, 'connect');
  program.channel.resume();
  await Promise.all(visitors);
  await program.reportNumber(301, 'accept');
  program.child.kill();
  await program.reported;
  expect(program.reports.filter(({ what }) => what === 'accept')).toHaveLength(301);
  const received = program.reports.reduce((sum, report) => sum + (report.what === 'recv' ? report.bytes : 0), 0);
  expect(received).toBe(300 * 4096);
});

test('a server that has paused its socket is in no recv() until it resumes', async () => {
  const PAUSE_MS = 300;
  const server = `import { createServer } from 'node:net';
    createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      socket.on('data', () => {}).on('end', () => socket.end()).pause();
      setTimeout(() => socket.resume(), ${PAUSE_MS});
    }).listen(0, '127.0.0.1', function () { console.log('listening on 127.0.0.1:' + this.address().port); });`;
  const program = startProbed(['--input-type=module', '--eval', server]);
  await talk(portIn(await program.line(/^listening/)), [{ send: 'x' }, 'shutdown']);
  const accept = await program.report(({ what }) => what === 'accept');
  const recv = await program.report(({ what }) => what === 'recv');
  if (accept.what !== 'accept' || recv.what !== 'recv') throw new Error('never');
  expect(recv).toMatchObject({ bytes: 1 });
  expect(recv.startedAt - accept.at).toBeGreaterThan((PAUSE_MS - 5) * 1000);
});
