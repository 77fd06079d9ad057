import type { TracerReport } from '../tracer/report.ts';

/** Reports of a job that has no connection yet: the last ones of its calls are kept, as they may belong to one. */
const MOST_KEPT = 1000;

/** What a job is told of. */
export interface JobEvents {
  onTraced(report: TracerReport): void;
  /** All its processes have ended; the code and the signal are those of the first one. */
  onEnd(code: number, signal: number): void;
}

export interface EnteredJobsOptions {
  /** Whether each command of an interactive shell is a job of its own. Otherwise all that is started is one job. */
  byCommand: boolean;
  /**
   * A job makes its first connection. What has been reported of it before follows at once.
   * @param process its first process
   */
  onJob(process: number): JobEvents | undefined;
}

interface Job {
  readonly first: number;
  readonly processes: Set<number>;
  kept: TracerReport[];
  events?: JobEvents | undefined;
  isShown: boolean;
  end?: { code: number; signal: number };
}

/**
 * Sorts what a tracer reports of an entered program by job: what the person at the terminal calls a command. It is pure.
 *
 *     nsenter ─ shell ─┬─ curl                     a job
 *                      ├─ python3 ─┬─ python3      a job
 *                      │           └─ python3
 *                      └─ (the shell's own connections: a job)
 */
export class EnteredJobs {
  readonly #options: EnteredJobsOptions;
  readonly #parents = new Map<number, number>();
  readonly #ofProcess = new Map<number, Job>();
  /** By socket, call and thread: who has it. A socket may be used by the processes of another job too. */
  readonly #ofSocket = new Map<number, Job>();
  readonly #ofCall = new Map<number, Job>();
  readonly #ofThread = new Map<number, Job>();
  #entered: number | undefined;

  constructor(options: EnteredJobsOptions) {
    this.#options = options;
  }

  take(report: TracerReport): void {
    switch (report.what) {
      case 'started':
        this.#entered = report.process;
        return void this.#jobOf(report.process);
      case 'born':
        this.#parents.set(report.process, report.parent);
        return this.#pass(this.#jobOf(report.process), report);
      case 'died':
        return this.#died(report.process, report);
      case 'enter':
      case 'return':
        return this.#called(report);
      case 'released':
        this.#pass(this.#ofSocket.get(report.socket), report);
        return void this.#ofSocket.delete(report.socket);
      case 'gone':
        this.#pass(this.#ofThread.get(report.thread), report);
        return void this.#ofThread.delete(report.thread);
      case 'unseen':
        return this.#pass(this.#jobOf(report.process), report);
      case 'ready':
      case 'exited':
    }
  }

  /** Nothing more is reported. */
  end(code: number, signal: number): void {
    for (const job of new Set(this.#ofProcess.values())) job.events?.onEnd(code, signal);
    this.#ofProcess.clear();
  }

  #called(report: Extract<TracerReport, { what: 'enter' | 'return' }>): void {
    const { call, thread, process, socket } = report;
    const owner = socket === undefined ? undefined : this.#ofSocket.get(socket);
    const job = this.#ofCall.get(call) ?? owner ?? this.#jobOf(process);
    this.#ofThread.set(thread, job);
    if (report.what === 'enter') this.#ofCall.set(call, job);
    else this.#ofCall.delete(call);
    if (socket !== undefined && !owner) this.#ofSocket.set(socket, job);
    if (report.what === 'return' && report.newSocket !== undefined) this.#ofSocket.set(report.newSocket, job);
    // Others than connections over TCP have no address here.
    if (report.what === 'enter' && report.name === 'connect' && report.address !== undefined) this.#show(job);
    this.#pass(job, report);
  }

  #show(job: Job): void {
    if (job.isShown) return;
    job.isShown = true;
    job.events = this.#options.onJob(job.first);
    for (const report of job.kept.splice(0)) job.events?.onTraced(report);
  }

  #pass(job: Job | undefined, report: TracerReport): void {
    if (!job) return;
    if (job.isShown) return job.events?.onTraced(report);
    job.kept.push(report);
    if (job.kept.length > MOST_KEPT) job.kept.splice(0, MOST_KEPT / 2);
  }

  #died(process: number, report: Extract<TracerReport, { what: 'died' }>): void {
    const job = this.#ofProcess.get(process);
    this.#ofProcess.delete(process);
    this.#parents.delete(process);
    if (!job) return;
    this.#pass(job, report);
    job.processes.delete(process);
    const { code, signal } = report;
    if (process === job.first) job.end = { code, signal };
    if (job.processes.size > 0) return;
    const end = job.end ?? report;
    job.events?.onEnd(end.code, end.signal);
    this.#forget(job);
  }

  #forget(job: Job): void {
    for (const owners of [this.#ofSocket, this.#ofCall, this.#ofThread])
      for (const [key, owner] of owners) if (owner === job) owners.delete(key);
  }

  /** The job of a process, which has just begun to be known if it is a new one. */
  #jobOf(process: number): Job {
    const known = this.#ofProcess.get(process);
    if (known) return known;
    const job = this.#inherited(process) ?? { first: process, processes: new Set(), kept: [], isShown: false };
    job.processes.add(process);
    this.#ofProcess.set(process, job);
    return job;
  }

  /** A child of the shell begins a job; any other process belongs to the job of its parent. */
  #inherited(process: number): Job | undefined {
    const parent = this.#parents.get(process);
    if (parent === undefined) return undefined;
    const isShellsChild = this.#options.byCommand && this.#parents.get(parent) === this.#entered;
    return isShellsChild ? undefined : this.#ofProcess.get(parent);
  }
}
