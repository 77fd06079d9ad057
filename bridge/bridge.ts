import type { FastifyBaseLogger } from 'fastify';
import { pathToFileURL } from 'node:url';
import { formatAddress } from './address.ts';
import type { Config } from './config.ts';
import { BridgeError } from './errors.ts';
import type { PageConnection } from './page-connection.ts';
import { BUILT, VERSION } from './paths.ts';
import { LIMITS, type Hello, type ServerStatus } from './protocol.ts';
import { ServerProgram, type Command } from './server-program.ts';
import { Session, type SessionOptions } from './session.ts';
import type { EvidenceSource } from './sources/source.ts';
import type { Source } from './trace/outcome.ts';
import type { Script } from './trace/script.ts';
import type { ChosenWire } from './wires/choose-wire.ts';

/** Milliseconds within which changes are told as one: a busy server prints thousands of lines a second. */
const HELLO_EVERY_MS = 100;

/** What this bridge is made of, for all its pages: the target, the server program, the sources, and who is connected. */
export class Bridge {
  readonly log: FastifyBaseLogger;
  readonly pages = new Set<PageConnection>();
  readonly #config: Config;
  readonly #wire: ChosenWire;
  readonly #program: ServerProgram | undefined;
  readonly #sessions = new Set<Session>();
  #helloTimer: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(config: Config, wire: ChosenWire, log: FastifyBaseLogger) {
    this.#config = config;
    this.#wire = wire;
    this.log = log;
    if (config.ownsServer) {
      this.#program = new ServerProgram({
        command: commandOf(config),
        port: config.target.port,
        probe: pathToFileURL(BUILT.probe).href,
        restart: config.restart,
      });
      this.#program.on('change', () => this.#changed());
    }
  }

  /** Starts the server program, where it is ours to start. */
  start(): void {
    this.#program?.start();
  }

  /** Ends every run and the server program; resolves when nothing of theirs is left. */
  async stop(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#helloTimer);
    for (const session of this.#sessions) session.cancel();
    await this.#program?.stop();
    clearTimeout(this.#helloTimer);
  }

  /** The facts of `hello`, and of `GET /health`. */
  hello(): Hello {
    return {
      type: 'hello',
      version: VERSION,
      wire: this.#wire.name,
      ...(this.#wire.why !== undefined && { wireWhy: this.#wire.why }),
      target: formatAddress(this.#config.target),
      server: this.#serverStatus(),
      sources: [
        { name: 'client-socket', active: true },
        ...this.#sources().map((source) => source.status()),
        CAPTURE_MISSING,
      ],
      limits: LIMITS,
    };
  }

  /** @throws BridgeError `TOO_MANY_RUNS`, `SHUTTING_DOWN` */
  startSession(script: Script, { onSteps, onDone }: Pick<SessionOptions, 'onSteps' | 'onDone'>): Session {
    if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is about to end.');
    if (this.#sessions.size >= LIMITS.runsInAll)
      throw new BridgeError('TOO_MANY_RUNS', `The bridge has at most ${LIMITS.runsInAll} runs at a time.`);
    const session: Session = new Session({
      script,
      target: this.#config.target,
      sources: this.#sources(),
      limits: LIMITS,
      onSteps,
      onDone: (result) => {
        this.#sessions.delete(session);
        onDone({ ...result, sources: [...result.sources, CAPTURE_MISSING] });
      },
    });
    this.#sessions.add(session);
    return session;
  }

  /**
   * Starts or stops the server program.
   * @throws BridgeError `SERVER_NOT_OWNED`, `SERVER_RUNNING`, `SERVER_NOT_RUNNING`, `SHUTTING_DOWN`
   */
  controlServer(action: 'start' | 'stop', complain: (error: unknown) => void): void {
    if (!this.#program)
      throw new BridgeError(
        'SERVER_NOT_OWNED',
        'The server was not started by this bridge: it cannot start or stop it.',
      );
    if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is about to end.');
    if (action === 'start') return this.#program.start();
    if (this.#program.status().pid === undefined)
      throw new BridgeError('SERVER_NOT_RUNNING', 'The server program is not running.');
    this.#program.stop().catch(complain);
  }

  #serverStatus(): ServerStatus {
    return this.#program?.status() ?? { state: 'external', output: [] };
  }

  #sources(): EvidenceSource[] {
    return this.#program ? [this.#program.probe, this.#program.output, this.#program.listener] : [];
  }

  #changed(): void {
    this.#helloTimer ??= setTimeout(() => {
      this.#helloTimer = undefined;
      const hello = this.hello();
      for (const page of this.pages) page.send(hello);
    }, HELLO_EVERY_MS);
  }
}

/** Segments are not captured on this wire yet. */
const CAPTURE_MISSING: Source = { name: 'capture', active: false, why: 'CAPTURE_NOT_BUILT' };

function commandOf({ server, target }: Config): Command {
  if (server !== undefined) return { line: server };
  const options = ['--host', target.host, '--port', String(target.port)];
  return { file: process.execPath, arguments: [BUILT.server, ...options], shownAs: 'node server/main.js' };
}
