import type { Heard, Report } from '../../../bridge/trace/report.ts';
import type { Call } from '../../../bridge/trace/step.ts';

/** What a source that looks at the server program now and then reports of it, in place of what it did. */
export function lookedAt(reports: readonly Report[], looks: readonly number[]): Report[] {
  const others = reports.filter((report) => !isOfServer(report));
  const pauses: Report[] = [];
  const counts = { accept: 0, recv: 0, send: 0 };
  const seen: Call[] = [];
  for (const call of wholeCalls(reports)) {
    const { name, startedAt, returnedAt = Infinity } = call;
    const during = looks.filter((at) => at > startedAt && at < returnedAt);
    if (during.length === 0 || (name !== 'accept' && name !== 'recv' && name !== 'send')) continue;
    const [firstSeen, lastSeen] = [during[0]!, during.at(-1)!];
    if (lastSeen > firstSeen)
      pauses.push({ kind: 'pause', id: `server.pause.${firstSeen}`, side: 'server', at: firstSeen, until: lastSeen });
    const before = looks.findLast((at) => at <= startedAt);
    const goneAt = looks.find((at) => at >= returnedAt);
    const id = name === 'accept' ? 'server.accept' : `server.${name}.${counts[name]++}`;
    const { args, side, evidence, kind } = call;
    const within = {
      ...(before !== undefined && { startUs: firstSeen - before }),
      ...(goneAt !== undefined && { returnUs: goneAt - lastSeen }),
    };
    const returned = goneAt === undefined ? {} : { returnedAt: goneAt };
    seen.push({ kind, id, side, evidence, name, args, at: firstSeen, startedAt: firstSeen, ...returned, within });
  }
  return [...others, ...seen, ...pauses];
}

const isOfServer = (report: Report): boolean =>
  (report.kind === 'call' && report.side === 'server') || (report.kind === 'state' && report.to === 'LISTEN');

/** The last report of each of the server's calls. */
export function wholeCalls(reports: readonly Report[]): Call[] {
  const calls = new Map<string, Call>();
  for (const report of reports) if (report.kind === 'call' && report.side === 'server') calls.set(report.id, report);
  return [...calls.values()].sort((a, b) => a.startedAt - b.startedAt);
}

/** The same run without a capture: in place of segments and kernels' states, what the client's socket heard. */
export function withoutCapture(reports: readonly Report[]): Report[] {
  const client = reports.filter((report) => report.kind !== 'segment' && report.kind !== 'sighting');
  const heard = client.flatMap((report): Heard[] => {
    if (report.kind !== 'call' || report.side !== 'client' || report.name !== 'recv') return [];
    const { id, returnedAt, result, bytes = 0 } = report;
    if (returnedAt === undefined) return [];
    const what = result !== 'ok' ? 'rst' : bytes > 0 ? 'data' : 'fin';
    return [{ kind: 'heard', id: `${id}.heard`, at: returnedAt, side: 'client', what, bytes, payload: '' }];
  });
  const end = heard.find(({ what }) => what !== 'data');
  return [...client, ...heard.filter((news) => news.what === 'data' || news === end)];
}
