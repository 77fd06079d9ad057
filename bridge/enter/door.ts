/**
 * The door to the client's host: a Unix socket in a folder that only the bridge's own user may look into. Who comes in starts
 * a program there, in a terminal of their own and under a tracer, and passes on what the tracer reports. The door knows
 * neither pages nor the lab: the bridge says how to come in, and shows what is followed.
 *
 *     npm run enter ── knock ─────────▶ Door ── enter ────▶ Bridge
 *                   ◀─ welcome ───────
 *                   ── tracer's reports ─▶ Guest ── jobs ──▶ Bridge.follow
 */
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Bridge } from '../bridge.ts';
import { BridgeError } from '../errors.ts';
import { LineSplitter } from '../machine/line-splitter.ts';
import { tracerLines } from '../sources/tracer/tracer-lines.ts';
import type { TracerReport } from '../tracer/report.ts';
import { ownDoor } from './door-folder.ts';
import { KNOCK_LENGTH, type Ask, type FromDoor, type Knock, type Left } from './door-messages.ts';
import { Guest } from './guest.ts';

export type Host = Pick<Bridge, 'enter' | 'follow'>;

export class Door {
  readonly #host: Host;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #url = '';
  #path: string | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#server = createServer((socket) => this.#meet(socket));
  }

  /**
   * @param url of the bridge's page, by which `npm run enter` tells bridges apart
   * @throws Error if there is no place for a door that keeps others out
   */
  async open(url: string, path = ownDoor()): Promise<void> {
    this.#url = url;
    // A bridge that was killed may have left it, and this process has its number now.
    rmSync(path, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(path, resolve);
    });
    this.#path = path;
    this.#server.on('error', () => {});
  }

  /** Whoever is in sees that the bridge has ended. */
  close(): void {
    if (this.#path === undefined) return;
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    rmSync(this.#path, { force: true });
  }

  #meet(socket: Socket): void {
    this.#sockets.add(socket);
    let guest: Guest | undefined;
    const first = new LineSplitter(KNOCK_LENGTH, (line) => {
      guest ??= this.#answer(socket, JSON.parse(line) as Knock | Ask);
    });
    const reports = tracerLines((report: TracerReport | Left) => guest?.take(report));
    socket.setEncoding('utf8').on('data', (text: string) => {
      try {
        (guest ? reports : first).feed(text);
      } catch (error) {
        say(socket, { what: 'refusal', ...refusalOf(error) });
        socket.destroySoon();
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      reports.end();
      guest?.left();
    });
  }

  #answer(socket: Socket, message: Knock | Ask): Guest | undefined {
    if (message.what === 'ask') {
      say(socket, { what: 'here', url: this.#url });
      return undefined;
    }
    const { prefix, target, leave } = this.#host.enter(message.folder);
    socket.once('close', leave);
    say(socket, { what: 'welcome', prefix, target });
    return new Guest(message, this.#host, (error) => say(socket, { what: 'refusal', ...refusalOf(error) }));
  }
}

function say(socket: Socket, message: FromDoor): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

function refusalOf(error: unknown): { code: string; message: string } {
  if (error instanceof BridgeError) return { code: error.code, message: error.message };
  return { code: 'BAD_MESSAGE', message: 'This was not understood.' };
}
