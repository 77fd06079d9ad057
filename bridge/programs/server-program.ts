/**
 * The server program that this bridge owns: started, watched, and stopped with all its children. It knows its state and
 * its last lines; it does not know which sources report on it, nor anything of connections or pages.
 *
 *     stopped ─ start ─▶ starting ─ listens ─▶ listening ─ ends by itself ─▶ exited ─ restart ─▶ starting
 *        ▲────────────────── stop ────────────────┘
 *
 *     program-process: one run of it     listening-poll: does it listen, and where?   server-sources: who reports on it
 *     background: does it go on there?   port-holder: does another program listen in its place?
 */
import { EventEmitter, once } from 'node:events';
import { formatAddress, reaches, type Address } from '../address.ts';
import { BridgeError } from '../errors.ts';
import type { Ending } from '../machine/child-program.ts';
import type { CallsChoice } from '../protocol/calls-choice.ts';
import type { ServerStatus } from '../protocol/messages.ts';
import type { EvidenceSource } from '../sources/source.ts';
import { argumentsOf, shownAs, type Command } from './command.ts';
import { Background } from './background.ts';
import { ListeningPoll } from './listening-poll.ts';
import { PortHolder } from './port-holder.ts';
import { PrintedLines } from './printed-lines.ts';
import { ProgramProcess } from './program-process.ts';
import { ServerSources } from './server-sources.ts';
import { SpareTracer } from './tracer-process.ts';

export interface ServerProgramOptions {
  command: () => Command;
  /** What comes before the command, to run it on a host of the lab. */
  prefix?: () => string[];
  /** The port on which the program is expected to listen. */
  port: number;
  /** The IP addresses of its host that clients reach: it must be bound to one of them, or to all. By default, any. */
  hosts?: () => readonly string[];
  /** File URL of the built probe, which a Node server loads before its own code. Without it there is no probe. */
  probe?: string | undefined;
  /** Start the program again when it has ended by itself. */
  restart: boolean;
  /** Milliseconds that the program may take to listen; 5000 by default. */
  patienceMs?: number;
  /** How the program's calls become known. */
  calls?: CallsChoice;
}

/** Milliseconds that a program may take to listen. After that, nobody waits for it any longer. */
const PATIENCE_MS = 5000;
/** Milliseconds before a program that ended is started again. */
const RESTART_AFTER_MS = 500;
/** If a program is killed and its host ends within so many milliseconds, one thing ended both. */
const SAME_END_MS = 1000;

/** `change`: its state. `printed`: one more line. */
export class ServerProgram extends EventEmitter<{ change: []; printed: [] }> {
  readonly #options: ServerProgramOptions;
  readonly #sources: ServerSources;
  readonly #lines = new PrintedLines();
  #process: ProgramProcess | undefined;
  #poll: ListeningPoll | undefined;
  #background: Background | undefined;
  /** Its first process has ended well, and others go on. */
  #wentToBackground = false;
  #holder: PortHolder | undefined;
  #state: ServerStatus['state'] = 'stopped';
  /** Where it listens, as far as the kernel's table has shown it. */
  #sockets: Address[] = [];
  /** What came before its command when it was started last. */
  #prefix: readonly string[] = [];
  #exit: Pick<ServerStatus, 'exitCode' | 'signal' | 'notStarted'> = {};
  #restartTimer: NodeJS.Timeout | undefined;
  #patienceTimer: NodeJS.Timeout | undefined;
  /** Whether it is starting, and has not had its time yet. */
  #isAwaited = false;
  #started: Promise<void> | undefined;
  /** When the program was killed, on this process's clock in milliseconds. */
  #killedAt = -Infinity;
  #stopping = false;
  #hostIsGone = false;
  #staysStopped = false;
  readonly #spareTracer = new SpareTracer();

  constructor(options: ServerProgramOptions) {
    super();
    const { port, probe, calls = 'probe' } = options;
    this.#options = options;
    this.#sources = new ServerSources({
      port,
      isReached: (bound) => this.#isReached(bound),
      probe,
      calls,
      onListening: () => this.#listens(),
      onExited: (byItself) => void this.#exited(byItself),
    });
    this.#prepareTracer();
  }

  /** Every source that reports on this program. */
  get sources(): EvidenceSource[] {
    return this.#sources.all;
  }

  /** Where it listens, as far as that is known: the kernel's table may show it a little later than a source inside. */
  readonly listensOn = (): readonly Address[] => (this.#sockets.length > 0 ? this.#sockets : this.#sources.listensOn);

  status(): ServerStatus {
    const { blockedIn } = this.#sources;
    const pid = this.#process && (this.#sources.tracedProcess ?? this.#process.pid);
    return {
      state: this.#state,
      command: shownAs(this.#options.command()),
      ...(pid !== undefined && { pid }),
      ...this.#exit,
      ...(this.#sockets.length > 0 && { listensOn: this.#sockets.map(formatAddress) }),
      ...(this.#wentToBackground && this.#state === 'listening' && { inBackground: true }),
      ...this.#trouble(),
      ...(blockedIn !== undefined && { blockedIn }),
      ...this.#lines.status(),
    };
  }

  /** The same for those who know the first `count` lines that it has printed: only the lines since then. */
  statusAfter(count: number): ServerStatus {
    return { ...this.status(), outputIsNew: true, output: this.#lines.after(count) };
  }

  /** @throws BridgeError `SERVER_RUNNING` */
  start(): void {
    if (this.#process) throw new BridgeError('SERVER_RUNNING', 'The server program is running already.');
    clearTimeout(this.#restartTimer);
    this.#exit = {};
    this.#sockets = [];
    this.#holder?.stop();
    this.#holder = undefined;
    this.#lines.clear();
    this.#stopping = false;
    this.#staysStopped = false;
    this.#process = this.#startProcess();
    this.#isAwaited = true;
    this.#patienceTimer = setTimeout(() => this.#waitNoLonger(), this.#options.patienceMs ?? PATIENCE_MS);
    this.#become('starting');
    this.#watchListening();
  }

  /**
   * Resolves when it is known that the program could be started.
   * @throws BridgeError `SERVER_NOT_STARTED`
   */
  async launched(): Promise<void> {
    const cause = await this.#process?.started;
    if (!cause) return;
    const sentence = `The program could not be started: ${cause.code ?? cause.message}.`;
    throw new BridgeError('SERVER_NOT_STARTED', sentence, { cause });
  }

  /**
   * If the program is starting: resolves when it listens, has ended before it did, or has had its time. All who wait share
   * one promise. Undefined if there is nothing to wait for.
   */
  started(): Promise<void> | undefined {
    if (this.#isAwaited) return (this.#started ??= this.#untilStarted());
    return undefined;
  }

  /**
   * Resolves when the program and its children have ended.
   * @param mayStartAgain whether to be prepared for a new start
   */
  async stop(mayStartAgain = false): Promise<void> {
    clearTimeout(this.#restartTimer);
    this.#staysStopped = !mayStartAgain;
    if (!mayStartAgain) this.#spareTracer.end();
    this.#holder?.stop();
    this.#holder = undefined;
    if (!this.#process) {
      if (this.#state === 'exited') this.#become('stopped');
      return;
    }
    this.#stopping = true;
    this.#poll?.stop();
    this.#background?.stop();
    await this.#process.stop();
  }

  /**
   * The host on which it runs has ended, and so has the program, or it will at once. It is not started again by itself:
   * there is no host for it.
   * @returns resolves, when the program has ended, with whether it should be started on the next host
   */
  async hostEnded(): Promise<boolean> {
    const isKilled = performance.now() - this.#killedAt < SAME_END_MS;
    const runs = this.#process !== undefined && !this.#stopping;
    const again = runs || (this.#state === 'exited' && (isKilled || this.#options.restart));
    this.#hostIsGone = true;
    clearTimeout(this.#restartTimer);
    while (this.#process) await once(this, 'change');
    this.#hostIsGone = false;
    return again && !this.#stopping;
  }

  #isReached({ host, port }: Address): boolean {
    const { port: wanted, hosts } = this.#options;
    return port === wanted && (hosts === undefined || reaches(hosts(), host));
  }

  #trouble(): Pick<ServerStatus, 'trouble'> {
    if (this.#holder?.isHeld) return { trouble: 'PORT_HELD' };
    if (this.#state !== 'starting' || this.#isAwaited) return {};
    if (this.#sockets.length === 0) return { trouble: 'SLOW' };
    return { trouble: this.#sockets.some(({ port }) => port === this.#options.port) ? 'OTHER_ADDRESS' : 'OTHER_PORT' };
  }

  #watchListening(): void {
    this.#poll?.stop();
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    this.#poll = new ListeningPoll({
      processes: () => this.#process?.processes() ?? Promise.resolve([]),
      isReached: (bound) => this.#isReached(bound),
      onListening: (sockets) => this.#seenListening(pid, sockets),
      onElsewhere: (sockets) => {
        this.#sockets = sockets;
        this.#waitNoLonger();
      },
    });
  }

  #seenListening(pid: number, sockets: Address[]): void {
    this.#sockets = sockets;
    if (this.#state !== 'starting') return void this.emit('change');
    this.#sources.seenListening(pid);
    this.#listens();
  }

  async #untilStarted(): Promise<void> {
    while (this.#isAwaited) await once(this, 'change');
    this.#started = undefined;
  }

  #waitNoLonger(): void {
    clearTimeout(this.#patienceTimer);
    this.#isAwaited = false;
    this.emit('change');
  }

  #startProcess(): ProgramProcess {
    const command = this.#options.command();
    const prefix = (this.#prefix = this.#options.prefix?.() ?? []);
    const { traced, probeVariable, environment } = this.#sources.prepare('line' in command);
    return new ProgramProcess({
      command: [...prefix, ...argumentsOf(command)],
      tracer: traced ? this.#spareTracer.take() : undefined,
      probeVariable,
      // Python holds back what it prints to a pipe, unless this is set. Some machines have no terminals.
      environment: { ...process.env, ...environment, PYTHONUNBUFFERED: '1' },
      endsWithItsHost: prefix.length > 0,
      onLine: (stream, line) => this.#printed(stream, line),
      onUnfinished: (stream, text) => this.#unfinished(stream, text),
      onReport: (text) => this.#sources.feedProbe(text),
      onTrace: (text) => this.#sources.feedTracer(text),
      tracedProcesses: () => this.#sources.tracedProcesses,
      onTracerLost: () => this.#tracerLost(),
      onEnd: (ending) => this.#ended(ending),
    });
  }

  /** A tracer takes a while to load: so it is started before the program is. */
  #prepareTracer(): void {
    if (this.#sources.mayTrace('line' in this.#options.command())) this.#spareTracer.prepare();
  }

  #printed(stream: 'stdout' | 'stderr', line: string): void {
    this.#lines.add({ stream, line });
    this.#sources.printed(stream, line);
    this.emit('printed');
  }

  #unfinished(stream: 'stdout' | 'stderr', text: string): void {
    this.#lines.unfinished(stream, text);
    this.emit('printed');
  }

  #tracerLost(): void {
    this.#sources.tracerLost();
    this.#watchListening();
    this.emit('change');
  }

  /** The first process has ended, while others go on. The program is over when nobody can print any more, nor listens. */
  async #exited(byItself: boolean): Promise<void> {
    const process = this.#process;
    if (!process) return;
    this.#wentToBackground = byItself;
    this.emit('change');
    await process.silent();
    if (this.#process !== process) return;
    if (!byItself || this.#stopping) return process.letGo();
    this.#background = new Background({
      processes: () => process.processes(),
      isReached: (bound) => this.#isReached(bound),
      mayStillListen: () => this.#isAwaited,
      onOver: () => process.letGo(),
    });
  }

  #listens(): void {
    if (this.#state === 'starting') this.#become('listening');
  }

  #ended({ code, signal, error }: Ending): void {
    this.#process = undefined;
    this.#poll?.stop();
    this.#background?.stop();
    this.#wentToBackground = false;
    this.#sockets = [];
    if (signal === 'SIGKILL') this.#killedAt = performance.now();
    this.#exit = {
      ...(code !== null && { exitCode: code }),
      ...(signal !== null && { signal }),
      ...(error && { notStarted: error.code ?? error.message }),
    };
    this.#sources.programEnded(code === 0);
    this.#become(this.#stopping ? 'stopped' : 'exited');
    this.#watchPort();
    if (!this.#staysStopped) this.#prepareTracer();
    if (this.#options.restart && !this.#stopping && !this.#hostIsGone)
      this.#restartTimer = setTimeout(() => this.start(), RESTART_AFTER_MS);
  }

  /** Whether another program is in the place of one that has ended. On a host of the lab, none could be. */
  #watchPort(): void {
    if (this.#state !== 'exited' || !this.#options.hosts || this.#prefix.length > 0) return;
    const isReached = (bound: Address): boolean => this.#isReached(bound);
    this.#holder = new PortHolder(isReached, () => this.emit('change'));
  }

  #become(state: ServerStatus['state']): void {
    this.#state = state;
    if (state === 'starting') this.emit('change');
    else this.#waitNoLonger();
  }
}
