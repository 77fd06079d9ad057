/**
 * Random numbers from 0 up to 1. The same seed gives the same sequence. It is Mulberry32 (public domain, Tommy
 * Ettinger). The seed is scrambled first, so that the sequences of neighbouring seeds have nothing in common.
 */
export function seededRandom(seed: number): () => number {
  let state = Math.imul((seed ^ (seed / 2 ** 32)) >>> 0, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
