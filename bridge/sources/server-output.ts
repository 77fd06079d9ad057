/**
 * The lines that the server program prints. A line that names the client's port belongs to that connection. Any other line
 * belongs to the only open connection, or to none if there are several.
 */
import { ShortLivedMap, ShortLivedSet } from '../machine/short-lived-collections.ts';
import type { Sink } from '../trace/report.ts';
import type { Output } from '../trace/step.ts';
import { since } from './run-time.ts';
import type { EvidenceSource, OwnStatus, Watch } from './source.ts';

export class ServerOutput implements EvidenceSource {
  readonly tells = 'output';
  readonly side = 'server';
  readonly #watches = new ShortLivedSet<OutputWatch>();
  readonly #byPort = new ShortLivedMap<number, OutputWatch>();
  /** Whether this bridge reads the program's stdout and stderr. Absent if it never did. */
  #attached: boolean | undefined;

  status(): OwnStatus {
    if (this.#attached) return { name: 'server-output', active: true };
    const why = this.#attached === undefined ? 'SERVER_NOT_OURS' : 'SERVER_ENDED';
    return { name: 'server-output', active: false, why };
  }

  /** @param attached true if the program runs, false if it has ended */
  attach(attached: boolean): void {
    this.#attached = attached;
  }

  watch(startedAt: number, sink: Sink): Watch {
    const watch: OutputWatch = new OutputWatch(startedAt, sink, {
      onPort: (port) => this.#byPort.set(port, watch),
      onStop: (port) => {
        leave();
        if (port !== undefined && this.#byPort.get(port) === watch) this.#byPort.delete(port);
      },
    });
    const leave = this.#watches.add(watch);
    return watch;
  }

  /** Reports a line that the program printed just now. */
  line(stream: Output['stream'], line: string): void {
    if (this.#watches.size > 0) this.#watchOf(line)?.report(stream, line);
  }

  #watchOf(line: string): OutputWatch | undefined {
    for (const number of line.match(/\d+/g) ?? []) {
      const named = this.#byPort.get(Number(number));
      if (named) return named;
    }
    const [first] = this.#watches;
    return this.#watches.size === 1 ? first : undefined;
  }
}

interface OutputWatchEvents {
  onPort(port: number): void;
  /** @param port as given to `onPort`, if it was called */
  onStop(port: number | undefined): void;
}

class OutputWatch implements Watch {
  readonly watchesServer = false;
  readonly #startedAt: number;
  readonly #events: OutputWatchEvents;
  #sink: Sink | undefined;
  #port: number | undefined;
  #lines = 0;

  constructor(startedAt: number, sink: Sink, events: OutputWatchEvents) {
    this.#startedAt = startedAt;
    this.#sink = sink;
    this.#events = events;
  }

  connectedFrom(port: number): void {
    this.#port = port;
    this.#events.onPort(port);
  }

  /** A program may print at any time or never: there is nothing to wait for. */
  whenSettled(callback: () => void): void {
    callback();
  }

  stop(): void {
    this.#sink = undefined;
    this.#events.onStop(this.#port);
  }

  report(stream: Output['stream'], line: string): void {
    const id = `server.output.${this.#lines++}`;
    this.#sink?.({
      kind: 'output',
      id,
      at: since(this.#startedAt),
      side: 'server',
      evidence: 'observed',
      stream,
      line,
    });
  }
}
