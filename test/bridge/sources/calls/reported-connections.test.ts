import { describe, expect, test } from 'vitest';
import { ReportedConnections } from '../../../../bridge/sources/calls/reported-connections.ts';
import type { Report } from '../../../../bridge/trace/report.ts';

const LOCAL = '127.0.0.1:65432';

/** A program that waits in accept(), seen by a source that sees calls begin; a run of each of these client's ports. */
function waiting(...ports: number[]) {
  const connections = new ReportedConnections(
    65432,
    () => true,
    () => [{ what: 'blocked', call: 4, name: 'accept', startedAt: 4 }],
  );
  connections.sourceStarted();
  connections.take({ what: 'listen', startedAt: 1, at: 2, address: LOCAL });
  const runs = ports.map((port) => {
    const reports = new Map<string, Report>();
    connections.watch(10, (report) => reports.set(report.id, report)).connectedFrom(port);
    return reports;
  });
  return { connections, runs };
}

describe('an accept() of a connection that its peer has reset, so that nobody can say whose it was', () => {
  const accept = { what: 'accept', connection: 9, startedAt: 4, at: 20, peer: '', local: LOCAL } as const;

  test('is that of the only run that waits for one: its accept() is not blocked to the end', () => {
    const { connections, runs } = waiting(40001);
    connections.take(accept);
    connections.take({ what: 'close', connection: 9, startedAt: 30, at: 31, reset: false });
    expect(runs[0]!.get('server.accept')).toMatchObject({ returnedAt: 10, result: 'ok' });
    expect(runs[0]!.get('server.close')).toMatchObject({ startedAt: 20 });
  });

  test('is given to no run if several wait', () => {
    const { connections, runs } = waiting(40001, 40002);
    connections.take(accept);
    for (const run of runs) expect(run.get('server.accept')).not.toHaveProperty('result', 'ok');
  });
});
