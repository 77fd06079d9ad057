import { describe, expect, it } from 'vitest';
import { roundedFactor, slowness } from '../../../web/playback/pace.ts';

const beat = (at: number, ms = 500, waitMs = 0) => ({ at, ms, waitMs });

describe('how much slower than life', () => {
  it('compares what is played with what it took, from zero on', () => {
    const beats = [beat(-500_000), beat(0), beat(1000)];
    expect(slowness(beats, 1)).toBe(1000);
    expect(slowness(beats, 4)).toBe(250);
  });

  it('counts the silences as they are played', () => {
    expect(slowness([beat(0, 500), beat(1_000_000, 350, 150)], 1)).toBe(1);
  });

  it('has nothing to compare if no time passed', () => {
    expect(slowness([], 1)).toBeUndefined();
    expect(slowness([beat(0)], 1)).toBeUndefined();
  });

  it('knows a run that is played faster than it was', () => {
    expect(slowness([beat(0), beat(30_000_000)], 1)).toBeLessThan(1);
  });

  it.each([
    [18_342, 18_000],
    [790.4, 790],
    [27_431, 27_000],
    [3.14, 3.1],
    [1.5, 1.5],
  ])('%d is said as %d', (factor, said) => expect(roundedFactor(factor)).toBe(said));
});
