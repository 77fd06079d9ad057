import type { LinkSettings, SegmentSelector } from '../../bridge/trace/link.ts';
import type { ScenarioServer } from '../../bridge/trace/scenario-server.ts';
import type { Script } from '../../bridge/trace/script.ts';
import type { Facts } from './run-facts.ts';

/**
 * A scenario: something that TCP does, and how to make it happen on real kernels. It also asks what will happen, and
 * reads the right answer from the run itself. This room holds no sentences: they are in `texts/en/scenarios.ts`, by the
 * scenario's key and the question's choices. It must not know runs, views or how a script is played.
 *
 *     shelf.ts ─ script, link, server ─▶ a run ─▶ trace ─▶ Facts ─▶ facts, answer()
 *
 * To add a scenario, add it to a theme here, to the texts, and to `docs/`.
 */
export interface Scenario<Choice extends string = string> {
  script: Script;
  link?: LinkSettings;
  /** The run's own server program. The bridge's by default. */
  server?: ScenarioServer;
  /** The section of the standard that requires it. */
  rfc: string;
  /** What its text says happens and what it says to look for, fact by fact. A run that lacks one does not show it. */
  facts: Readonly<Record<string, Fact>>;
  question: Question<Choice>;
}

/** Whether a finished run shows something. */
export type Fact = (run: Facts) => boolean;

/** What a viewer may guess, at the question's segment, or before the run if it has none. */
export interface Question<Choice extends string = string> {
  choices: readonly Choice[];
  /**
   * The segment at which to ask: the answer comes after it. Absent if the segment itself would reveal it.
   */
  stop?: SegmentSelector;
  /** The answer that the run itself gives. Undefined if it does not show one. */
  answer: (run: Facts) => Choice | undefined;
}

/** Keeps the names of the choices in the type, so that a choice without a text fails the type check. */
export const scenario = <const Choice extends string>(it: Scenario<Choice>): Scenario<Choice> => it;
