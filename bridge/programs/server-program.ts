import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import type { Readable } from 'node:stream';
import { endedWithUs } from '../machine/ended-with-us.ts';
import { BridgeError } from '../errors.ts';
import { LineSplitter } from '../machine/line-splitter.ts';
import { PROBE_DESCRIPTOR, PROBE_VARIABLE } from '../probe/report.ts';
import type { ServerStatus } from '../protocol/messages.ts';
import type { WhyNoSource } from '../protocol/remedies.ts';
import { groupListens } from '../sources/sockets/listening-socket.ts';
import { ServerListener } from '../sources/sockets/server-listener.ts';
import { ServerOutput } from '../sources/server-output.ts';
import { ProgramThreads } from '../sources/syscalls/program-threads.ts';
import { ServerProbe } from '../sources/probe/server-probe.ts';
import { ServerStrace } from '../sources/strace/server-strace.ts';
import { ServerSyscalls } from '../sources/syscalls/server-syscalls.ts';
import type { EvidenceSource } from '../sources/source.ts';

/** What to run: a shell's command line, or a file with its arguments. */
export type Command = { line: string } | { file: string; arguments: string[]; shownAs: string };

export interface ServerProgramOptions {
  command: () => Command;
  /** What comes before the command, to run it elsewhere: on a host of the lab. */
  prefix?: () => string[];
  /** The port on which the program is expected to listen. */
  port: number;
  /** File URL of the built probe; a Node server loads it before its own code. Without it, nothing is told from inside. */
  probe?: string | undefined;
  /** Start the program again when it has ended by itself. */
  restart: boolean;
  /** Have strace tell each call of a program, where it is installed and permitted. Our own server has the probe. */
  strace?: boolean;
}

const KEPT_LINES = 50;
const KEPT_LINE_LENGTH = 2000;
/** Milliseconds between looks at the kernel's table while a program starts. */
const LOOK_EVERY_MS = 50;
/** Milliseconds that a program has to end after SIGTERM before it gets SIGKILL. */
const GRACE_MS = 300;
/** Milliseconds from SIGTERM until the program's outputs are given up, whoever holds them still. */
const HANG_UP_MS = 450;
/** Milliseconds before a program that ended is started again. */
const RESTART_AFTER_MS = 500;

/**
 * The server program that this bridge owns: starts it, with the probe beside it, and stops it with all its children.
 *
 *     stopped ─ start ─▶ starting ─ seen in LISTEN ─▶ listening ─ ends by itself ─▶ exited
 *        ▲────────────────── stop ───────────────────────┘
 */
export class ServerProgram extends EventEmitter<{ change: [] }> {
  readonly probe: ServerProbe;
  readonly strace: ServerStrace;
  readonly syscalls: ServerSyscalls;
  readonly output = new ServerOutput();
  readonly listener = new ServerListener();
  readonly #options: ServerProgramOptions;
  #child: ChildProcess | undefined;
  #state: ServerStatus['state'] = 'stopped';
  #exit: Pick<ServerStatus, 'exitCode' | 'signal'> = {};
  #lines: ServerStatus['output'] = [];
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;

  constructor(options: ServerProgramOptions) {
    super();
    this.#options = options;
    this.probe = new ServerProbe(options.port);
    this.strace = new ServerStrace(options.port);
    this.syscalls = new ServerSyscalls(options.port);
    // Each call is told once, by whoever knows it best.
    this.probe.onListening = () => {
      this.strace.leave('SERVER_HAS_PROBE');
      this.#listensAsTold('SERVER_HAS_PROBE');
    };
    // A probe that is there too has until the kernel's table was looked at to say so.
    this.strace.onListening = () => {
      if (this.#state === 'listening') this.#listensAsTold('SERVER_HAS_STRACE');
    };
  }

  /** All that see this program at work. */
  get sources(): EvidenceSource[] {
    return [this.probe, this.strace, this.syscalls, this.output, this.listener];
  }

  status(): ServerStatus {
    const command = this.#options.command();
    const blockedIn = this.syscalls.blockedIn();
    return {
      state: this.#state,
      command: 'line' in command ? command.line : command.shownAs,
      ...(this.#child?.pid !== undefined && { pid: this.#child.pid }),
      ...this.#exit,
      ...(blockedIn !== undefined && { blockedIn }),
      output: [...this.#lines],
    };
  }

  /** @throws BridgeError `SERVER_RUNNING` */
  start(): void {
    if (this.#child) throw new BridgeError('SERVER_RUNNING', 'The server program is running already.');
    clearTimeout(this.#timer);
    this.#exit = {};
    this.#lines = [];
    this.#stopping = false;
    const child = this.#spawn();
    this.#child = child;
    this.output.attach(true);
    this.#follow(child);
    this.#become('starting');
    this.#lookForListening(child);
  }

  /** Resolves when the program listens, or has ended without. */
  async started(): Promise<void> {
    while (this.#state === 'starting') await once(this, 'change');
  }

  /** Resolves when the program and its children have ended. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) {
      if (this.#state === 'exited') this.#become('stopped');
      return;
    }
    this.#stopping = true;
    const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
    signalGroup(child, 'SIGTERM');
    const kill = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
    // A process that left the group may hold the other ends, and would hold up the end of the bridge too.
    const hangUp = setTimeout(() => child.stdio.forEach((stream) => stream?.destroy()), HANG_UP_MS);
    await ended;
    clearTimeout(kill);
    clearTimeout(hangUp);
  }

  #spawn(): ChildProcess {
    const { probe, prefix, strace } = this.#options;
    const nodeOptions = `${process.env['NODE_OPTIONS'] ?? ''} --import=${probe}`.trim();
    const probed = probe === undefined ? {} : { NODE_OPTIONS: nodeOptions, [PROBE_VARIABLE]: '1' };
    const options = {
      // A group of its own: what the program starts ends with it, and a terminal's Ctrl+C reaches the bridge alone.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'] as ('ignore' | 'pipe')[],
      // Python holds its output back when it is no terminal, unless told not to.
      env: { ...process.env, ...probed, PYTHONUNBUFFERED: '1' },
    };
    const command = this.#options.command();
    const where = prefix?.() ?? [];
    const tracing = strace && 'line' in command ? this.strace.command(where) : [];
    const [file, ...args] = [...where, ...tracing, ...argumentsOf(command)];
    const child = spawn(file!, args, options);
    // A host of the lab ends with this process, and all that is on it.
    if (child.pid !== undefined && where.length === 0) child.once('close', endedWithUs(child.pid));
    return child;
  }

  #follow(child: ChildProcess): void {
    const reports = child.stdio[PROBE_DESCRIPTOR] as Readable;
    reports.setEncoding('utf8').on('data', (text: string) => this.probe.feed(text));
    reports.on('error', () => {});
    for (const stream of ['stdout', 'stderr'] as const) this.#followOutput(child[stream]!, stream);
    child.once('error', (error) => this.#printed('stderr', error.message));
    child.once('close', (code, signal) => this.#ended(code, signal));
  }

  #followOutput(readable: Readable, stream: 'stdout' | 'stderr'): void {
    const lines = new LineSplitter(KEPT_LINE_LENGTH, (line) => this.#printed(stream, line));
    readable.setEncoding('utf8').on('data', (text: string) => lines.feed(text));
    readable.on('end', () => lines.end());
  }

  #printed(stream: 'stdout' | 'stderr', line: string): void {
    this.#lines.push({ stream, line });
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.output.line(stream, line);
    this.emit('change');
  }

  /** The calls are told: since when it listens is known, where the kernel's table only says that it does. */
  #listensAsTold(by: WhyNoSource): void {
    this.listener.saw(false);
    this.syscalls.leave(by);
    this.#listens();
  }

  #listens(): void {
    if (this.#state !== 'starting') return;
    clearTimeout(this.#timer);
    this.#become('listening');
  }

  /** @param seen whether the last look saw it: a second one leaves a probe the time to tell of it first, and better */
  #lookForListening(child: ChildProcess, seen = false): void {
    this.#timer = setTimeout(async () => {
      const listens = child.pid === undefined ? undefined : await groupListens(child.pid, this.#options.port);
      if (this.#child !== child || this.#state !== 'starting' || listens === undefined) return;
      if (!listens || !seen) return this.#lookForListening(child, listens);
      if (this.strace.listening) return this.#listensAsTold('SERVER_HAS_STRACE');
      this.listener.saw(!this.probe.listening);
      if (!this.probe.listening) this.syscalls.begin(new ProgramThreads(child.pid!, this.#options.port));
      this.#listens();
    }, LOOK_EVERY_MS);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    clearTimeout(this.#timer);
    this.#exit = { ...(code !== null && { exitCode: code }), ...(signal !== null && { signal }) };
    this.probe.ended();
    this.strace.programEnded();
    this.syscalls.ended(code === 0);
    this.listener.saw(false);
    this.output.attach(false);
    this.#become(this.#stopping ? 'stopped' : 'exited');
    if (this.#options.restart && !this.#stopping) this.#timer = setTimeout(() => this.start(), RESTART_AFTER_MS);
  }

  #become(state: ServerStatus['state']): void {
    this.#state = state;
    this.emit('change');
  }
}

function argumentsOf(command: Command): string[] {
  return 'line' in command ? ['/bin/sh', '-c', command.line] : [command.file, ...command.arguments];
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // ESRCH: it has ended already.
  }
}
