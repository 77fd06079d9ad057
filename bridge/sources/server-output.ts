import { monotonicUs } from '../machine/clock.ts';
import { ShortLivedMap, ShortLivedSet } from '../machine/short-lived.ts';
import { toTenths } from '../trace/draft.ts';
import type { Sink } from '../trace/report.ts';
import type { Output } from '../trace/step.ts';
import type { EvidenceSource, OwnStatus, Watch } from './source.ts';

/**
 * The lines that the server program prints. A line that names the client's port belongs to that connection; any other
 * line belongs to the one connection that is on, or to none where there are several.
 */
export class ServerOutput implements EvidenceSource {
  readonly tells = 'output';
  readonly side = 'server';
  readonly #watches = new ShortLivedSet<OutputWatch>();
  readonly #byPort = new ShortLivedMap<number, OutputWatch>();
  /** Whether this bridge holds the ends of its stdout and stderr; absent where it never did. */
  #attached: boolean | undefined;

  status(): OwnStatus {
    if (this.#attached) return { name: 'server-output', active: true };
    const why = this.#attached === undefined ? 'SERVER_NOT_OURS' : 'SERVER_ENDED';
    return { name: 'server-output', active: false, why };
  }

  /** The program runs, or has ended. */
  attach(attached: boolean): void {
    this.#attached = attached;
  }

  watch(startedAt: number, sink: Sink): Watch {
    const watch: OutputWatch = new OutputWatch(startedAt, sink, {
      connected: (port) => this.#byPort.set(port, watch),
      stopped: (port) => {
        leave();
        if (port !== undefined && this.#byPort.get(port) === watch) this.#byPort.delete(port);
      },
    });
    const leave = this.#watches.add(watch);
    return watch;
  }

  /** Takes a line that the program printed just now. */
  line(stream: Output['stream'], line: string): void {
    if (this.#watches.size > 0) this.#addressee(line)?.tell(stream, line);
  }

  #addressee(line: string): OutputWatch | undefined {
    for (const number of line.match(/\d+/g) ?? []) {
      const named = this.#byPort.get(Number(number));
      if (named) return named;
    }
    const [first] = this.#watches;
    return this.#watches.size === 1 ? first : undefined;
  }
}

interface Registry {
  connected(port: number): void;
  stopped(port: number | undefined): void;
}

class OutputWatch implements Watch {
  readonly watchesServer = false;
  readonly #startedAt: number;
  readonly #registry: Registry;
  #sink: Sink | undefined;
  #port: number | undefined;
  #lines = 0;

  constructor(startedAt: number, sink: Sink, registry: Registry) {
    this.#startedAt = startedAt;
    this.#sink = sink;
    this.#registry = registry;
  }

  connectedFrom(port: number): void {
    this.#port = port;
    this.#registry.connected(port);
  }

  /** A program may print at any time, or never: nothing is waited for. */
  whenSettled(callback: () => void): void {
    callback();
  }

  stop(): void {
    this.#sink = undefined;
    this.#registry.stopped(this.#port);
  }

  tell(stream: Output['stream'], line: string): void {
    const id = `server.output.${this.#lines++}`;
    const at = toTenths(monotonicUs() - this.#startedAt);
    this.#sink?.({ kind: 'output', id, at, side: 'server', evidence: 'observed', stream, line });
  }
}
