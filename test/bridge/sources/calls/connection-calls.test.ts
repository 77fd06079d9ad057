import { expect, test } from 'vitest';
import { ConnectionCalls } from '../../../../bridge/sources/calls/connection-calls.ts';
import type { Report } from '../../../../bridge/trace/report.ts';

test('a program that shuts a connection down twice has made two calls, and the first one ended it', () => {
  const reports = new Map<string, Report>();
  const calls = new ConnectionCalls('server', 0, (report) => reports.set(report.id, report));
  calls.report({ what: 'shutdown', call: 1, startedAt: 10, at: 11, result: 'ok' });
  calls.report({ what: 'blocked', call: 2, name: 'shutdown', startedAt: 20 });
  calls.report({ what: 'shutdown', call: 2, startedAt: 20, at: 31, result: 'ENOTCONN' });
  expect([...reports.values()]).toMatchObject([
    { id: 'server.shutdown', startedAt: 10, returnedAt: 11, result: 'ok' },
    { id: 'server.shutdown.1', startedAt: 20, returnedAt: 31, result: 'ENOTCONN' },
  ]);
});
