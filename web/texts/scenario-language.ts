import type { LanguageName } from './language.svelte.ts';
import type { ScenarioTexts } from './scenario-texts.ts';

/** What is said of the scenarios, in one language: it comes when the shelf is opened. */
export async function scenarioTexts(name: LanguageName): Promise<ScenarioTexts> {
  return name === 'pt'
    ? (await import('./pt/scenarios.ts')).ptScenarios
    : (await import('./en/scenarios.ts')).enScenarios;
}
