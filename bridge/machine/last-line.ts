import { writeSync } from 'node:fs';

const STDERR = 2;

/**
 * Says why this process ended, as the last line that it prints. Output through a stream could be lost when the process
 * exits, so the line is written at once.
 */
export class LastLine {
  #why: string | undefined;

  readonly #write: (text: string) => void;

  /** @param printable writes what a terminal would obey as escapes */
  constructor(printable: (text: string) => string) {
    this.#write = (text) => write(printable(text));
    process.on('exit', () => {
      if (this.#why !== undefined) this.#write(`${this.#why}\n`);
    });
  }

  /** The first reason counts: what follows from it is not the cause. */
  set(why: string): void {
    this.#why ??= why;
  }

  /** An error that nobody expected: its stack is printed at once, because it shows where to look. */
  setError(error: unknown): void {
    if (error instanceof Error && error.stack !== undefined) this.#write(`${error.stack}\n`);
    this.set(`Aperto ended because of an error that it did not expect: ${sentenceOf(error)}`);
  }
}

function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined || error.message.includes(code) ? error.message : `${error.message} (${code})`;
}

/** If standard error is closed or full, the line is lost, and there is nobody to tell. */
function write(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    return;
  }
}
