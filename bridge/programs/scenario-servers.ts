import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Address } from '../address.ts';
import { BridgeError } from '../errors.ts';
import { BUILT } from '../machine/paths.ts';
import { ServerProgram } from './server-program.ts';
import type { EvidenceSource } from '../sources/source.ts';
import type { ScenarioServer } from '../trace/scenario-server.ts';

/** The probe assumes that a Node program always accepts and receives. These do not, so its reports would be wrong. */
const WITHOUT_PROBE: ReadonlySet<ScenarioServer> = new Set(['never-accepts', 'full-backlog', 'restarts']);

/** How many ports the servers use, in turn. */
const PORTS = 1000;

/** Why a run has no server. */
export type ServerFault = 'SERVER_NOT_STARTED';

/** A server for one run. */
export interface LentServer {
  port: number;
  /** Resolves when the server listens, or has had its time; with a stable code if it has ended before it did. */
  ready: Promise<ServerFault | undefined>;
  /** The sources that report on this server. */
  sources: EvidenceSource[];
  /** To be called when the run is over. */
  giveBack(): void;
}

/**
 * The servers of scenarios, on the lab's host. Each run gets a program of its own, which starts before the run and ends
 * after it. So no run finds what another has left behind, such as a full queue or a dead server.
 *
 *     run ─ never-accepts ─▶ a free port next to the target's, a program on it ─▶ the run … ─▶ its end
 */
export class ScenarioServers {
  readonly #target: () => Address;
  readonly #prefix: () => string[];
  readonly #most: number;
  /** By port; `undefined` for the scenario in which nobody listens. */
  readonly #lent = new Map<number, ServerProgram | undefined>();
  readonly #ending = new Set<Promise<void>>();
  #turn = 0;

  /**
   * @param target where the bridge's own server listens
   * @param prefix what comes before a command to run it on the server's host
   * @param most how many there may be at a time
   */
  constructor(target: () => Address, prefix: () => string[], most: number) {
    this.#target = target;
    this.#prefix = prefix;
    this.#most = most;
  }

  /** @throws BridgeError `TOO_MANY_SERVERS` */
  lend(name: ScenarioServer): LentServer {
    if (this.#lent.size >= this.#most)
      throw new BridgeError('TOO_MANY_SERVERS', `At most ${this.#most} runs have a server of their own.`);
    const port = this.#freePort();
    const program = name === 'nobody' ? undefined : this.#start(name, port);
    this.#lent.set(port, program);
    return {
      port,
      ready: program ? listeningOf(program) : Promise.resolve(undefined),
      sources: program?.sources ?? [],
      giveBack: () => this.#end(port),
    };
  }

  /** Ends all servers. Resolves when none is left. */
  async stop(): Promise<void> {
    for (const port of [...this.#lent.keys()]) this.#end(port);
    await Promise.all(this.#ending);
  }

  #start(name: ScenarioServer, port: number): ServerProgram {
    const options = ['--host', this.#target().host, '--port', String(port)];
    const file = join(BUILT.scenarios, `${name}.js`);
    const program = new ServerProgram({
      command: () => ({
        file: process.execPath,
        arguments: [file, ...options],
        shownAs: `node server/scenarios/${name}.js`,
      }),
      prefix: this.#prefix,
      port,
      probe: WITHOUT_PROBE.has(name) ? undefined : pathToFileURL(BUILT.probe).href,
      restart: false,
    });
    program.start();
    return program;
  }

  /** The port stays taken until its program has ended. */
  #end(port: number): void {
    const program = this.#lent.get(port);
    const ended = (program?.stop() ?? Promise.resolve()).finally(() => {
      this.#lent.delete(port);
      this.#ending.delete(ended);
    });
    this.#ending.add(ended);
  }

  /** A port near the target's. Each port rests before its next use: the kernel remembers its connections for a minute. */
  #freePort(): number {
    const { port } = this.#target();
    do this.#turn = (this.#turn % PORTS) + 1;
    while (this.#lent.has(this.#portOf(port)));
    return this.#portOf(port);
  }

  /** Counts downwards if there is no room above. */
  #portOf(port: number): number {
    return port + PORTS > 65_535 ? port - this.#turn : port + this.#turn;
  }
}

async function listeningOf(program: ServerProgram): Promise<ServerFault | undefined> {
  await program.started();
  return program.status().state === 'exited' ? 'SERVER_NOT_STARTED' : undefined;
}
