import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { plainScript } from '../../bridge/trace/script.ts';

const PLAIN = plainScript(121n);
const REPLY = Buffer.from('ÍMPAR').toString('hex');
/** A run that waits for a server that waits too. */
const WAITING = [{ do: 'recv' }];
/** Pages that connect at the same time. */
const AT_ONCE = 50;
/** Milliseconds until a page that got TOO_MANY_RUNS asks again: at least these, at most twice as many. */
const ASK_AGAIN_MS = 100;
/** Milliseconds in which a run must be done after the last run has begun. */
const LOST_MS = 25_000;

/** What all pages were told. */
export interface Tally {
  /** Milliseconds of each run that ended as it should. */
  latencies: number[];
  /** Runs that ended otherwise. */
  failed: number;
  /** How often a page got TOO_MANY_RUNS and asked again. */
  again: number;
  /** Runs without a `done`, and with a second one. */
  lost: number;
  doubled: number;
}

/** Pages without a browser, each with at most one run at a time. */
export class Crowd {
  readonly #bridge: { port: number; origin: string };
  readonly #pages: SoakPage[] = [];

  constructor(bridge: { port: number; origin: string }) {
    this.#bridge = bridge;
  }

  async open(count: number): Promise<void> {
    while (this.#pages.length < count) {
      const missing = Math.min(AT_ONCE, count - this.#pages.length);
      this.#pages.push(...(await Promise.all(Array.from({ length: missing }, () => SoakPage.open(this.#bridge)))));
    }
  }

  /** Every page runs again and again until `over` returns true. Then it waits for the open runs. */
  async run(over: (runs: number) => boolean): Promise<Tally> {
    const tally: Tally = { latencies: [], failed: 0, again: 0, lost: 0, doubled: 0 };
    await Promise.all(
      this.#pages.map(async (page) => {
        while (!over(tally.latencies.length)) await page.run(tally);
      }),
    );
    tally.doubled = this.#pages.reduce((sum, page) => sum + page.takeDoubled(), 0);
    return tally;
  }

  /** Starts a run that does not end by itself on each of these pages. */
  hold(count: number): void {
    for (const page of this.#pages.slice(0, count)) page.hold();
  }

  /** These pages vanish without closing. */
  leave(count: number): void {
    for (const page of this.#pages.splice(0, count)) page.leave();
  }

  async cancel(): Promise<void> {
    await Promise.all(this.#pages.map((page) => page.cancel()));
  }
}

type Answer = 'replied' | 'again' | 'failed' | 'lost';

class SoakPage {
  readonly #socket: WebSocket;
  #id = 0;
  #answered: ((answer: Answer) => void) | undefined;
  #doubled = 0;

  static async open({ port, origin }: { port: number; origin: string }): Promise<SoakPage> {
    const page = new SoakPage(new WebSocket(`ws://127.0.0.1:${port}/ws`, { origin, perMessageDeflate: false }));
    await once(page.#socket, 'message');
    return page;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.#hear(data));
  }

  async run(tally: Tally): Promise<void> {
    const startedAt = performance.now();
    const answer = await this.#ask(PLAIN);
    if (answer === 'replied') tally.latencies.push(performance.now() - startedAt);
    else tally[answer] += 1;
    if (answer === 'again') await delay(ASK_AGAIN_MS * (1 + Math.random()));
  }

  hold(): void {
    void this.#ask(WAITING);
  }

  async cancel(): Promise<void> {
    if (!this.#answered) return;
    const answered = this.#answered;
    await new Promise<void>((resolve) => {
      this.#answered = (answer) => {
        answered(answer);
        resolve();
      };
      this.#socket.send(JSON.stringify({ type: 'cancel', id: this.#id }));
    });
  }

  leave(): void {
    this.#socket.terminate();
  }

  takeDoubled(): number {
    const doubled = this.#doubled;
    this.#doubled = 0;
    return doubled;
  }

  #ask(script: object): Promise<Answer> {
    this.#id += 1;
    return new Promise((resolve) => {
      const lost = setTimeout(() => this.#answer('lost'), LOST_MS);
      this.#answered = (answer) => {
        clearTimeout(lost);
        resolve(answer);
      };
      this.#socket.send(JSON.stringify({ type: 'run', id: this.#id, script }));
    });
  }

  #hear(data: Buffer): void {
    // Steps are not read: the bridge's work is measured, not the page's.
    if (!isAnswer(data)) return;
    const message = JSON.parse(data.toString()) as { type: string; id: number; code?: string; reply?: { hex: string } };
    if (message.type === 'done' && (message.id !== this.#id || !this.#answered)) this.#doubled += 1;
    else if (message.type === 'done') this.#answer(message.reply?.hex === REPLY ? 'replied' : 'failed');
    else this.#answer(message.code === 'TOO_MANY_RUNS' ? 'again' : 'failed');
  }

  #answer(answer: Answer): void {
    const answered = this.#answered;
    this.#answered = undefined;
    answered?.(answer);
  }
}

const ANSWERS = [Buffer.from('{"type":"done"'), Buffer.from('{"type":"error"')];

function isAnswer(data: Buffer): boolean {
  return ANSWERS.some((beginning) => beginning.equals(data.subarray(0, beginning.length)));
}
