import type { Beat } from './beat.ts';

/** The clock that times the playing. A test supplies its own. */
export interface Clock {
  now(): number;
  request(task: () => void): number;
  cancel(handle: number): void;
}

const browserClock: Clock = {
  now: () => performance.now(),
  request: (task) => requestAnimationFrame(task),
  cancel: (handle) => cancelAnimationFrame(handle),
};

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8] as const;

/**
 * A cursor that moves through the steps of a run.
 *
 *     step   0 ── 1 ── 2 ── 3 ── 4        −1: before the first step
 *                      ▲ cursor, with the progress of its beat
 *
 * Playing moves the cursor on when a beat is over. Following keeps it on the newest step while more steps come.
 * Playback knows only the id and the length of a step, never what it shows.
 */
export class Playback {
  #beats = $state.raw<readonly Beat[]>([]);
  #cursor = $state(-1);
  #isPlaying = $state(false);
  #isFollowing = $state(false);
  #progress = $state(1);
  speed = $state(1);
  readonly #clock: Clock;
  #frame: number | undefined;
  #last = 0;

  constructor(clock: Clock = browserClock) {
    this.#clock = clock;
  }

  get cursor(): number {
    return this.#cursor;
  }
  get count(): number {
    return this.#beats.length;
  }
  get isPlaying(): boolean {
    return this.#isPlaying;
  }
  get isFollowing(): boolean {
    return this.#isFollowing;
  }
  /** How far the step under the cursor has been played, 0 to 1. */
  get progress(): number {
    return this.#progress;
  }
  get isAtEnd(): boolean {
    return this.#cursor >= this.#beats.length - 1;
  }

  /** Makes room for another run, of which nothing is shown yet. */
  reset(): void {
    this.#stop();
    this.#beats = [];
    this.#cursor = -1;
    this.#isFollowing = false;
  }

  /** Takes the steps of the same run again, after more became known. The cursor stays on its step, wherever that is now. */
  update(beats: readonly Beat[]): void {
    const id = this.#beats[this.#cursor]?.id;
    this.#beats = beats;
    if (this.#isFollowing) this.#land(beats.length - 1);
    else if (id !== undefined) {
      const index = beats.findIndex((beat) => beat.id === id);
      this.#cursor = index >= 0 ? index : Math.min(this.#cursor, beats.length - 1);
    }
  }

  play(): void {
    if (this.count === 0) return;
    this.#isFollowing = false;
    if (this.isAtEnd) this.#land(0);
    this.#isPlaying = true;
    this.#run();
  }

  playFrom(index: number): void {
    this.#isFollowing = false;
    this.#land(this.#within(index));
    this.#isPlaying = this.count > 0;
    this.#run();
  }

  pause(): void {
    this.#isPlaying = false;
    this.#isFollowing = false;
  }

  toggle(): void {
    if (this.#isPlaying) this.pause();
    else this.play();
  }

  /** Moves the cursor for the viewer, and stops playing. */
  goTo(index: number): void {
    this.pause();
    this.#land(this.#within(index));
    this.#run();
  }

  step(by: 1 | -1): void {
    this.goTo(this.#cursor + by);
  }

  follow(): void {
    this.#isPlaying = false;
    this.#isFollowing = true;
    this.#land(this.count - 1);
    this.#run();
  }

  /** Ends following, because no more steps will come. */
  unfollow(): void {
    this.#isFollowing = false;
  }

  /** The nearest step there is; −1 if there is none. */
  #within(index: number): number {
    return Math.min(Math.max(0, index), this.count - 1);
  }

  #land(index: number): void {
    if (index === this.#cursor) return;
    this.#cursor = index;
    this.#progress = 0;
    this.#run();
  }

  #run(): void {
    if (this.#frame !== undefined || this.count === 0) return;
    this.#last = this.#clock.now();
    this.#frame = this.#clock.request(() => this.#tick());
  }

  #stop(): void {
    if (this.#frame !== undefined) this.#clock.cancel(this.#frame);
    this.#frame = undefined;
    this.#isPlaying = false;
    this.#progress = 1;
  }

  #tick(): void {
    this.#frame = undefined;
    const now = this.#clock.now();
    const beat = this.#beats[this.#cursor];
    if (!beat) return;
    this.#progress = Math.min(1, this.#progress + ((now - this.#last) * this.speed) / beat.ms);
    this.#last = now;
    if (this.#progress < 1) this.#again();
    else if (this.#isPlaying && this.isAtEnd) this.#isPlaying = false;
    else if (this.#isPlaying) {
      this.#land(this.#cursor + 1);
      this.#again();
    }
  }

  #again(): void {
    this.#frame ??= this.#clock.request(() => this.#tick());
  }
}
