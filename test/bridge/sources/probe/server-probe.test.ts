import { beforeEach, expect, test } from 'vitest';
import { monotonicUs } from '../../../../bridge/machine/clock.ts';
import { ServerProbe } from '../../../../bridge/sources/probe/server-probe.ts';
import type { Report } from '../../../../bridge/trace/report.ts';

let probe: ServerProbe;
let connections = 0;
const feed = (report: object) => probe.feed(`${JSON.stringify(report)}\n`);
const accept = (port: number, connection = ++connections) => {
  const at = monotonicUs();
  feed({ what: 'accept', connection, startedAt: at, at, peer: `127.0.0.1:${port}`, local: '127.0.0.1:65432' });
  return connection;
};
const send = (connection: number, payload = 'aa') => {
  const at = monotonicUs();
  feed({ what: 'send', connection, startedAt: at, at, bytes: payload.length / 2, payload, result: 'ok' });
};
function watch() {
  const reports: Report[] = [];
  const watching = probe.watch(monotonicUs(), (report) => reports.push(report));
  return { watching, reports, ids: () => reports.map(({ id }) => id) };
}

beforeEach(() => {
  probe = new ServerProbe(65432);
  feed({ what: 'probe', pid: 1 });
  feed({ what: 'listen', startedAt: 0, at: 1, address: '0.0.0.0:65432' });
});

test('reports may be split anywhere', () => {
  const { watching, ids } = watch();
  watching.connectedFrom(40001);
  const at = monotonicUs();
  const report = {
    what: 'accept',
    connection: 7,
    startedAt: at,
    at,
    peer: '127.0.0.1:40001',
    local: '127.0.0.1:65432',
  };
  for (const character of `${JSON.stringify(report)}\n`) probe.feed(character);
  expect(ids().filter((id) => id === 'server.accept')).toHaveLength(2);
});

test('a server on another port is ignored', () => {
  const other = new ServerProbe(1);
  other.feed('{"what":"probe","pid":1}\n{"what":"listen","startedAt":0,"at":1,"address":"127.0.0.1:2"}\n');
  expect(other.listening).toBe(false);
  expect(other.status()).toMatchObject({ active: false });
});

test("an older connection from the same port is another client's", () => {
  send(accept(40001));
  const { watching, ids } = watch();
  watching.connectedFrom(40001);
  expect(ids()).not.toContain('server.send.0');
  send(accept(40001));
  expect(ids()).toContain('server.send.0');
});

test('the connections of other clients take bounded room; the latest is still known', () => {
  const { watching, ids } = watch();
  const busy = accept(50_000);
  for (let turn = 0; turn < 20_000; turn++) send(busy);
  for (let port = 1; port < 6000; port++) send(accept(port));
  send(accept(40001));
  watching.connectedFrom(40001);
  expect(ids()).toContain('server.send.0');

  const late = watch();
  late.watching.connectedFrom(50_000);
  expect(late.ids()).not.toContain('server.send.0');
});

test('claimed connections do not count towards that bound', () => {
  for (let turn = 0; turn < 10; turn++) {
    const { watching, ids } = watch();
    const connection = accept(40001);
    for (let count = 0; count < 5000; count++) send(connection);
    watching.connectedFrom(40001);
    expect(ids().filter((id) => id.startsWith('server.send.'))).toHaveLength(5000);
    feed({ what: 'close', connection, startedAt: 1, at: 2, reset: false });
  }
});

test.each([
  'null',
  'true',
  '[]',
  '""',
  '{"what":"toString"}',
  '{"what":"listen","startedAt":0,"at":1}',
  '{"what":"accept","connection":1,"startedAt":0,"at":1,"peer":{},"local":[]}',
  '{"what":"recv","connection":1,"startedAt":0,"at":1,"bytes":-1,"payload":"","result":"ok"}',
  '{"what":"send","connection":1,"startedAt":"0","at":1,"bytes":1,"payload":7,"result":"ok"}',
  '\u0000'.repeat(20_000),
])('a line that is no report is ignored: %s', (line) => {
  const { watching, reports } = watch();
  accept(40001, 1);
  watching.connectedFrom(40001);
  const count = reports.length;
  expect(() => probe.feed(`${line}\n`)).not.toThrow();
  expect(reports).toHaveLength(count);
});
