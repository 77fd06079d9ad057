import { ending } from './themes/ending.ts';
import { Facts, type FinishedRun } from './run-facts.ts';
import { numbers } from './themes/numbers.ts';
import { onTheWay } from './themes/on-the-way.ts';
import { opening } from './themes/opening.ts';
import type { Scenario } from './scenario.ts';

/** Every scenario by its key, grouped by theme, in the order of a lesson. */
export const THEMES = { numbers, opening, onTheWay, ending };

const shelf = { ...numbers, ...opening, ...onTheWay, ...ending };

export type ThemeKey = keyof typeof THEMES;
export type ScenarioKey = keyof typeof shelf;
/** The keys of the scenarios of one or several themes. */
export type KeyIn<Theme extends ThemeKey> = Theme extends ThemeKey ? keyof (typeof THEMES)[Theme] : never;
export const SHELF: { readonly [Key in ScenarioKey]: Scenario } = shelf;
export const SCENARIO_KEYS = Object.keys(shelf) as ScenarioKey[];

/** The choices of a scenario's question. */
export type ChoiceOf<Key extends ScenarioKey> = (typeof shelf)[Key]['question']['choices'][number];

/** Whether a finished run shows everything that the scenario's text says. */
export function shows(key: ScenarioKey, trace: FinishedRun): boolean {
  return notShown(key, trace).length === 0;
}

/** The facts that a finished run does not show, by name. */
export function notShown(key: ScenarioKey, trace: FinishedRun): string[] {
  const run = new Facts(trace);
  return Object.entries(SHELF[key].facts).flatMap(([name, isShown]) => (isShown(run) ? [] : [name]));
}

/** The right answer to the scenario's question, read from the run. Undefined if the run does not show one. */
export function answerOf(key: ScenarioKey, trace: FinishedRun): string | undefined {
  return SHELF[key].question.answer(new Facts(trace));
}

/** Whether a value from outside is the name of a scenario. */
export function isScenario(name: unknown): name is ScenarioKey {
  return typeof name === 'string' && Object.hasOwn(shelf, name);
}
