import type { LinkSettings, SegmentSelector } from '../../bridge/trace/link.ts';
import type { ScenarioServer } from '../../bridge/trace/scenario-server.ts';
import type { Script } from '../../bridge/trace/script.ts';
import type { Facts } from './facts.ts';

/**
 * Something that TCP does, and how to make it happen on real kernels. It holds no sentences: those are in
 * `texts/en/scenarios.ts`, by the scenario's key and the question's choices. To add one: here, there, and in `docs/`.
 */
export interface Scenario<Choice extends string = string> {
  script: Script;
  link?: LinkSettings;
  /** The server of this run alone; by default the bridge's own. */
  server?: ScenarioServer;
  /** The section of the standard that says so. */
  rfc: string;
  /** Whether a run that is over shows what the scenario is for. */
  shows: (run: Facts) => boolean;
  question: Question<Choice>;
}

/** What a viewer may guess: where the link stops the run, or else before it. */
export interface Question<Choice extends string = string> {
  choices: readonly Choice[];
  /**
   * The segment at which to ask, for a run whose link holds it: what is asked comes after. Absent where there is none:
   * where the time that a viewer takes to think would change the answer, or what is held would betray it.
   */
  stop?: SegmentSelector;
  /** What the run itself says, whatever was expected; undefined where it does not tell. */
  answer: (run: Facts) => Choice | undefined;
}

/** Keeps the names of the choices, so that each must have its words. */
export const scenario = <const Choice extends string>(it: Scenario<Choice>): Scenario<Choice> => it;
