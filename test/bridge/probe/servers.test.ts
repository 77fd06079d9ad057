import { expect, test } from 'vitest';
import type { ProbeReport } from '../../../bridge/probe/report.ts';
import { startProbed, tell } from '../../helpers/programs/probed.ts';
import { portIn, startNode, type Program } from '../../helpers/programs/program.ts';
import { talk, type Act } from '../../helpers/clients/talk.ts';

interface ServerCase {
  server: string;
  script: Act[];
  reports: string[];
  /** The server goes on after this connection. */
  stays?: boolean;
  /** The kernel decides how many bytes the client gets. */
  varies?: boolean;
}

const NUMBER_SERVER = '../../../dist/server/main.js';
const GET = 'GET /page HTTP/1.1\r\nHost: here\r\n\r\n';

const servers: ServerCase[] = [
  { server: NUMBER_SERVER, script: [{ send: '\0y' }], reports: ['recv 2', 'send 6', 'close'] },
  { server: NUMBER_SERVER, script: [{ send: ';\u001a\u001a\0' }], reports: ['recv 4', 'send 3', 'close'] },
  {
    server: NUMBER_SERVER,
    script: [{ send: 'x'.repeat(1025) }],
    reports: ['recv 1025', 'send 2466', 'close by reset'],
  },
  { server: NUMBER_SERVER, script: ['shutdown'], reports: ['recv 0', 'send 3', 'close'] },
  {
    server: 'never-reads.mjs',
    script: [{ await: 'end' }, { send: 'hello' }],
    reports: ['send 2', 'shutdown', 'recv 5', 'recv 0'],
    stays: true,
  },
  {
    server: 'late-listener.mjs',
    script: [{ send: 'abc' }],
    reports: ['recv 3', 'send 3', 'shutdown', 'recv 0', 'close'],
  },
  { server: 'for-await.mjs', script: [{ send: 'abc' }, 'shutdown'], reports: ['recv 3', 'recv 0', 'close'] },
  {
    server: 'pipe-half-open.mjs',
    script: [{ send: 'echo me' }, { await: 'data' }, 'shutdown'],
    reports: ['recv 7', 'send 7', 'recv 0', 'shutdown', 'close'],
  },
  { server: 'throws.mjs', script: [{ send: 'abc' }], reports: ['recv 3'] },
  { server: 'exits.mjs', script: [{ send: 'abc' }], reports: ['recv 3'] },
  {
    server: 'five-mebibytes.mjs',
    script: [],
    reports: [...Array<string>(80).fill('send 65536'), 'shutdown', 'recv 0', 'close'],
  },
  { server: 'common-js.cjs', script: [{ send: 'abc' }], reports: ['recv 3', 'send 6', 'shutdown', 'recv 0', 'close'] },
  {
    server: 'http.mjs',
    script: [{ send: GET }],
    reports: [`recv ${GET.length}`, 'send 77', 'shutdown', 'close'],
  },
  {
    server: 'ends-first.mjs',
    script: [{ await: 'end' }, { send: 'abc' }],
    reports: ['send 3', 'shutdown', 'recv 3', 'recv 0', 'close'],
  },
  { server: 'resets.mjs', script: [{ send: 'abc' }], reports: ['recv 3', 'close by reset'] },
  { server: 'is-reset.mjs', script: [{ await: 'data' }, 'reset'], reports: ['send 2', 'recv 0 ECONNRESET', 'close'] },
  { server: 'corked-texts.mjs', script: [], reports: ['send 2', 'send 7', 'shutdown', 'recv 0', 'close'] },
  { server: 'gives-up-writing.mjs', script: [{ await: 'data' }, { send: 'x' }], reports: [], varies: true },
  { server: 'looks-around.mjs', script: [{ send: 'x' }], reports: ['recv 1', 'close'] },
];

async function run(program: Program, { script, stays, varies }: ServerCase) {
  const heard = await talk(portIn(await program.line(/^listening on/)), script);
  const ending = stays ? 'stays' : await program.ended;
  return {
    heard: varies ? heard.end : heard,
    ending,
    // The port changes each time, and the stack of an error contains the probe.
    out: program.out.map((line) => line.replace(/:\d+$/, '')),
    err: program.err.filter((line) => !/^\s+at /.test(line)),
  };
}

test.each(servers)('$server is the same with the probe, which reports $reports', async (server) => {
  const args = [
    `test/fixtures/servers/${server.server}`,
    ...(server.server === NUMBER_SERVER ? ['--port=0', '--once'] : []),
  ];
  const alone = await run(startNode(args), server);
  const program = startProbed(args);
  const watched = await run(program, server);
  if (server.stays) {
    await program.report((report) => report.what === 'recv' && report.bytes === 0);
    program.child.kill();
  }
  await program.reported;
  expect(watched).toEqual(alone);
  if (!server.varies) expect(tell(program.reports)).toEqual(['probe', 'listen', 'accept', ...server.reports]);
  expectTimesInOrder(program.reports);
});

/** Calls are reported when they return. Each began before that, and after the previous call of its sort returned. */
function expectTimesInOrder(reports: ProbeReport[]): void {
  let last = 0;
  let lastReceive = 0;
  for (const report of reports) {
    if (report.what === 'probe') continue;
    expect(report.startedAt).toBeLessThanOrEqual(report.at);
    expect(report.at).toBeGreaterThanOrEqual(last);
    last = report.at;
    if (report.what !== 'recv' && report.what !== 'accept') continue;
    if (lastReceive > 0) expect(report.startedAt).toBe(lastReceive);
    lastReceive = report.at;
  }
}

test('a write that a close cuts short is reported with the bytes that the kernel took', async () => {
  const program = startProbed(['test/fixtures/servers/gives-up-writing.mjs']);
  const heard = await talk(portIn(await program.line(/^listening/)), [{ await: 'data' }, { send: 'x' }]);
  await program.reported;
  expect(heard.bytes).toBeLessThan(64 * 1024 * 1024);
  expect(tell(program.reports).slice(3)).toEqual(['recv 1', `send ${heard.bytes} ECANCELED`, 'close']);
});

test('payloads are the first 4096 bytes, whatever they were written as', async () => {
  const texts = startProbed(['test/fixtures/servers/corked-texts.mjs']);
  await talk(portIn(await texts.line(/^listening/)), []);
  await texts.reported;
  const payloads = texts.reports.flatMap((report) => (report.what === 'send' ? [report.payload] : []));
  expect(payloads).toEqual(['c3a9', 'e9' + '00ff' + 'c3a9' + 'e900']);

  const echo = startProbed(['test/fixtures/servers/common-js.cjs']);
  await talk(portIn(await echo.line(/^listening/)), [{ send: 'a'.repeat(5000) }]);
  await echo.reported;
  expect(echo.reports.find((report) => report.what === 'recv')).toMatchObject({
    bytes: 5000,
    payload: '61'.repeat(4096),
  });
});
