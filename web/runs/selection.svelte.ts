import type { Segment } from '../../bridge/trace/step.ts';
import { beatOf } from '../playback/beat.ts';
import { Playback } from '../playback/playback.svelte.ts';
import type { Run } from './run.svelte.ts';

/**
 * A run that takes longer than this is followed while it happens. A shorter one is played when it is over, on a slow
 * machine too. A run whose segments are held is followed at once.
 */
const FOLLOWED_AFTER_MS = 1000;

/** Which run is on show, and the cursor that plays it. */
export class Selection {
  readonly playback = new Playback();
  #run = $state.raw<Run | undefined>();

  get run(): Run | undefined {
    return this.#run;
  }

  /** Segments that the run's link holds, oldest first. */
  get held(): readonly Segment[] {
    const { end, steps = [] } = this.#run ?? {};
    return end ? [] : steps.filter((step) => step.kind === 'segment').filter(({ fate }) => fate === 'held');
  }

  /** Shows a run that has just begun. */
  begin(run: Run): void {
    this.#show(run);
    const follow = (): void => {
      if (!run.end && this.#run === run && this.playback.cursor < 0) this.playback.follow();
    };
    if (run.begun.link?.hold) follow();
    else setTimeout(follow, FOLLOWED_AFTER_MS);
  }

  /** Shows a run of the list, up to its last step. */
  select(run: Run): void {
    if (run === this.#run) return;
    this.#show(run);
    if (run.end) this.playback.goTo(run.steps.length - 1);
    else this.playback.follow();
  }

  /** Shows a run that is over, and plays it. */
  play(run: Run): void {
    this.#show(run);
    this.#playFromBeginning(run);
  }

  clear(): void {
    this.#run = undefined;
    this.playback.reset();
  }

  /** A run has new steps, or has ended. */
  update(run: Run): void {
    if (run !== this.#run) return;
    this.playback.update(run.steps.map(beatOf));
    if (!run.end) return;
    if (this.playback.isFollowing) this.playback.unfollow();
    else if (this.playback.cursor < 0) this.#playFromBeginning(run);
  }

  #show(run: Run): void {
    this.#run = run;
    this.playback.reset();
    this.playback.update(run.steps.map(beatOf));
  }

  /** Passes over what the server did before the run. */
  #playFromBeginning({ steps }: Run): void {
    const first = steps.findIndex(({ at }) => at >= 0);
    this.playback.playFrom(Math.max(0, first));
  }
}
