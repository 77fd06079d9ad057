import type { BridgeMessage, Hello } from '../protocol/messages.ts';

/** If pages know no more than this many printed lines, `hello` has all that are kept. */
const WHOLE_OUTPUT = 10;

/** Changes within this many milliseconds share one `hello`: a busy server prints thousands of lines a second. */
const HELLO_EVERY_MS = 100;

/** A page, as far as the bridge knows one. */
export interface Page {
  send(message: BridgeMessage): void;
}

/**
 * All pages. They are sent `hello` when something has changed, and of a talkative program's output only what is new.
 *
 *     changed, printed ─ at most ten times a second ─▶ hello ─▶ every page
 */
export class Audience {
  readonly #pages = new Set<Page>();
  readonly #hello: (knownLines: number) => Hello;
  #timer: NodeJS.Timeout | undefined;
  /** Whether more has changed since the last `hello` than what the server program printed. */
  #isChanged = false;
  /** How many printed lines all pages know. */
  #knownLines = 0;

  /** @param hello the message for pages that know so many printed lines; 0: with all that are kept */
  constructor(hello: (knownLines: number) => Hello) {
    this.#hello = hello;
  }

  /** Sends a page `hello` now, and all messages from now on; returns a function that stops this. */
  join(page: Page): () => void {
    this.#pages.add(page);
    page.send(this.#hello(0));
    return () => void this.#pages.delete(page);
  }

  send(message: BridgeMessage): void {
    for (const page of this.#pages) page.send(message);
  }

  changed(): void {
    this.#isChanged = true;
    this.#schedule();
  }

  /** The server program has printed something, and nothing else has changed. */
  printed(): void {
    this.#schedule();
  }

  /** Sends no `hello` by itself any more. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const known = this.#isChanged || this.#knownLines <= WHOLE_OUTPUT ? 0 : this.#knownLines;
      const hello = this.#hello(known);
      this.#isChanged = false;
      this.#knownLines = hello.server.printed ?? 0;
      this.send(hello);
    }, HELLO_EVERY_MS);
  }
}
