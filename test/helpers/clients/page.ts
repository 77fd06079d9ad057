import { once } from 'node:events';
import { expect, onTestFinished } from 'vitest';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import {
  BRIDGE_MESSAGES,
  type BridgeMessage,
  type DoneMessage,
  type RunId,
} from '../../../bridge/protocol/messages.ts';
import type { LinkSettings } from '../../../bridge/trace/link.ts';
import type { Script } from '../../../bridge/trace/script.ts';
import { compareSteps, type Step } from '../../../bridge/trace/step.ts';

const schemas = {
  hello: Compile(BRIDGE_MESSAGES.hello),
  begun: Compile(BRIDGE_MESSAGES.begun),
  steps: Compile(BRIDGE_MESSAGES.steps),
  done: Compile(BRIDGE_MESSAGES.done),
  error: Compile(BRIDGE_MESSAGES.error),
};
type OfType<Type extends BridgeMessage['type']> = Extract<BridgeMessage, { type: Type }>;

/** Registers what to do when a test is over. */
export type WhenOver = (close: () => void | Promise<void>) => void;

export interface PlayedRun {
  done: DoneMessage;
  /** The last version of every step, in time order. */
  steps: Step[];
}

/** The bridge of a page, with what goes behind the path. */
interface PageOf {
  port: number;
  origin: string;
  query?: string;
  /** The address that the page comes from. */
  localAddress?: string;
}

/** A page without a browser: it keeps every message, and checks each against its schema. */
export class Page {
  readonly socket: WebSocket;
  readonly messages: BridgeMessage[] = [];
  #look: (() => void)[] = [];
  #runs = 0;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as BridgeMessage;
      this.messages.push(message);
      const waiting = this.#look;
      this.#look = [];
      for (const look of waiting) look();
    });
  }

  /**
   * Connects; resolves when the first `hello` is there. The connection ends with the test.
   * @param whenOver of the test itself, if other tests run at the same time
   */
  static async open(
    { port, origin, query = '', localAddress = '127.0.0.1' }: PageOf,
    whenOver: WhenOver = onTestFinished,
  ): Promise<Page> {
    const page = new Page(new WebSocket(`ws://127.0.0.1:${port}/ws${query}`, { origin, localAddress }));
    whenOver(() => {
      page.socket.terminate();
      expectValid(page.messages);
    });
    await once(page.socket, 'open');
    await page.message('hello');
    return page;
  }

  send(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  /** The first message of a type that fits, from number `from` on, now or later. */
  async message<Type extends BridgeMessage['type']>(
    type: Type,
    fits: (message: OfType<Type>) => boolean = () => true,
    from = 0,
  ): Promise<OfType<Type>> {
    for (;;) {
      const found = this.messages.slice(from).find((message) => message.type === type && fits(message as OfType<Type>));
      if (found) return found as OfType<Type>;
      await new Promise<void>((resolve) => this.#look.push(resolve));
    }
  }

  /** The error that the bridge returns for this message. */
  async complaint(message: unknown): Promise<OfType<'error'>> {
    const from = this.messages.length;
    if (typeof message === 'string' || Buffer.isBuffer(message)) this.socket.send(message);
    else this.send(message);
    return this.message('error', () => true, from);
  }

  start(script: Script, id: RunId = `run ${this.#runs++}`, link?: LinkSettings): RunId {
    this.send({ type: 'run', id, script, ...(link && { link }) });
    return id;
  }

  async run(script: Script, link?: LinkSettings): Promise<PlayedRun> {
    const id = this.start(script, undefined, link);
    const done = await this.message('done', (message) => message.id === id);
    return { done, steps: this.steps(id) };
  }

  steps(id: RunId): Step[] {
    const steps = new Map<string, Step>();
    for (const message of this.messages)
      if (message.type === 'steps' && message.id === id) for (const step of message.steps) steps.set(step.id, step);
    return [...steps.values()].sort(compareSteps);
  }

  count(type: BridgeMessage['type'], id?: RunId): number {
    return this.messages.filter(
      (message) => message.type === type && (id === undefined || ('id' in message && message.id === id)),
    ).length;
  }
}

function expectValid(messages: BridgeMessage[]): void {
  for (const message of messages)
    if (!schemas[message.type].Check(message))
      expect.fail(`not of the protocol: ${JSON.stringify(message).slice(0, 500)}`);
}
