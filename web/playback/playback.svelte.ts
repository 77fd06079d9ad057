import type { Beat } from './beats.ts';

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
 * A cursor that moves through the beats of a run, at a pace that people can follow, behind what happens.
 *
 *     beat   0 ── 1 ── 2 ── 3 ── 4 ┄┄ more, while the run goes on        −1: before the first
 *                      ▲ cursor, with the progress of its beat
 *                           ▲ furthest: the viewer has been there, and it stays known
 *
 * Playing moves the cursor on when a beat is over, and after the silence before the next one. It never skips a beat: if
 * it has caught up with a run that goes on, it waits for the next. Following keeps the cursor on the newest beat.
 * Playback knows only the id and the length of a beat, never what it shows.
 */
export class Playback {
  #beats = $state.raw<readonly Beat[]>([]);
  #cursor = $state(-1);
  #furthest = $state(-1);
  #isPlaying = $state(false);
  #isFollowing = $state(false);
  #progress = $state(1);
  #waited = $state(0);
  speed = $state(1);
  readonly #clock: Clock;
  #frame: number | undefined;
  #last = 0;
  #mayGrow = false;
  /** Called with the id of a beat when the cursor comes further than ever before. */
  onfurther: (id: string) => void = () => {};
  /** Asked when the cursor is about to leave a beat while playing; true stops the playing there. */
  pausesAfter: (id: string) => boolean = () => false;

  constructor(clock: Clock = browserClock) {
    this.#clock = clock;
  }

  get cursor(): number {
    return this.#cursor;
  }
  /** The last beat that the viewer has been to. */
  get furthest(): number {
    return this.#furthest;
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
  /** How far the beat under the cursor has been played, 0 to 1. */
  get progress(): number {
    return this.#progress;
  }
  /** How far the silence after the beat under the cursor has been played, 0 to 1; undefined if there is none now. */
  get waiting(): number | undefined {
    const { waitMs = 0 } = this.#beats[this.#cursor + 1] ?? {};
    return this.#isPlaying && waitMs > 0 && this.#progress >= 1 ? Math.min(1, this.#waited / waitMs) : undefined;
  }
  get isAtEnd(): boolean {
    return this.#cursor >= this.#beats.length - 1;
  }

  /** Makes room for another run, of which nothing is shown yet. */
  reset(): void {
    this.#stop();
    this.#beats = [];
    this.#cursor = -1;
    this.#furthest = -1;
    this.#isFollowing = false;
  }

  /**
   * Takes the beats of the same run again, after more became known. The cursor stays on its beat, wherever that is now.
   * @param mayGrow more beats may come
   */
  update(beats: readonly Beat[], mayGrow = false): void {
    const [cursor, furthest] = [this.#cursor, this.#furthest].map((index) => placeOf(this.#beats[index], index, beats));
    this.#beats = beats;
    this.#mayGrow = mayGrow;
    this.#cursor = cursor!;
    this.#furthest = Math.max(cursor!, furthest!);
    if (this.#isFollowing) this.#land(beats.length - 1);
    this.#run();
  }

  play(): void {
    if (this.count === 0) return;
    this.#isFollowing = false;
    if (this.isAtEnd && !this.#mayGrow) this.#land(0);
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

  /** Moves the cursor to the newest beat, now and whenever there is another. */
  follow(): void {
    this.#isPlaying = false;
    this.#isFollowing = true;
    this.#land(this.count - 1);
    this.#run();
  }

  /** Ends following, because no more beats will come. */
  unfollow(): void {
    this.#isFollowing = false;
  }

  /** Takes up a run where the viewer has left it, without playing it. */
  resume(id: string | undefined): void {
    const index = this.#beats.findIndex((beat) => beat.id === id);
    if (index < 0) return;
    this.#land(index);
    this.#progress = 1;
  }

  /** The nearest beat there is; −1 if there is none. */
  #within(index: number): number {
    return Math.min(Math.max(0, index), this.count - 1);
  }

  #land(index: number): void {
    if (index === this.#cursor) return;
    this.#cursor = index;
    this.#progress = 0;
    this.#waited = 0;
    if (index > this.#furthest) {
      this.#furthest = index;
      this.onfurther(this.#beats[index]!.id);
    }
    this.#run();
  }

  #run(): void {
    if (this.#frame !== undefined || this.count === 0 || this.#isIdle()) return;
    this.#last = this.#clock.now();
    this.#frame = this.#clock.request(() => this.#tick());
  }

  /** Nothing moves until the viewer, or the run, does something. */
  #isIdle(): boolean {
    return this.#progress >= 1 && (!this.#isPlaying || this.isAtEnd);
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
    const passed = (now - this.#last) * this.speed;
    this.#last = now;
    if (this.#progress < 1) this.#progress = Math.min(1, this.#progress + passed / beat.ms);
    else this.#waited += passed;
    if (this.#progress >= 1 && this.#isPlaying) this.#goOn(beat);
    if (!this.#isIdle()) this.#frame ??= this.#clock.request(() => this.#tick());
  }

  /** The beat is over. */
  #goOn(beat: Beat): void {
    if (this.pausesAfter(beat.id)) this.pause();
    else if (this.isAtEnd) this.#isPlaying = this.#mayGrow;
    else if (this.#waited >= this.#beats[this.#cursor + 1]!.waitMs) this.#land(this.#cursor + 1);
  }
}

/** Where a beat is among others. If it is gone, the nearest place. */
function placeOf(beat: Beat | undefined, index: number, beats: readonly Beat[]): number {
  const place = beat ? beats.findIndex(({ id }) => id === beat.id) : -1;
  return place >= 0 ? place : Math.min(index, beats.length - 1);
}
