import { keptKeys, keyOf } from './kept-keys.ts';
import type * as KeptTraces from './kept-traces.ts';
import type { Run } from './run.svelte.ts';
import type { Runs } from './runs.svelte.ts';

/**
 * Keeps the runs of this tab across a reload, in its storage. The code that writes and reads traces is loaded when there is
 * a run. If the browser has no room, or that code cannot be had, a run lasts as long as the page.
 */
export class KeptRuns {
  readonly #runs: Runs;
  readonly #storage: Storage | undefined;
  #code: typeof KeptTraces | undefined;

  constructor(runs: Runs, storage: Storage | undefined) {
    this.#runs = runs;
    this.#storage = storage;
  }

  /** Loads the code that keeps a run, so that it is there when a run ends: the bridge may be gone by then. */
  prepare(): void {
    if (this.#storage) this.#load().catch(() => undefined);
  }

  /** At once, if the code is there: a reload that follows the end of a run finds it. */
  async keep(run: Run): Promise<void> {
    if (!this.#storage) return;
    try {
      const { keep } = this.#code ?? (await this.#load());
      if (this.#runs.list.includes(run)) keep(run, this.#storage);
    } catch {
      return;
    }
  }

  /** Adds the runs of before the reload to the list. */
  async restore(): Promise<void> {
    const storage = this.#storage;
    try {
      const newest = storage && keptKeys(storage).at(-1);
      if (!newest) return;
      this.#runs.countFrom(newest.order);
      const { restore } = await this.#load();
      for (const { trace, ...remembered } of restore(storage)) this.#runs.open(trace, remembered);
    } catch {
      return;
    }
  }

  async #load() {
    return (this.#code ??= await import('./kept-traces.ts'));
  }

  forget(runs: readonly Run[]): void {
    for (const run of runs) this.#storage?.removeItem(keyOf(run));
  }
}
