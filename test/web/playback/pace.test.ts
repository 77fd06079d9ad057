import { describe, expect, it } from 'vitest';
import { roundedFactor, slowness } from '../../../web/playback/pace.ts';
import { call, plainTrace } from '../fixtures/traces.ts';

describe('how much slower than life', () => {
  it('compares what is played with what it took, from the beginning of the run', () => {
    const steps = [call('server', 'socket', -500_000), call('client', 'socket', 0), call('client', 'close', 1000)];
    expect(slowness(steps, () => 500, 1)).toBe(1000);
    expect(slowness(steps, () => 500, 4)).toBe(250);
  });

  it('has nothing to compare if no time passed', () => {
    expect(slowness([], () => 500, 1)).toBeUndefined();
    expect(slowness([call('client', 'socket', 0)], () => 500, 1)).toBeUndefined();
  });

  it('knows a run that was played faster than it was', () => {
    const slow = plainTrace().map((step) => ({ ...step, at: step.at * 100_000 }));
    expect(slowness(slow, () => 500, 1)).toBeLessThan(1);
  });

  it.each([
    [18_342, 18_000],
    [790.4, 790],
    [27_431, 27_000],
    [3.14, 3.1],
    [1.5, 1.5],
  ])('%d is said as %d', (factor, said) => expect(roundedFactor(factor)).toBe(said));
});
