/**
 * What all pages share: the wire, the server program, its sources, and the running sessions. The bridge starts and ends
 * them, and sends a new `hello` to every page if any of them changes. It knows nothing of WebSockets or HTTP: a page
 * is something with `send`.
 *
 *     pages ◀── hello ── Bridge ─┬─ wire: direct, or the lab
 *                                ├─ server program and its sources
 *                                └─ sessions, one for each run
 */
import type { FastifyBaseLogger } from 'fastify';
import { setTimeout as after } from 'node:timers/promises';
import { formatAddress, type Address } from './address.ts';
import type { Config } from './config.ts';
import { BridgeError } from './errors.ts';
import { VERSION } from './machine/paths.ts';
import { ShortLivedSet } from './machine/short-lived-collections.ts';
import { ScenarioServers, type LentServer } from './programs/scenario-servers.ts';
import { ownServer } from './programs/own-server.ts';
import type { ServerProgram } from './programs/server-program.ts';
import type { Limits } from './protocol/limits.ts';
import type { BridgeMessage, Hello, ServerStatus } from './protocol/messages.ts';
import { ClientRuns } from './runs/client-runs.ts';
import type { RunUnderWay } from './runs/run-result.ts';
import { withSeed } from './runs/seed.ts';
import { CLIENT_STATUS, playUnseen, Session, type SessionOptions } from './session.ts';
import { describeSource, type EvidenceSource } from './sources/source.ts';
import type { ScenarioServer } from './trace/scenario-server.ts';
import { chooseWire, type ChosenWire } from './wires/choose-wire.ts';
import { expectLink, targetOn, type Wire } from './wires/wire.ts';

/** Connections with which a lab is warmed up, one after the other, and the milliseconds that each may take. */
const WARM_UPS = 3;
const WARM_UP_MS = 500;

/** If pages know no more than this many printed lines, `hello` has all that are kept. */
const WHOLE_OUTPUT = 10;

/** Changes within this many milliseconds share one `hello`: a busy server prints thousands of lines a second. */
const HELLO_EVERY_MS = 100;

/** What pages are told after a host of the lab has ended. */
const LAB_REMADE = { code: 'LAB_REMADE', message: 'A host of the lab ended. The lab was made again.' };
const LAB_LOST = { code: 'LAB_LOST', message: 'A host of the lab ended, and the lab could not be made again.' };

export type BridgeSettings = Pick<Config, 'wire' | 'target' | 'ownsServer' | 'server' | 'restart' | 'capture'> &
  Partial<Pick<Config, 'calls' | 'client'>>;

/** What pages may do. */
export interface Terms {
  /** Whether they may start and stop the server program. */
  readonly mayControl: boolean;
  readonly limits: Limits;
}

/** A page, as far as the bridge knows one. */
export interface Page {
  send(message: BridgeMessage): void;
}

export class Bridge {
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>;
  readonly terms: Terms;
  readonly #pages = new Set<Page>();
  readonly #config: BridgeSettings;
  #chosen: ChosenWire;
  readonly #program: ServerProgram | undefined;
  readonly #client: ClientRuns;
  readonly #scenarioServers: ScenarioServers;
  readonly #sessions = new ShortLivedSet<RunUnderWay>();
  #helloTimer: NodeJS.Timeout | undefined;
  /** Whether more has changed since the last `hello` than what the server program printed. */
  #isChanged = false;
  /** How many printed lines all pages know. */
  #toldLines = 0;
  /** Resolves when a broken lab has been replaced. */
  #wireReady: Promise<void> = Promise.resolve();
  /** Present while a broken lab is replaced: resolves with the next wire, after the server program was started on it. */
  #nextWire: Promise<Wire> | undefined;
  /** Resolves when the wire has been warmed up. */
  #warm: Promise<void> = Promise.resolve();
  #closing = false;
  readonly #whereReached = (): Address => targetOn(this.#chosen.wire, this.#program?.listensOn());

  constructor(config: BridgeSettings, wire: ChosenWire, log: Bridge['log'], terms: Terms) {
    this.#config = config;
    this.#chosen = wire;
    this.log = log;
    this.terms = terms;
    this.#watchWire();
    const prefix = (): string[] => this.#chosen.wire.entrance?.('server') ?? [];
    this.#scenarioServers = new ScenarioServers(() => this.#chosen.wire.target, prefix, terms.limits.scenarioServers);
    const clientPrefix = (): string[] => this.#chosen.wire.entrance?.('client') ?? [];
    const { calls = 'auto', client } = config;
    this.#client = new ClientRuns(client, { prefix: clientPrefix, calls }, terms.limits);
    if (config.ownsServer) {
      this.#program = ownServer(config, prefix, () => this.#chosen.wire);
      this.#program.on('change', () => this.#changed());
      this.#program.on('printed', () => this.#scheduleHello());
    }
  }

  /**
   * Starts the server program, if the bridge owns one, and warms the wire up. Resolves when that is done and the program
   * listens, has ended, or takes longer than it may.
   */
  async start(): Promise<void> {
    this.#program?.start();
    this.#warm = this.#warmUp();
    await Promise.all([this.#warm, this.#program?.started()]);
  }

  /** Resolves when the wire is warm and the server program need not be waited for, and after `patienceMs` in any case. */
  async ready(patienceMs: number): Promise<void> {
    const ready = Promise.all([this.#warm, this.#program?.started()]);
    await Promise.race([ready, after(patienceMs, undefined, { ref: false })]);
  }

  /** Ends every run and the server program; resolves when none of their processes is left. */
  async stop(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#helloTimer);
    for (const session of this.#sessions) session.cancel();
    await Promise.all([this.#program?.stop(), this.#client.stop(), this.#scenarioServers.stop()]);
    await this.#chosen.wire.close();
    clearTimeout(this.#helloTimer);
  }

  /** Whether `stop` was called. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Why packets are not captured and what would help, in one sentence; absent if they are, or are not meant to be. */
  get captureAdvice(): string | undefined {
    return this.#chosen.wire.captureAdvice;
  }

  /** Sends a page `hello` now, and whenever it changes; returns a function that stops this. */
  join(page: Page): () => void {
    this.#pages.add(page);
    page.send(this.hello());
    return () => void this.#pages.delete(page);
  }

  /** The message that each page gets first; `GET /health` sends the same facts. */
  hello(): Hello {
    const { wire, unavailable } = this.#chosen;
    return {
      type: 'hello',
      version: VERSION,
      wire: wire.name,
      ...(unavailable && { wireWhy: unavailable.why, wireMessage: unavailable.message }),
      target: formatAddress(this.#whereReached()),
      server: this.#serverStatus(),
      ...this.#client.status(wire, this.#sources()),
      mayControl: this.terms.mayControl,
      sources: [CLIENT_STATUS, ...wire.status(), ...this.#sources().map(describeSource)],
      limits: this.terms.limits,
    };
  }

  /**
   * @param server the name of a server for this run alone
   * @throws BridgeError `SHUTTING_DOWN`, `LINK_NEEDS_LAB`, `SERVER_NEEDS_LAB`, `TOO_MANY_SERVERS`
   */
  startSession({
    script,
    link,
    server,
    onSteps,
    onDone,
  }: Pick<SessionOptions, 'script' | 'link' | 'onSteps' | 'onDone'> & { server?: ScenarioServer }): Session {
    if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is shutting down.');
    const { wire } = this.#chosen;
    if (link) this.expectLink();
    const lent = server && this.#lend(server);
    const session: Session = new Session({
      script,
      wire,
      ...withSeed(link),
      ...(lent ? { server: lent } : { ...this.#untilListening(), whereReached: this.#whereReached }),
      sources: lent?.sources ?? this.#sources(),
      limits: this.terms.limits,
      onSteps,
      onDone: (result) => {
        leave();
        lent?.giveBack();
        onDone(result);
      },
    });
    const leave = this.#sessions.add(session);
    return session;
  }

  /**
   * Runs the client program.
   * @throws BridgeError `SHUTTING_DOWN`, `NO_CLIENT_PROGRAM`, `TOO_MANY_CLIENTS`, `LINK_NEEDS_LAB`
   */
  startClient({ link, onSteps, onDone }: Pick<SessionOptions, 'link' | 'onSteps' | 'onDone'>): RunUnderWay {
    if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is shutting down.');
    if (link) this.expectLink();
    const session: RunUnderWay = this.#client.start({
      wire: this.#chosen.wire,
      ...withSeed(link),
      untilListening: this.#program?.started(),
      sources: this.#sources(),
      onSteps,
      onDone: (result) => {
        leave();
        onDone(result);
      },
    });
    const leave = this.#sessions.add(session);
    return session;
  }

  /** @throws BridgeError `LINK_NEEDS_LAB` */
  expectLink(): void {
    expectLink(this.#chosen.wire);
  }

  /**
   * Starts or stops the server program.
   * @param complain gets what goes wrong later: BridgeError `SERVER_RUNNING`, `SERVER_NOT_STARTED`
   * @throws BridgeError `CONTROL_NOT_ALLOWED`, `SERVER_NOT_OWNED`, `SERVER_NOT_RUNNING`, `SHUTTING_DOWN`
   */
  controlServer(action: 'start' | 'stop', complain: (error: unknown) => void): void {
    if (!this.terms.mayControl)
      throw new BridgeError('CONTROL_NOT_ALLOWED', 'Pages may not start or stop the server: see --allow-control.');
    if (!this.#program)
      throw new BridgeError(
        'SERVER_NOT_OWNED',
        'The server was not started by this bridge: it cannot start or stop it.',
      );
    if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is shutting down.');
    if (action === 'start') {
      const program = this.#program;
      this.#wireReady
        .then(() => {
          if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is shutting down.');
          program.start();
          return program.launched();
        })
        .catch(complain);
      return;
    }
    if (this.#program.status().pid === undefined)
      throw new BridgeError('SERVER_NOT_RUNNING', 'The server program is not running.');
    this.#program.stop(true).catch(complain);
  }

  /**
   * Plays a few runs that nobody sees, against a listener of the wire's own: the first run of a cold lab is slow, and its
   * kernels may repeat segments. The server program is left alone, because it may serve only one connection.
   */
  async #warmUp(): Promise<void> {
    const { wire } = this.#chosen;
    const opening = wire.openListener?.();
    const listener = await Promise.race([opening, after(WARM_UP_MS, undefined, { ref: false })]);
    if (!listener) return void opening?.then((late) => late?.close());
    let outcome: string = 'replied';
    for (let run = 0; run < WARM_UPS && outcome === 'replied' && !this.#closing; run += 1)
      outcome = await playUnseen(wire, listener.port, { ...this.terms.limits, runMs: WARM_UP_MS }, this.#sessions);
    listener.close();
    // Then no other run will get through either.
    if (outcome !== 'replied' && !this.#closing)
      this.log.warn(`The lab carried no connection when it was tried: ${outcome}.`);
  }

  /** What a run waits for: a wire that carries it, and a server program that listens. */
  #untilListening(): Pick<SessionOptions, 'nextWire' | 'untilListening'> {
    const nextWire = this.#nextWire;
    const started = (): Promise<void> | undefined => this.#program?.started();
    return { nextWire, untilListening: nextWire ? nextWire.then(started) : started() };
  }

  #lend(server: ScenarioServer): LentServer {
    if (!this.#chosen.wire.entrance)
      throw new BridgeError('SERVER_NEEDS_LAB', 'Only the lab has a host for servers of scenarios.');
    return this.#scenarioServers.lend(server);
  }

  #serverStatus(): ServerStatus {
    return this.#program?.status() ?? { state: 'external', output: [] };
  }

  #sources(): EvidenceSource[] {
    return this.#program?.sources ?? [];
  }

  /** If somebody ends a host, the lab breaks. The bridge makes another; if that fails, it uses the direct wire. */
  #watchWire(): void {
    const { wire } = this.#chosen;
    wire.onChange = () => this.#changed();
    wire.onBroken = () => {
      this.log.warn('A host of the lab has ended: the lab is made again.');
      const programEnded = this.#program?.hostEnded();
      const replaced = this.#replaceWire(programEnded).catch((error: unknown) =>
        this.log.error(error, 'the lab could not be replaced'),
      );
      const nextWire = (this.#nextWire = replaced.then(() => this.#chosen.wire));
      this.#wireReady = replaced.then(() => {
        if (this.#nextWire === nextWire) this.#nextWire = undefined;
        return this.#warm;
      });
    };
  }

  /** @param startsAgain resolves with whether the server program ran on the broken wire: then it runs on the next one */
  async #replaceWire(startsAgain: Promise<boolean> | undefined): Promise<void> {
    const [chosen, runAgain] = await Promise.all([chooseWire({ ...this.#config, wire: 'auto' }), startsAgain]);
    this.#chosen = chosen;
    if (this.#closing) return chosen.wire.close();
    this.#watchWire();
    if (runAgain) this.#program!.start();
    this.#changed();
    const isLab = chosen.wire.hasLink === true;
    for (const page of this.#pages) page.send({ type: 'error', ...(isLab ? LAB_REMADE : LAB_LOST) });
    this.#warm = this.#warmUp();
  }

  #changed(): void {
    this.#isChanged = true;
    this.#scheduleHello();
  }

  /** A page that knows most of what a talkative program printed gets only the new lines. */
  #nextHello(): Hello {
    const hello = this.hello();
    const known = this.#isChanged ? 0 : this.#toldLines;
    this.#isChanged = false;
    this.#toldLines = hello.server.printed ?? 0;
    return this.#program && known > WHOLE_OUTPUT ? { ...hello, server: this.#program.statusAfter(known) } : hello;
  }

  #scheduleHello(): void {
    this.#helloTimer ??= setTimeout(() => {
      this.#helloTimer = undefined;
      const hello = this.#nextHello();
      for (const page of this.#pages) page.send(hello);
    }, HELLO_EVERY_MS);
  }
}
