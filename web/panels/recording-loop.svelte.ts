import { untrack } from 'svelte';
import type { Step } from '../../bridge/trace/step.ts';
import { beatOf } from '../playback/beat.ts';
import { Playback } from '../playback/playback.svelte.ts';

/** How long the whole recording stands before it begins again, in milliseconds. */
const REST = 4000;

/**
 * A recording that plays again and again, from its first step of the run to its last. Call it in a component: it ends with it.
 * @param isStill whether nothing may move: then the whole recording is shown
 */
export class RecordingLoop {
  readonly #playback = new Playback();
  readonly #steps: readonly Step[];
  #isPaused = $state(false);

  constructor(steps: readonly Step[], isStill: () => boolean) {
    this.#steps = steps;
    const playback = this.#playback;
    playback.update(steps.map(beatOf));
    $effect(() => {
      const [isStanding, isPaused] = [isStill(), this.#isPaused];
      untrack(() => {
        if (isStanding) this.#showWhole();
        else if (!isPaused) this.#begin();
      });
    });
    $effect(() => {
      const isOver = playback.isAtEnd && playback.progress >= 1 && !playback.isPlaying;
      if (!isOver || this.#isPaused || isStill()) return;
      const rest = setTimeout(() => this.#begin(), REST);
      return () => clearTimeout(rest);
    });
    $effect(() => () => playback.reset());
  }

  get cursor(): number {
    return this.#playback.cursor;
  }
  get progress(): number {
    return this.#playback.progress;
  }
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Stops at once, or begins again. */
  toggle(): void {
    this.#isPaused = !this.#isPaused;
    if (this.#isPaused) this.#playback.pause();
  }

  /** Passes over what the server did before the run. */
  #begin(): void {
    this.#playback.playFrom(
      Math.max(
        0,
        this.#steps.findIndex(({ at }) => at >= 0),
      ),
    );
  }

  #showWhole(): void {
    this.#playback.goTo(this.#steps.length - 1);
  }
}
