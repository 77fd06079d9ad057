import type { WebSocket } from '@fastify/websocket';
import type { Socket } from 'node:net';
import type { Bridge } from '../bridge.ts';
import { BridgeError } from '../errors.ts';
import { MessageError, readMessage } from './message-reader.ts';
import { clientOf, Rates, type Allowances } from '../access/allowances.ts';
import type { BridgeMessage, Limits, PageMessage, RunId } from '../protocol/messages.ts';
import type { Session } from '../session.ts';
import { ShortLivedMap } from '../machine/short-lived.ts';
import { stepsJson } from './step-json.ts';
import type { Step } from '../trace/step.ts';

type RunMessage = Extract<PageMessage, { type: 'run' }>;

const SECOND_MS = 1000;
/** WebSocket close code "try again later" (RFC 6455 §7.4.2, IANA registry). */
const TRY_AGAIN_LATER = 1013;

/**
 * One page on its WebSocket: reads its messages, plays its runs, and ends them when it goes.
 *
 *     page ◀── hello, steps, done, error ── PageConnection ◀── Session (one a run)
 *          ─── run, cancel, server ───────▶
 */
export class PageConnection {
  readonly #socket: WebSocket;
  readonly #transport: Socket;
  readonly #bridge: Bridge;
  readonly #allowances: Allowances;
  readonly #address: string;
  readonly #messages: Rates;
  readonly #runs = new ShortLivedMap<RunId, Session>();
  /** Whether it was heard of since the last ping. */
  #isHeard = true;

  /** @param transport the TCP socket below the WebSocket */
  constructor(socket: WebSocket, transport: Socket, bridge: Bridge, allowances: Allowances) {
    this.#socket = socket;
    this.#transport = transport;
    this.#bridge = bridge;
    this.#allowances = allowances;
    this.#address = clientOf(transport);
    const { messagesPerSecond } = this.#limits;
    this.#messages = new Rates(messagesPerSecond, messagesPerSecond, SECOND_MS);
    // A throw in a listener would be an uncaught exception of the whole bridge: everything goes through #receive.
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#receive(data, isBinary));
    socket.on('pong', () => (this.#isHeard = true));
    socket.on('close', () => this.end());
    socket.on('error', () => this.end());
    bridge.pages.add(this);
    this.send(bridge.hello());
  }

  send(message: BridgeMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.unsentBytes > this.#limits.unsentBytesPerPage) return this.giveUp();
    this.#cork();
    if (message.type === 'steps') this.#socket.send(stepsMessage(message.id, message.steps), AS_TEXT);
    else this.#socket.send(JSON.stringify(message));
  }

  /** What is sent in one turn of the event loop leaves in one write. */
  #cork(): void {
    if (this.#transport.writableCorked > 0) return;
    this.#transport.cork();
    setImmediate(() => this.#transport.uncork());
  }

  /** Drops a page that was not heard of since the last time, and asks it for a sign. */
  ping(): void {
    if (!this.#isHeard) return this.#socket.terminate();
    this.#isHeard = false;
    this.#socket.ping();
  }

  /** Ends every run of this page. */
  end(): void {
    this.#bridge.pages.delete(this);
    for (const session of this.#runs.values()) session.cancel();
  }

  /** Bytes that wait because it does not read. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** A page that does not read: its runs end now, and it may connect again. */
  giveUp(): void {
    this.#socket.close(TRY_AGAIN_LATER, 'the page does not read');
    this.#socket.terminate();
    this.end();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    this.#isHeard = true;
    try {
      this.#countMessage();
      this.#obey(readMessage(data, isBinary));
    } catch (error) {
      this.#complain(error);
    }
  }

  #countMessage(): void {
    const { messagesPerSecond } = this.#limits;
    if (!this.#messages.count(this.#address))
      throw new BridgeError('TOO_MANY_MESSAGES', `A page sends at most ${messagesPerSecond} messages a second.`);
    if (!this.#allowances.messages.count(this.#address))
      throw new BridgeError('TOO_MANY_MESSAGES', 'The pages of this address, or of all, send too many messages.');
  }

  #obey(message: PageMessage): void {
    switch (message.type) {
      case 'run':
        return about(message.id, () => this.#run(message));
      case 'cancel':
        return about(message.id, () => this.#running(message.id).cancel());
      case 'wire':
        return about(message.id, () => {
          this.#bridge.expectLink();
          this.#running(message.id).act(message.segment, message.action);
        });
      case 'server':
        return this.#bridge.controlServer(message.action, (error) => this.#complain(error));
    }
  }

  #run({ id, script, link, server }: RunMessage): void {
    if (this.#runs.has(id)) throw new BridgeError('RUN_ID_IN_USE', 'A run of this id is on.');
    const { runsPerPage } = this.#limits;
    if (this.#runs.size >= runsPerPage)
      throw new BridgeError('TOO_MANY_RUNS', `A page has at most ${runsPerPage} runs at a time.`);
    const leave = this.#enter(server !== undefined);
    try {
      const session = this.#bridge.startSession({
        script,
        ...(link && { link }),
        ...(server && { server }),
        onSteps: (steps) => this.send({ type: 'steps', id, steps }),
        onDone: (result) => {
          leave();
          this.#runs.delete(id);
          this.send({ type: 'done', id, ...result });
        },
      });
      this.#runs.set(id, session);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Takes a run's place, and that of its server; answers how to give them back. */
  #enter(withServer: boolean): () => void {
    const { runsPerAddress, runsInAll, scenarioServersPerAddress, scenarioServers } = this.#limits;
    const leave = this.#allowances.runs.enter(this.#address);
    const many = (each: number, all: number): string =>
      `At most ${each} such runs are on for one address at a time, and ${all} in all.`;
    if (!leave) throw new BridgeError('TOO_MANY_RUNS', many(runsPerAddress, runsInAll));
    if (!withServer) return leave;
    const leaveServer = this.#allowances.servers.enter(this.#address);
    if (leaveServer)
      return () => {
        leave();
        leaveServer();
      };
    leave();
    throw new BridgeError('TOO_MANY_SERVERS', many(scenarioServersPerAddress, scenarioServers));
  }

  get #limits(): Limits {
    return this.#bridge.terms.limits;
  }

  #running(id: RunId): Session {
    const session = this.#runs.get(id);
    if (!session) throw new BridgeError('NO_SUCH_RUN', 'No run of this id is on.');
    return session;
  }

  #complain(error: unknown): void {
    const known = error instanceof BridgeError;
    if (!known) this.#bridge.log.error(error, 'a message of a page could not be served');
    const id = error instanceof MessageError ? error.runId : undefined;
    this.send({
      type: 'error',
      ...(id !== undefined && { id }),
      code: known ? error.code : 'INTERNAL',
      message: known ? error.message : 'Something went wrong in the bridge.',
    });
  }
}

/** Bytes go in a binary frame unless told otherwise. */
const AS_TEXT = { binary: false };

function stepsMessage(id: RunId, steps: readonly Step[]): Buffer {
  return stepsJson(steps, `{"type":"steps","id":${JSON.stringify(id)},"steps":`, '}');
}

/** Names the run in any error that the action throws. */
function about(id: RunId, action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    const named = new MessageError(error.code, error.message, { cause: error });
    named.runId = id;
    throw named;
  }
}
