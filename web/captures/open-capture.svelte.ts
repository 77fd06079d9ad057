import type { CapturePlace, Trace } from '../../bridge/trace/trace.ts';
import type { Capture, CaptureHandlers } from './capture.svelte.ts';

/** What an opened file turns out to be: a trace, a capture, or neither. */
export interface FileOpener {
  openFile(file: File, handlers: CaptureHandlers): Promise<Trace | Capture | string>;
}

/** What the page does with what was opened. */
interface Receiver {
  open(trace: Trace): void;
  readonly troubles: { report(code: string): void };
}

/** The capture file that is open, if one is. All that reads a file is loaded when the first one is opened. */
export class OpenCapture {
  current = $state.raw<Capture>();
  readonly #load: () => Promise<FileOpener>;
  readonly #page: Receiver;

  constructor(load: () => Promise<FileOpener>, page: Receiver) {
    this.#load = load;
    this.#page = page;
  }

  /** A file that falls onto the page. */
  drop(event: DragEvent): void {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) void this.open(file);
  }

  async open(file: File): Promise<void> {
    try {
      const { openFile } = await this.#load();
      const opened = await openFile(file, {
        ontrace: (trace) => this.#page.open(trace),
        onfailure: (code) => this.#fail(code),
      });
      if (typeof opened === 'string') this.#page.troubles.report(opened);
      else if ('format' in opened) this.#page.open(opened);
      else {
        this.close();
        this.current = opened;
      }
    } catch {
      this.#page.troubles.report('not-connected');
    }
  }

  choose(connection: number, place?: CapturePlace): void {
    this.current?.open(connection, place);
  }

  close(): void {
    this.current?.close();
    this.current = undefined;
  }

  #fail(code: string): void {
    this.#page.troubles.report(code);
    if (!this.current?.overview) this.close();
  }
}
