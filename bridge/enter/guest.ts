import { constants } from 'node:os';
import type { Bridge } from '../bridge.ts';
import { commandLineOf } from '../machine/command-line.ts';
import type { WhyNoSource } from '../protocol/remedies.ts';
import type { ClientEvents, FollowedProgram, StartedProgram } from '../programs/client-program.ts';
import { whyUntraced } from '../sources/tracer/tracer-lines.ts';
import type { TracerReport } from '../tracer/report.ts';
import type { Knock, Left } from './door-messages.ts';
import { EnteredJobs, type JobEvents } from './entered-jobs.ts';

/**
 * Somebody who has come in, with the program that they have started. Each of its jobs that makes a connection becomes a run,
 * from its first connection to the end of its last process.
 */
export class Guest {
  readonly #command: string;
  readonly #isShell: boolean;
  readonly #host: Pick<Bridge, 'follow'>;
  readonly #complain: (error: unknown) => void;
  readonly #jobs: EnteredJobs;
  readonly #running = new Set<Job>();
  #untraced: JobEvents | undefined;
  #hasComplained = false;

  /** @param complain told once, if the pages cannot be shown a job */
  constructor({ command, isShell }: Knock, host: Pick<Bridge, 'follow'>, complain: (error: unknown) => void) {
    this.#command = command;
    this.#isShell = isShell;
    this.#host = host;
    this.#complain = complain;
    this.#jobs = new EnteredJobs({ byCommand: isShell, onJob: (process) => this.#begin(process) });
  }

  take(report: TracerReport | Left): void {
    if (report.what === 'left') return this.#end(report);
    // Nobody sees its calls, so all its connections are those of one job.
    if (report.what === 'started' && report.errno !== undefined)
      this.#untraced = this.#begin(report.process, whyUntraced(report.errno));
    else this.#jobs.take(report);
  }

  #end({ code, signal }: Left): void {
    this.#untraced?.onEnd(code, signal);
    this.#jobs.end(code, signal);
  }

  /** Nobody is there any more. */
  left(): void {
    for (const job of [...this.#running]) job.end({ code: null, signal: null });
  }

  #begin(process: number, whyUntraced?: WhyNoSource): JobEvents | undefined {
    const job: Job = new Job(whyUntraced, () => this.#running.delete(job));
    const command = this.#isShell ? (commandLineOf(process) ?? this.#command) : this.#command;
    try {
      this.#host.follow('enter', command, job);
    } catch (error) {
      if (!this.#hasComplained) this.#complain(error);
      this.#hasComplained = true;
      return undefined;
    }
    this.#running.add(job);
    return {
      onTraced: (report) => job.traced(report),
      onEnd: (code, signal) => job.end(signal === 0 ? { code, signal: null } : { code: null, signal: nameOf(signal) }),
    };
  }
}

type End = Parameters<ClientEvents['onEnd']>[0];

/** One command of a guest, as a run follows it. Its own terminal ends it, and no page. */
class Job implements FollowedProgram, StartedProgram {
  readonly isTraced: boolean;
  readonly whyUntraced: WhyNoSource;
  readonly isHeard = false;
  readonly #onOver: () => void;
  #events: ClientEvents | undefined;

  /** @param whyUntraced absent if its calls are traced */
  constructor(whyUntraced: WhyNoSource | undefined, onOver: () => void) {
    this.isTraced = whyUntraced === undefined;
    this.whyUntraced = whyUntraced ?? 'TRACER_NOT_POSSIBLE';
    this.#onOver = onOver;
  }

  start(events: ClientEvents): StartedProgram {
    this.#events = events;
    return this;
  }

  traced(report: TracerReport): void {
    this.#events?.onTraced(report);
  }

  end(end: End): void {
    const events = this.#events;
    this.#events = undefined;
    this.#onOver();
    events?.onEnd(end);
  }

  exited(): void {}

  endRest(): void {}

  async stop(): Promise<void> {
    this.end({ code: null, signal: null });
  }
}

function nameOf(signal: number): NodeJS.Signals | null {
  const found = Object.entries(constants.signals).find(([, number]) => number === signal);
  return (found?.[0] as NodeJS.Signals | undefined) ?? null;
}
