import type { Step } from '../../../bridge/trace/step.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';

/** The steps of a run that are known so far. */
export interface RunSoFar {
  steps: readonly Step[];
  /** Once the run is over, a call without a return is no longer blocked: its return was not seen. */
  isOver: boolean;
}

/** What an explanation is made from, besides the step. */
export interface Context {
  language: Language;
  texts: Topics['steps'];
  run: RunSoFar;
}
