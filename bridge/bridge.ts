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
import type { BridgeSettings } from './config.ts';
import { BridgeError } from './errors.ts';
import { VERSION } from './machine/paths.ts';
import { ShortLivedSet } from './machine/short-lived-collections.ts';
import { controlProgram } from './programs/control-program.ts';
import { ScenarioServers, type LentServer } from './programs/scenario-servers.ts';
import { ownServer } from './programs/own-server.ts';
import type { ServerProgram } from './programs/server-program.ts';
import type { Terms } from './protocol/limits.ts';
import type { Hello } from './protocol/messages.ts';
import { Audience, type Page } from './runs/audience.ts';
import { ClientRuns } from './runs/client-runs.ts';
import { sourcesOfProgram } from './runs/client-sources.ts';
import { entranceTo, type Entrance } from './runs/entrance.ts';
import type { RunResult, RunUnderWay } from './runs/run-result.ts';
import { withSeed } from './runs/seed.ts';
import { SharedRuns, type RunTold } from './runs/shared-runs.ts';
import type { FollowedProgram } from './programs/client-program.ts';
import { CLIENT_STATUS, playUnseen, Session, type SessionOptions } from './session.ts';
import { describeSource, type EvidenceSource } from './sources/source.ts';
import type { Beginner } from './trace/trace.ts';
import type { ScenarioServer } from './trace/scenario-server.ts';
import { WARM_UP_MS, warmUp } from './runs/warm-up.ts';
import { PortWatch } from './watching/port-watch.ts';
import { afterBreak, chooseWire, type ChosenWire } from './wires/choose-wire.ts';
import { expectLink, targetOn, type Wire } from './wires/wire.ts';

export class Bridge {
  readonly log: Pick<FastifyBaseLogger, 'warn' | 'error'>;
  readonly terms: Terms;
  readonly #audience = new Audience((known) => this.#helloAfter(known));
  readonly #config: BridgeSettings;
  #chosen: ChosenWire;
  readonly #program: ServerProgram | undefined;
  readonly #watch: PortWatch | undefined;
  readonly #client: ClientRuns;
  readonly #scenarioServers: ScenarioServers;
  readonly #sessions = new ShortLivedSet<RunUnderWay>();
  readonly #shared = new SharedRuns(
    (message) => this.#audience.send(message),
    () => this.terms.limits.sharedRuns,
  );
  /** Resolves when a broken lab has been replaced. */
  #wireReady: Promise<void> = Promise.resolve();
  /** Present while a broken lab is replaced: resolves with the next wire, after the server program was started on it. */
  #nextWire: Promise<Wire> | undefined;
  /** Resolves when the wire has been warmed up. */
  #warm: Promise<void> = Promise.resolve();
  /** Resolves when the port is watched. */
  #watching: Promise<void> | undefined;
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
    if (config.watch) this.#watch = this.#watchOf(config.watch);
    if (config.ownsServer) {
      this.#program = ownServer(config, prefix, () => this.#chosen.wire);
      this.#program.on('change', () => this.#audience.changed());
      this.#program.on('printed', () => this.#audience.printed());
    }
  }

  /**
   * Starts the server program, if the bridge owns one, and warms the wire up. Resolves when that is done and the program
   * listens, has ended, or takes longer than it may.
   */
  async start(): Promise<void> {
    this.#program?.start();
    this.#warm = this.#warmUp();
    await Promise.all([this.#warm, this.#program?.started(), (this.#watching = this.#watch?.start())]);
  }

  /** Resolves when the wire is warm and the server program need not be waited for, and after `patienceMs` in any case. */
  async ready(patienceMs: number): Promise<void> {
    const ready = Promise.all([this.#warm, this.#program?.started(), this.#watching]);
    await Promise.race([ready, after(patienceMs, undefined, { ref: false })]);
  }

  /** Ends every run and the server program; resolves when none of their processes is left. */
  async stop(): Promise<void> {
    this.#closing = true;
    for (const session of this.#sessions) session.cancel();
    await Promise.all([this.#program?.stop(), this.#client.stop(), this.#scenarioServers.stop(), this.#watch?.stop()]);
    await this.#chosen.wire.close();
    this.#audience.stop();
  }

  /** Whether `stop` was called. */
  get isClosing(): boolean {
    return this.#closing;
  }

  /** Why packets are not captured and what would help, in one sentence; absent if they are, or are not meant to be. */
  get captureAdvice(): string | undefined {
    return this.#watch?.captureAdvice ?? this.#chosen.wire.captureAdvice;
  }

  /** Sends a page `hello` now, and whenever it changes; returns a function that stops this. */
  join(page: Page): () => void {
    const leave = this.#audience.join(page);
    this.#shared.tellAll((message) => page.send(message));
    return leave;
  }

  /** The message that each page gets first; `GET /health` sends the same facts. */
  hello(): Hello {
    const { wire, unavailable } = this.#chosen;
    return {
      type: 'hello',
      version: VERSION,
      wire: wire.name,
      ...(unavailable && { wireWhy: unavailable.why, wireMessage: unavailable.message }),
      target: this.#reached,
      server: this.#program?.status() ?? this.#watch?.serverStatus() ?? { state: 'external', output: [] },
      ...this.#client.status(wire, this.#sources()),
      ...(this.#watch && { watch: { notShown: this.#watch.notShown } }),
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
    this.#expectOpen();
    const { wire } = this.#chosen;
    if (link) this.expectLink();
    const lent = server && this.#lend(server);
    let leave: (() => void) | undefined;
    const done = (result: RunResult): void => {
      lent?.giveBack();
      leave?.();
      onDone(result);
    };
    const options = {
      script,
      wire,
      ...withSeed(link),
      ...(lent ? { server: lent } : { ...this.#untilListening(), whereReached: this.#whereReached }),
      sources: lent?.sources ?? this.#sources(),
      limits: this.terms.limits,
      onPort: (port: number) => void (leave = this.#watch?.leaveOut(port)),
    };
    return this.#run({ onSteps, onDone: done }, (told) => new Session({ ...options, ...told }));
  }

  /**
   * Runs the client program.
   * @throws BridgeError `SHUTTING_DOWN`, `NO_CLIENT_PROGRAM`, `TOO_MANY_CLIENTS`, `LINK_NEEDS_LAB`
   */
  startClient({ link, onSteps, onDone }: Pick<SessionOptions, 'link' | 'onSteps' | 'onDone'>): RunUnderWay {
    this.#expectOpen();
    if (link) this.expectLink();
    const { wire } = this.#chosen;
    const options = { wire, ...withSeed(link), ...this.#untilListening(), sources: this.#sources() };
    return this.#run({ onSteps, onDone }, (told) => this.#client.start({ ...options, ...told }));
  }

  /**
   * Lets somebody start programs on the client's host.
   * @param folder the working directory of the first one
   * @throws BridgeError `SHUTTING_DOWN`, `ENTER_NEEDS_LAB`
   */
  enter(folder: string): Entrance {
    this.#expectOpen();
    return entranceTo(this.#chosen.wire, folder, this.#reached);
  }

  /**
   * Carries the connections of a program on the client's host that the bridge has not started, and shows them to all pages.
   * @param by who has started it
   * @param command what pages call it
   * @throws BridgeError `SHUTTING_DOWN`, `TOO_MANY_RUNS`
   */
  follow(by: Beginner, command: string, program: FollowedProgram): void {
    this.#expectOpen();
    const { wire } = this.#chosen;
    const sources = this.#sources();
    const begun = { by, client: command, sources: sourcesOfProgram(program, wire, sources) };
    this.#shared.begin(begun, (told) =>
      this.#run(told, (ended) => this.#client.follow(program, { wire, sources, ...ended })),
    );
  }

  /** Where a client reaches the server: `host:port`. */
  get #reached(): string {
    return formatAddress(this.#whereReached());
  }

  /** @throws BridgeError `SHUTTING_DOWN` */
  #expectOpen(): void {
    if (this.#closing) throw new BridgeError('SHUTTING_DOWN', 'The bridge is shutting down.');
  }

  /** Starts a run, and counts it as one of the bridge's until it is over. */
  #run<Run extends RunUnderWay>({ onSteps, onDone }: RunTold, start: (told: RunTold) => Run): Run {
    const told = {
      onSteps,
      onDone: (result: RunResult) => {
        leave();
        onDone(result);
      },
    };
    const run = start(told);
    const leave = this.#sessions.add(run);
    return run;
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
    controlProgram(action, this.#program, {
      mayControl: this.terms.mayControl,
      ready: () => this.#wireReady,
      expectOpen: () => this.#expectOpen(),
      complain,
    });
  }

  async #warmUp(): Promise<void> {
    const { wire } = this.#chosen;
    const limits = { ...this.terms.limits, runMs: WARM_UP_MS };
    const play = async (port: number): Promise<string> =>
      this.#closing ? 'cancelled' : playUnseen(wire, port, limits, this.#sessions);
    const outcome = await warmUp(wire, play);
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

  #watchOf(watched: NonNullable<BridgeSettings['watch']>): PortWatch {
    return new PortWatch({
      ...watched,
      capture: this.#config.capture,
      wire: () => this.#chosen.wire,
      limits: this.terms.limits,
      begin: (begun, start) => this.#shared.begin(begun, (told) => this.#run(told, start)),
      onChange: () => this.#audience.changed(),
    });
  }

  #sources(): EvidenceSource[] {
    return this.#program?.sources ?? this.#watch?.sources ?? [];
  }

  /** If somebody ends a host, the lab breaks. The bridge makes another; if that fails, it uses the direct wire. */
  #watchWire(): void {
    const { wire } = this.#chosen;
    wire.onChange = () => this.#audience.changed();
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
    this.#audience.changed();
    this.#audience.send({ type: 'error', ...afterBreak(chosen) });
    this.#warm = this.#warmUp();
  }

  /** A page that knows most of what a talkative program printed gets only the new lines. */
  #helloAfter(knownLines: number): Hello {
    const hello = this.hello();
    return this.#program && knownLines > 0 ? { ...hello, server: this.#program.statusAfter(knownLines) } : hello;
  }
}
