import type { StdioOptions } from 'node:child_process';
import { createInterface } from 'node:readline';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Readable } from 'node:stream';
import type { ProbeReport } from '../../../bridge/probe/report.ts';
import { startNode, startProgram, type Program } from './program.ts';

export const PROBE_URL = pathToFileURL(resolve('dist/bridge/probe/probe.js')).href;

export interface Probed extends Program {
  reports: ProbeReport[];
  /** Resolves when nothing more can be reported. */
  reported: Promise<void>;
  channel: Readable;
  /** The first report that fits, now or later. */
  report(fits: (report: ProbeReport) => boolean): Promise<ProbeReport>;
  /** Resolves when so many reports of a sort have come. */
  reportNumber(count: number, what: ProbeReport['what']): Promise<ProbeReport>;
}

export const PROBED = { ...process.env, NODE_OPTIONS: `--import=${PROBE_URL}`, APERTO_PROBE: '1' };

/** Starts a server as the bridge does, with the probe in it. `via`: a shell's command line instead of Node's arguments. */
export function startProbed(args: string[] | { via: string }): Probed {
  const options = { env: PROBED, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] as StdioOptions };
  const program = Array.isArray(args) ? startNode(args, options) : startProgram('sh', ['-c', args.via], options);
  const channel = program.child.stdio[3] as Readable;
  const reports: ProbeReport[] = [];
  const waiting = new Set<(report: ProbeReport) => void>();
  const lines = createInterface(channel).on('line', (line) => {
    const report = JSON.parse(line) as ProbeReport;
    reports.push(report);
    for (const look of waiting) look(report);
  });
  const reported = new Promise<void>((done) => lines.once('close', done));
  const report = (fits: (report: ProbeReport) => boolean) =>
    new Promise<ProbeReport>((found, reject) => {
      const earlier = reports.find(fits);
      if (earlier) return found(earlier);
      waiting.add((later) => fits(later) && found(later));
      void reported.then(() => reject(new Error(`never reported; there was ${tell(reports).join(', ')}`)));
    });
  const reportNumber = (count: number, what: ProbeReport['what']) =>
    report(() => reports.filter((one) => one.what === what).length >= count);
  return { ...program, channel, reports, reported, report, reportNumber };
}

/** Reports in the order in which they came, as short as they can be told: `recv 2`, `send 6`, `close`. */
export function tell(reports: ProbeReport[]): string[] {
  return reports.map((report) => {
    switch (report.what) {
      case 'recv':
      case 'send':
        return [report.what, report.bytes, ...(report.result === 'ok' ? [] : [report.result])].join(' ');
      case 'shutdown':
        return report.result === 'ok' ? 'shutdown' : `shutdown ${report.result}`;
      case 'close':
        return report.reset ? 'close by reset' : 'close';
      default:
        return report.what;
    }
  });
}
