import type { Readable } from 'node:stream';
import { LineSplitter } from '../machine/line-splitter.ts';
import { withoutStyle } from '../trace/printable.ts';

export interface OutputEvents {
  onLine(line: string): void;
  /** A line has begun, and for a while nothing follows: it may be a question. The text is empty when it is over. */
  onUnfinished(text: string): void;
}

/** Characters of a printed line that are kept. */
const LINE_LENGTH = 2000;
/** Milliseconds without more of a line until it is shown as it is. */
const QUIET_MS = 150;

/**
 * The lines that a program prints on one of its outputs, without their colours.
 *
 *     "Na" "me: " ─ quiet ─▶ unfinished "Name: "        "Ana\n" ─▶ unfinished "", line "Name: Ana"
 */
export class ProgramOutput {
  readonly #events: OutputEvents;
  readonly #lines: LineSplitter;
  #timer: NodeJS.Timeout | undefined;
  #shown = '';

  constructor(events: OutputEvents) {
    this.#events = events;
    this.#lines = new LineSplitter(LINE_LENGTH, (line) => {
      this.#show('');
      events.onLine(withoutStyle(line));
    });
  }

  /** Takes what comes until the end. Bytes that are not UTF-8 become U+FFFD. */
  follow(readable: Readable): void {
    readable.setEncoding('utf8').on('data', (text: string) => this.#feed(text));
    readable.on('end', () => {
      clearTimeout(this.#timer);
      this.#lines.end();
    });
  }

  #feed(text: string): void {
    clearTimeout(this.#timer);
    this.#lines.feed(text);
    const { unfinished } = this.#lines;
    if (unfinished !== '') this.#timer = setTimeout(() => this.#show(withoutStyle(unfinished)), QUIET_MS).unref();
  }

  #show(text: string): void {
    if (text === this.#shown) return;
    this.#shown = text;
    this.#events.onUnfinished(text);
  }
}
