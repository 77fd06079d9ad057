import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { groupListens } from '../../bridge/sources/sockets/listening-socket.ts';
import type { ScenarioServer } from '../../bridge/trace/scenario-server.ts';
import { createNumberServer } from '../../server/number-server.ts';
import type { WhenOver } from '../helpers/clients/page.ts';
import { freePort } from '../helpers/free-port.ts';
import { until } from '../helpers/until.ts';
import { FaultProxy } from './fault-proxy.ts';
import { unchanged } from './faults.ts';

type Serve = (socket: Socket) => void;

const numbers = createNumberServer({ answers: 'parity' });
const serveNumbers: Serve = (socket) => void numbers.emit('connection', socket);

/**
 * What lies beyond the bridge: a number server behind a proxy, each of which can be broken, and mended again.
 *
 *     bridge ──▶ port: FaultProxy ──▶ server
 *                or a program alone
 */
export class World {
  readonly proxy: FaultProxy;
  /** What the server does with each connection. */
  serve: Serve = serveNumbers;
  #program: ChildProcess | undefined;

  static async make(whenOver: WhenOver): Promise<World> {
    const sockets = new Set<Socket>();
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      world.serve(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const world = new World(new FaultProxy(await freePort(), (server.address() as AddressInfo).port));
    whenOver(async () => {
      await world.down();
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    await world.proxy.up();
    return world;
  }

  private constructor(proxy: FaultProxy) {
    this.proxy = proxy;
  }

  get port(): number {
    return this.proxy.port;
  }

  /** Puts a scenario's server in place of the proxy and its server. */
  async replaceBy(name: ScenarioServer): Promise<void> {
    await this.proxy.down();
    const file = fileURLToPath(new URL(`../../dist/server/scenarios/${name}.js`, import.meta.url));
    const args = [file, '--host', '127.0.0.1', '--port', String(this.port)];
    const program = spawn(process.execPath, args, { stdio: 'ignore', detached: true });
    this.#program = program;
    await until(async () => (await groupListens(program.pid!, this.port)) === true);
  }

  /** Ends all servers: nobody listens. */
  async down(): Promise<void> {
    await this.proxy.down();
    const program = this.#program;
    this.#program = undefined;
    if (program?.exitCode !== null || program.signalCode !== null) return;
    const ended = once(program, 'exit');
    program.kill('SIGKILL');
    await ended;
  }

  async mend(): Promise<void> {
    await this.down();
    this.serve = serveNumbers;
    this.proxy.toServer = this.proxy.toClient = unchanged;
    await this.proxy.up();
  }
}
