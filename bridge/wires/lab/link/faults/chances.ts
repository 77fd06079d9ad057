import { seededRandom } from './seeded-random.ts';

/** One packet's random numbers, from 0 up to 1: one for each fault that depends on chance. */
export interface Chances {
  loss: number;
  duplicate: number;
  reorder: number;
  jitter: number;
}

/**
 * Draws the numbers of one direction. Every packet takes the same four, so each fault's numbers are the same whatever else
 * is set. A new fault brings a generator of its own: a fifth number here would change the faults of every saved seed.
 */
export function chancesFrom(seed: number): () => Chances {
  const random = seededRandom(seed);
  return () => ({ loss: random(), duplicate: random(), reorder: random(), jitter: random() });
}

export function happens(chance: number, percent: number): boolean {
  return chance * 100 < percent;
}
