/**
 * Runs that no page has asked for: of programs that the operator starts, or that were there already. Every page sees them. A
 * page that comes later is sent what there is so far. This class knows neither what such a run follows nor how a page looks.
 *
 *     begin ─▶ begun, steps, …, done ─▶ every page
 *                  └─ kept until the end ─▶ a page that joins
 */
import { BridgeError } from '../errors.ts';
import type { BegunMessage, BridgeMessage } from '../protocol/messages.ts';
import type { Step } from '../trace/step.ts';
import type { RunResult } from './run-result.ts';

interface SharedRun {
  readonly begun: BegunMessage;
  /** The last version of each step, by its connection and its id. */
  readonly steps: Map<string, Step>;
}

/** What a run reports, and to whom. */
export interface RunTold {
  onSteps(steps: Step[]): void;
  onDone(result: RunResult): void;
}

export class SharedRuns {
  readonly #toPages: (message: BridgeMessage) => void;
  readonly #running = new Set<SharedRun>();
  /** No run of another bridge has the same: a page may have seen several. */
  readonly #prefix = `shared-${Date.now().toString(36)}-${process.pid}`;
  readonly #most: () => number;
  #count = 0;

  /**
   * @param toPages sends a message to every page
   * @param most how many there may be at a time
   */
  constructor(toPages: (message: BridgeMessage) => void, most: () => number) {
    this.#toPages = toPages;
    this.#most = most;
  }

  /**
   * @param start starts the run; it may report at once
   * @throws BridgeError `TOO_MANY_RUNS`
   */
  begin(about: Omit<BegunMessage, 'type' | 'id'>, start: (told: RunTold) => void): void {
    const most = this.#most();
    if (this.#running.size >= most)
      throw new BridgeError('TOO_MANY_RUNS', `At most ${most} programs are shown at a time.`);
    const id = `${this.#prefix}-${(this.#count += 1)}`;
    const run: SharedRun = { begun: { type: 'begun', id, ...about }, steps: new Map() };
    this.#running.add(run);
    this.#toPages(run.begun);
    start({
      onSteps: (steps) => {
        if (steps.length === 0) return;
        for (const step of steps) run.steps.set(`${step.connection ?? 0} ${step.id}`, step);
        this.#toPages({ type: 'steps', id, steps });
      },
      onDone: (result) => {
        this.#running.delete(run);
        this.#toPages({ type: 'done', id, ...result });
      },
    });
  }

  /** Sends a page that has joined what there is of the runs under way. */
  tellAll(toPage: (message: BridgeMessage) => void): void {
    for (const { begun, steps } of this.#running) {
      toPage(begun);
      if (steps.size > 0) toPage({ type: 'steps', id: begun.id, steps: [...steps.values()] });
    }
  }
}
