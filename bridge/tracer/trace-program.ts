import { errno, waitpid } from './libc.ts';
import { now } from './clock.ts';
import { goOn, goOnToCall, threadOfEvent, interrupt, letGo, readStop, stayStopped, type Stop } from './ptrace.ts';
import type { Reporter } from './reporter.ts';
import { Ticks } from './ticks.ts';
import { Tracees, type Ending } from './tracees.ts';

const EINTR = 4;
/** Reports are written this often at most: each writing wakes the bridge, and takes a core from the program. */
const GATHERED_US = 5_000;
/** Of a thread that goes on untraced, nobody will know how it ends. */
const LET_GO: Ending = { code: 0, signal: 0 };
/** Threads too, not only processes: waitpid(2). */
const WALL = 0x40000000;

export interface TracedProgram {
  /** The first process of the program, stopped for the first time. */
  process: number;
  /** A process that ends well if the bridge wants no more reports, and badly if it has gone. A child of this process. */
  bridgeWatch?: number;
  /** The environment variable of Node programs with a probe, whose calls are left to it. */
  probeVariable?: string;
  /** The first process has ended; others may go on. */
  onEnd(): void;
}

/**
 * Follows a program until it has ended, and reports its calls. Nothing else happens in this process meanwhile.
 *
 *     waitpid ─ a thread has stopped ─▶ look ─▶ let it go on ─▶ report
 */
export class ProgramTrace {
  readonly #program: TracedProgram;
  readonly #reporter: Reporter;
  readonly #tracees: Tracees;
  readonly #status = Buffer.alloc(4);
  readonly #ticks = new Ticks(GATHERED_US);
  #ending: Ending | undefined;
  #stoppedAt = 0;
  #writtenAt = 0;
  /** The program listens: whoever dials it now has to know how that came about. */
  #isUrgent = false;
  /** The bridge wants no more reports: whoever is left goes on untraced. */
  #leaving = false;

  constructor(program: TracedProgram, reporter: Reporter) {
    this.#program = program;
    this.#reporter = reporter;
    this.#tracees = new Tracees(program.probeVariable, (report) => reporter.report(report));
    this.#tracees.isLookedAt(program.process);
  }

  /** Returns when every process of the program has ended, or none is to be followed any more. */
  run(): Ending {
    while (!this.#ending || this.#tracees.size > 0) {
      const thread = this.#nextStop();
      if (thread < 0) break;
      const at = now();
      this.#stoppedAt = at;
      const stop = readStop(this.#status.readInt32LE(0));
      if (thread === this.#program.bridgeWatch) this.#bridgeWatchStopped(thread, stop);
      else if (stop.why === 'ended') this.#ended(thread, stop);
      else if (this.#leaving) this.#leave(thread, stop);
      else this.#stopped(thread, stop, at);
    }
    this.#ticks.stop();
    this.#reporter.flush();
    return this.#ending ?? { code: 1, signal: 0 };
  }

  /** A report after a pause is written at once, and those that follow soon, together. The program runs meanwhile. */
  #nextStop(): number {
    if (this.#reporter.hasReports) {
      if (this.#isUrgent || this.#stoppedAt - this.#writtenAt >= GATHERED_US) this.#write();
      else this.#ticks.start();
    }
    for (;;) {
      const thread = waitpid(-1, this.#status, WALL);
      if (thread >= 0 || errno() !== EINTR) return thread;
      if (this.#reporter.hasReports) this.#write();
      else this.#ticks.stop();
    }
  }

  #write(): void {
    this.#reporter.flush();
    this.#isUrgent = false;
    this.#writtenAt = now();
  }

  #stopped(thread: number, stop: Stop, at: number): void {
    const signal = stop.why === 'signal' ? stop.signal : 0;
    if (stop.why === 'group') return stayStopped(thread);
    if (stop.why === 'birth') this.#tracees.born(threadOfEvent(thread), thread);
    const reports =
      stop.why === 'call'
        ? this.#tracees.atCall(thread, at)
        : stop.why === 'exec'
          ? this.#tracees.executed(thread, threadOfEvent(thread))
          : [];
    if (this.#tracees.isLookedAt(thread)) goOnToCall(thread, signal);
    else goOn(thread, signal);
    for (const report of reports) {
      this.#reporter.report(report);
      this.#isUrgent ||= report.what === 'return' && report.name === 'listen';
    }
  }

  /** A process that was made meanwhile is traced too, and has to be let go as well. */
  #leave(thread: number, stop: Stop): void {
    if (stop.why === 'birth') this.#tracees.born(threadOfEvent(thread), thread);
    letGo(thread, stop.why === 'signal' ? stop.signal : 0);
    this.#tracees.ended(thread, LET_GO);
  }

  #ended(thread: number, { code, signal }: Extract<Stop, { why: 'ended' }>): void {
    for (const report of this.#tracees.ended(thread, { code, signal })) this.#reporter.report(report);
    if (thread !== this.#program.process) return;
    this.#ending = { code, signal };
    this.#program.onEnd();
    if (this.#tracees.size > 0) this.#reporter.report({ what: 'exited', code, signal });
  }

  #bridgeWatchStopped(watch: number, stop: Stop): void {
    if (stop.why !== 'ended') return goOn(watch);
    // Without a bridge, the program ends too: the kernel ends it with this process.
    if (!this.#ending || !endedWell(stop)) process.exit(1);
    this.#leaving = true;
    for (const thread of this.#tracees.threads) interrupt(thread);
  }
}

function endedWell({ code, signal }: Ending): boolean {
  return code === 0 && signal === 0;
}
