/**
 * One page on its WebSocket. It checks every message, starts and cancels runs, sends what they report, and ends them when
 * the page goes. A message that cannot be handled gets an `error`: nothing that a page sends ends the bridge. A page
 * connection knows nothing of TCP, wires or sources; the bridge knows it only as something with `send`.
 *
 *     page ─── run, cancel, wire, server ─▶ PageConnection ─▶ Bridge
 *          ◀── hello, steps, done, error ──               ◀── Session, one for each run
 */
import type { WebSocket } from '@fastify/websocket';
import type { Socket } from 'node:net';
import type { Bridge } from '../bridge.ts';
import type { Page } from '../runs/audience.ts';
import { BridgeError } from '../errors.ts';
import { MessageError, readMessage } from './message-reader.ts';
import { Rates, type Allowances } from '../access/allowances.ts';
import { Inbox } from './inbox.ts';
import type { Limits } from '../protocol/limits.ts';
import type { BridgeMessage, PageMessage, RunId } from '../protocol/messages.ts';
import type { RunUnderWay } from '../runs/run-result.ts';
import type { SessionOptions } from '../session.ts';
import { ShortLivedMap } from '../machine/short-lived-collections.ts';
import { stepsJson } from './step-json.ts';
import type { Step } from '../trace/step.ts';

type RunMessage = Extract<PageMessage, { type: 'run' }>;

const SECOND_MS = 1000;
/** WebSocket close code "try again later" (RFC 6455 §7.4.2, IANA registry). */
const TRY_AGAIN_LATER = 1013;

export class PageConnection implements Page {
  readonly #socket: WebSocket;
  readonly #transport: Socket;
  readonly #bridge: Bridge;
  readonly #allowances: Allowances;
  readonly #address: string;
  readonly #messages: Rates;
  /** Messages that got an error, and frames that are no messages. */
  readonly #faults: Rates;
  readonly #inbox: Inbox;
  readonly #runs = new ShortLivedMap<RunId, RunUnderWay>();
  readonly #leaveBridge: () => void;
  /** Whether the page has sent anything since the last ping. */
  #isHeard = true;

  /**
   * @param transport the TCP socket below the WebSocket
   * @param address where the page is: limits for each address count it
   */
  constructor(socket: WebSocket, transport: Socket, bridge: Bridge, allowances: Allowances, address: string) {
    this.#socket = socket;
    this.#transport = transport;
    this.#bridge = bridge;
    this.#allowances = allowances;
    this.#address = address;
    const { messagesPerSecond, faultsPerSecond } = this.#limits;
    this.#messages = new Rates(messagesPerSecond, messagesPerSecond, SECOND_MS);
    this.#faults = new Rates(faultsPerSecond, faultsPerSecond, SECOND_MS);
    this.#inbox = new Inbox({
      socket,
      periodMs: SECOND_MS,
      handle: (data, isBinary) => this.#receive(data, isBinary),
      refuse: (count) => this.#refuse(count),
    });
    // An error thrown in a listener would end the whole bridge: #receive catches them all.
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      this.#isHeard = true;
      this.#inbox.take(data, isBinary);
    });
    socket.on('pong', () => this.#hear());
    socket.on('ping', (data: Buffer) => this.#hear() && this.#pong(data));
    socket.on('close', () => this.end());
    socket.on('error', () => this.end());
    this.#leaveBridge = bridge.join(this);
  }

  send(message: BridgeMessage): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.unsentBytes > this.#limits.unsentBytesPerPage) return this.giveUp();
    this.#cork();
    if (message.type === 'steps') this.#socket.send(stepsMessage(message.id, message.steps), AS_TEXT);
    else this.#socket.send(JSON.stringify(message));
  }

  #pong(data: Buffer): void {
    if (this.unsentBytes > this.#limits.unsentBytesPerPage) return this.giveUp();
    this.#socket.pong(data);
  }

  /** Everything sent in one turn of the event loop leaves in one write. */
  #cork(): void {
    if (this.#transport.writableCorked > 0) return;
    this.#transport.cork();
    setImmediate(() => this.#transport.uncork());
  }

  /** Drops a page that has sent nothing since the last ping; otherwise sends the next one. */
  ping(): void {
    if (!this.#isHeard) return this.#socket.terminate();
    this.#isHeard = false;
    this.#socket.ping();
  }

  /** Ends every run of this page. */
  end(): void {
    this.#inbox.end();
    this.#leaveBridge();
    for (const session of this.#runs.values()) session.cancel();
  }

  /** Bytes that wait because the page does not read. */
  get unsentBytes(): number {
    return this.#socket.bufferedAmount;
  }

  /** Ends a page that does not read, and its runs. The page may connect again. */
  giveUp(): void {
    this.#socket.close(TRY_AGAIN_LATER, 'the page does not read');
    this.#socket.terminate();
    this.end();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    try {
      this.#countMessage();
      this.#handle(readMessage(data, isBinary, this.#limits));
    } catch (error) {
      this.#sendError(error);
      if (!this.#faults.count(this.#address)) this.#inbox.rest(false);
    }
  }

  /** A page has no use for frames that are no messages: they count as faults. Returns whether it may have so many. */
  #hear(): boolean {
    this.#isHeard = true;
    const isAllowed = this.#faults.count(this.#address);
    if (!isAllowed) this.#inbox.rest(false);
    return isAllowed;
  }

  /** An error for each message that came after those that a page may send in a second. */
  #refuse(count: number): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.unsentBytes > this.#limits.unsentBytesPerPage) return this.giveUp();
    this.#cork();
    for (let sent = 0; sent < count; sent += 1) this.#socket.send(REFUSED);
  }

  #countMessage(): void {
    if (this.#messages.count(this.#address) && this.#allowances.messages.count(this.#address)) return;
    this.#inbox.rest(true);
    throw new BridgeError('TOO_MANY_MESSAGES', TOO_MANY_MESSAGES);
  }

  #handle(message: PageMessage): void {
    switch (message.type) {
      case 'run':
        return about(message.id, () => this.#run(message));
      case 'cancel':
        return about(message.id, () => this.#running(message.id).cancel());
      case 'wire':
        return about(message.id, () => {
          this.#bridge.expectLink();
          this.#running(message.id).act(message.segment, message.action, message.connection);
        });
      case 'server':
        return this.#bridge.controlServer(message.action, (error) => this.#sendError(error));
      default:
        message satisfies never;
    }
  }

  #run({ id, script, client, link, server }: RunMessage): void {
    if (this.#runs.has(id)) throw new BridgeError('RUN_ID_IN_USE', 'A run with this id has not ended yet.');
    const { runsPerPage } = this.#limits;
    if (this.#runs.size >= runsPerPage)
      throw new BridgeError('TOO_MANY_RUNS', `A page has at most ${runsPerPage} runs at a time.`);
    const leave = this.#enter(server !== undefined);
    try {
      const told: Pick<SessionOptions, 'link' | 'onSteps' | 'onDone'> = {
        ...(link && { link }),
        onSteps: (steps) => steps.length > 0 && this.send({ type: 'steps', id, steps }),
        onDone: (result) => {
          leave();
          this.#runs.delete(id);
          this.send({ type: 'done', id, ...result });
        },
      };
      const session = client
        ? this.#bridge.startClient(told)
        : this.#bridge.startSession({ script: script!, ...(server && { server }), ...told });
      this.#runs.set(id, session);
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Takes a place for a run, and one for its server; returns a function that gives them back. */
  #enter(withServer: boolean): () => void {
    const { runsPerAddress, runsInAll, scenarioServersPerAddress, scenarioServers } = this.#limits;
    const leave = this.#allowances.runs.enter(this.#address);
    const many = (each: number, all: number): string =>
      `At most ${each} such runs at a time for one address, and ${all} in all.`;
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

  #running(id: RunId): RunUnderWay {
    const session = this.#runs.get(id);
    if (!session) throw new BridgeError('NO_SUCH_RUN', 'There is no run with this id, or it has ended.');
    return session;
  }

  #sendError(error: unknown): void {
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

const TOO_MANY_MESSAGES = 'This page, its address, or all pages together send too many messages in a second.';
const REFUSED = JSON.stringify({ type: 'error', code: 'TOO_MANY_MESSAGES', message: TOO_MANY_MESSAGES });

/** Without this, bytes go in a binary frame. */
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
