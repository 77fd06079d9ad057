import type { ChoiceOf, KeyIn, ScenarioKey, ThemeKey } from '../scenarios/shelf.ts';

/** What is said of one scenario. */
export interface ScenarioText<Choice extends string> {
  name: string;
  /** What happens, in one sentence. */
  sentence: string;
  /** What to look for in the picture. */
  look: string;
  question: string;
  choices: Record<Choice, string>;
  /** Why the answer is what it is; true whatever the run did. */
  explanation: string;
}

/** What is said of any scenario: on the shelf, with its question and in its verdict. */
interface ShelfWords {
  /** On the button that leaves a question without a guess. */
  skip: string;
  run: string;
  again: string;
  edit: string;
  right: string;
  wrong: (answer: string) => string;
  answer: (answer: string) => string;
  untold: string;
  shown: string;
  notShown: string;
}

type Shelf = { [Key in ScenarioKey]: ScenarioText<ChoiceOf<Key>> };

/** A scenario, or a choice, without its words fails the type check, in either language. */
export interface ScenarioTexts {
  words: ShelfWords;
  themes: Record<ThemeKey, string>;
  shelf: Shelf;
}

/** The part of the shelf that has a file of its own in each language. */
export type TroubleTexts = Pick<Shelf, KeyIn<'onTheWay' | 'ending'>>;
