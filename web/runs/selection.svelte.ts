import type { Segment, Step } from '../../bridge/trace/step.ts';
import { beatsOf, END_ID, type PlacedBeat } from '../playback/beats.ts';
import { Playback } from '../playback/playback.svelte.ts';
import { knownSteps } from '../reading/known-steps.ts';
import { momentsOf } from '../reading/moments.ts';
import type { Run } from './run.svelte.ts';

/**
 * Which run is on show, the cursor that plays it, and what the viewer knows of it.
 *
 *     run.steps ──▶ moments ──▶ beats ──▶ Playback ──▶ cursor, furthest ──▶ steps: the known part of the trace
 *
 * Every run is played from its first step, also while it goes on. What was once revealed stays known. Only the number of
 * beats speaks of what is still to come.
 */
export class Selection {
  readonly playback = new Playback();
  #run = $state.raw<Run | undefined>();
  /** Everything is known at once, and the newest step is followed. */
  #showsAll = $state(false);
  /** The id of the beat at which a question waits for the viewer. */
  askAt = $state<string>();
  #hasAsked = $state(false);
  readonly #moments = $derived(momentsOf(this.#run?.steps ?? []));
  readonly beats: readonly PlacedBeat[] = $derived(beatsOf(this.#moments, this.#run?.end !== undefined));
  /** The steps that the viewer may know, as far as they are known. */
  readonly steps: readonly Step[] = $derived.by(() => {
    const run = this.#run;
    if (!run) return [];
    const beat = this.beats[this.playback.furthest];
    if (this.#showsAll || beat?.what === 'end') return run.steps;
    return beat ? knownSteps(this.#moments, beat.moment) : [];
  });

  /** @param onreveal called when the viewer comes to the end of a run */
  constructor(onreveal: (run: Run) => void = () => {}) {
    this.playback.onfurther = (id) => {
      if (!this.#run) return;
      this.#run.furthest = id;
      const { at = -Infinity } = this.beats.find((beat) => beat.id === id) ?? {};
      this.#run.knownAt = Math.max(this.#run.knownAt, id === END_ID ? Infinity : at);
      if (id === END_ID) onreveal(this.#run);
    };
    this.playback.pausesAfter = (id) => {
      const isAsking = id === this.askAt && !this.#hasAsked && !this.#showsAll;
      this.#hasAsked ||= isAsking;
      return isAsking;
    };
  }

  get run(): Run | undefined {
    return this.#run;
  }

  get showsAll(): boolean {
    return this.#showsAll;
  }
  set showsAll(showsAll: boolean) {
    this.#showsAll = showsAll;
    if (showsAll && this.#run) this.#catchUp(this.#run);
  }

  /** The beats that the viewer has been to. */
  get seenBeats(): readonly PlacedBeat[] {
    return this.beats.slice(0, this.playback.furthest + 1);
  }

  /** Index of the beat at which a question waits; −1 if there is none. */
  get questionAt(): number {
    return this.askAt === undefined || this.#showsAll ? -1 : this.beats.findIndex(({ id }) => id === this.askAt);
  }

  /** The beat under the cursor. Undefined before the first one. */
  get beat(): PlacedBeat | undefined {
    return this.beats[this.playback.cursor];
  }

  /** The viewer knows how the run ended. */
  get isRevealed(): boolean {
    return this.#run !== undefined && this.knowsEndOf(this.#run);
  }

  knowsEndOf(run: Run): boolean {
    return run.end !== undefined && (this.#showsAll || run.furthest === END_ID);
  }

  /** The question is put to the viewer now: the picture has stopped at it, and nothing after it is known. */
  get isAsking(): boolean {
    const { beat, playback } = this;
    return beat !== undefined && beat.id === this.askAt && playback.cursor === playback.furthest && this.#hasAsked;
  }

  /** Segments that the run's link holds, oldest first, as far as the viewer has come. */
  get held(): readonly Segment[] {
    return this.#run?.end ? [] : heldIn(this.steps);
  }

  /** The same, also those that the viewer has not come to: whatever they decide about all holds for these too. */
  get heldOnWire(): readonly Segment[] {
    return this.#run?.end ? [] : heldIn(this.#run?.steps ?? []);
  }

  /** Shows a run that has just begun, and plays what comes. */
  begin(run: Run): void {
    this.#show(run);
    if (this.#showsAll) this.playback.follow();
    else this.#playFromBeginning();
  }

  /** Shows a run of the list: up to its end if the viewer has seen that, or else from where they left it. */
  select(run: Run): void {
    if (run === this.#run) return;
    const { furthest } = run;
    this.#show(run);
    if (this.knowsEndOf(run)) this.playback.goTo(this.beats.length - 1);
    else if (this.#showsAll) this.playback.follow();
    else if (furthest === undefined) this.#playFromBeginning();
    else {
      this.playback.resume(furthest);
      this.playback.play();
    }
  }

  /** Shows a run, and plays it from its beginning. */
  play(run: Run): void {
    this.#show(run);
    this.#playFromBeginning();
  }

  /** Shows another connection of the run, up to the moment that the viewer has come to. */
  choose(connection: number): void {
    const run = this.#run;
    if (!run || connection === run.chosen) return;
    const { knownAt } = this;
    const isEndKnown = this.knowsEndOf(run);
    run.chosen = connection;
    this.#show(run);
    if (isEndKnown) return this.playback.goTo(this.beats.length - 1);
    if (this.#showsAll) return this.playback.follow();
    const last = this.beats.findLastIndex(({ at, what }) => at <= knownAt && what !== 'end');
    this.playback.resume(this.beats[Math.max(0, last)]?.id);
    this.playback.play();
  }

  /** The moment in the run that the viewer has come to, in microseconds: nothing after it is known. */
  get knownAt(): number {
    const run = this.#run;
    if (!run) return -Infinity;
    return this.#showsAll || this.knowsEndOf(run) ? Infinity : run.knownAt;
  }

  /** Moves the cursor to the beginning of a known step. */
  goToStep(index: number): void {
    const id = this.steps[index]?.id;
    const place = this.beats.findIndex(({ what, step }) => what === 'begin' && step?.id === id);
    if (place >= 0) this.playback.goTo(place);
  }

  clear(): void {
    this.#run = undefined;
    this.playback.reset();
  }

  /** A run has new steps, or has ended. */
  update(run: Run): void {
    if (run !== this.#run) return;
    this.#update();
    if (run.end && this.playback.isFollowing) this.playback.unfollow();
    else if (this.playback.cursor < 0 && !this.playback.isFollowing) this.#playFromBeginning();
  }

  #show(run: Run): void {
    this.#run = run;
    this.askAt = undefined;
    this.#hasAsked = false;
    this.playback.reset();
    this.#update();
  }

  #update(): void {
    this.playback.update(this.beats, this.#run?.end === undefined);
  }

  #catchUp(run: Run): void {
    if (run.end) this.playback.goTo(this.beats.length - 1);
    else this.playback.follow();
  }

  /** Passes over what the server did before the run. If the run has not got further yet, a later update plays it. */
  #playFromBeginning(): void {
    const first = this.beats.findIndex(({ step }) => !step || step.side === 'client' || step.at >= 0);
    if (first >= 0) this.playback.playFrom(first);
  }
}

function heldIn(steps: readonly Step[]): Segment[] {
  return steps.filter((step) => step.kind === 'segment').filter(({ fate }) => fate === 'held');
}
