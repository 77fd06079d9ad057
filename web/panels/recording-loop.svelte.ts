import { untrack } from 'svelte';
import type { Step } from '../../bridge/trace/step.ts';
import { beatsOf, type Phases, type PlacedBeat } from '../playback/beats.ts';
import { Playback } from '../playback/playback.svelte.ts';
import { momentsOf } from '../reading/moments.ts';

/** How long the whole recording stands before it begins again, in milliseconds. */
const REST = 4000;

/**
 * A recording that plays again and again, from its first step of the run to its last. Call it in a component: it ends with it.
 * @param isStill whether nothing may move: then the whole recording is shown
 */
export class RecordingLoop {
  readonly #playback = new Playback();
  readonly #steps: readonly Step[];
  readonly #beats: readonly PlacedBeat[];
  #isPaused = $state(false);

  constructor(steps: readonly Step[], isStill: () => boolean) {
    this.#steps = steps;
    const playback = this.#playback;
    this.#beats = beatsOf(momentsOf(steps), true);
    playback.update(this.#beats);
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

  get #beat(): PlacedBeat | undefined {
    return this.#beats[this.#playback.cursor];
  }
  /** Index of the step under the cursor. */
  get cursor(): number {
    const { step } = this.#beat ?? {};
    return step ? this.#steps.indexOf(step) : this.#steps.length - 1;
  }
  /** How many moments have passed. */
  get passed(): number {
    const beat = this.#beat;
    return !beat ? 0 : beat.what === 'end' ? Infinity : beat.moment + 1;
  }
  get phases(): Phases | undefined {
    return this.#beat?.phases;
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
    const first = this.#beats.findIndex(({ step, at }) => at >= 0 || step?.side === 'client');
    this.#playback.playFrom(Math.max(0, first));
  }

  #showWhole(): void {
    this.#playback.goTo(this.#beats.length - 1);
  }
}
