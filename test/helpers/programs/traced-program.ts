import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import { BUILT } from '../../../bridge/machine/paths.ts';
import { LineSplitter } from '../../../bridge/machine/line-splitter.ts';
import { BRIDGE_LIVES_DESCRIPTOR, TRACER_DESCRIPTOR, type TracerReport } from '../../../bridge/tracer/report.ts';
import { until } from '../until.ts';

export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program under the built tracer, as the bridge starts it. */
export class TracedProgram {
  readonly reports: TracerReport[] = [];
  readonly child: ChildProcess;
  output = '';

  /** @param asUser run the tracer as this user */
  constructor(
    command: readonly string[] | undefined,
    more: { probeVariable?: string; environment?: object; asUser?: number } = {},
  ) {
    const { asUser, environment, probeVariable } = more;
    this.child = spawn(process.execPath, [BUILT.tracer], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit', 'pipe', 'pipe', 'pipe'],
      ...(asUser !== undefined && { uid: asUser, gid: asUser }),
    });
    const channel = this.child.stdio[TRACER_DESCRIPTOR] as Duplex;
    const lines = new LineSplitter(1_000_000, (line) => this.reports.push(JSON.parse(line) as TracerReport));
    channel.on('error', () => {});
    channel.setEncoding('utf8').on('data', (text: string) => lines.feed(text));
    (this.child.stdio[3] as Readable).resume();
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    const env = { ...process.env, ...environment };
    if (command)
      channel.write(`${JSON.stringify({ command, environment: env, ...(probeVariable && { probeVariable }) })}\n`);
  }

  /** Waits for a report. */
  async report<What extends TracerReport['what']>(
    what: What,
    fits: (report: Extract<TracerReport, { what: What }>) => boolean = () => true,
  ): Promise<Extract<TracerReport, { what: What }>> {
    type Wanted = Extract<TracerReport, { what: What }>;
    const find = (): Wanted | undefined =>
      this.reports.find((each): each is Wanted => each.what === what && fits(each as Wanted));
    const channel = this.child.stdio[TRACER_DESCRIPTOR] as Duplex;
    await until(() => find() !== undefined || channel.closed);
    const found = find();
    if (!found) throw new Error(`The program ended without this report: ${what}`);
    return found;
  }

  /** Nobody wants more reports. */
  letGo(): void {
    const number: number = BRIDGE_LIVES_DESCRIPTOR;
    (this.child.stdio[number] as Duplex).end('\n');
  }

  /** Closes this end of every channel, as a bridge that ends. */
  bridgeEnds(): void {
    for (const number of [TRACER_DESCRIPTOR, BRIDGE_LIVES_DESCRIPTOR]) (this.child.stdio[number] as Duplex).destroy();
  }

  /** Resolves when the program has ended, and everything has been read. */
  async ended(): Promise<End> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'close');
    else if (!(this.child.stdio[TRACER_DESCRIPTOR] as Duplex).closed) await once(this.child, 'close');
    return { code: this.child.exitCode, signal: this.child.signalCode };
  }

  /** Ends whatever is left of it. */
  async kill(): Promise<void> {
    try {
      process.kill(-this.child.pid!, 'SIGKILL');
    } catch {
      // It has ended.
    }
    await this.ended();
  }
}
