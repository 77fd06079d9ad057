import type { PlacedBeat } from '../../playback/beats.ts';
import { roundedFactor, slowness } from '../../playback/pace.ts';
import type { Language } from '../../texts/language.svelte.ts';

/** How much slower, or faster, these beats are played than they happened. */
export function paceSentence(beats: readonly PlacedBeat[], speed: number, language: Language): string {
  const { player } = language.texts;
  const factor = slowness(beats, speed);
  if (factor === undefined) return '';
  if (factor > 1.5) return player.slower(language.number(roundedFactor(factor)));
  return factor < 0.67 ? player.faster(language.number(roundedFactor(1 / factor))) : player.asLife;
}
