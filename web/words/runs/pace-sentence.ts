import type { Step } from '../../../bridge/trace/step.ts';
import { beatOf } from '../../playback/beat.ts';
import { roundedFactor, slowness } from '../../playback/pace.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** How much slower, or faster, the run is played than it happened. */
export function paceSentence(steps: readonly Step[], speed: number, language: Language): string {
  const { player } = language.texts;
  const factor = slowness(steps, (step) => beatOf(step).ms, speed);
  if (factor === undefined) return '';
  if (factor > 1.5) return player.slower(language.number(roundedFactor(factor)));
  return factor < 0.67 ? player.faster(language.number(roundedFactor(1 / factor))) : player.asLife;
}
