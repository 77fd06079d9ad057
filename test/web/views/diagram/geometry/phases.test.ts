import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSteps } from '../../../../../bridge/trace/step.ts';
import { beatsOf } from '../../../../../web/playback/beats.ts';
import { knownSteps } from '../../../../../web/reading/known-steps.ts';
import { isBeat, momentsOf } from '../../../../../web/reading/moments.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { breakAfter, freshAt, playedAt } from '../../../../../web/views/diagram/geometry/phases.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { anyTrace } from '../../../fixtures/any-steps.ts';
import { withSilence } from '../../../fixtures/later.ts';
import { labTrace } from '../../../fixtures/lab-traces.ts';

const words = pictureWords(await Language.load('en'), true);
const share = fc.double({ min: 0, max: 1, noNaN: true });
const anyPhases = fc
  .tuple(share, share)
  .map(([one, other]) => ({ land: Math.min(one, other), wake: Math.max(one, other) }));

describe('the parts of a beat', () => {
  it('come one after the other, and are over with it', () =>
    fc.assert(
      fc.property(anyPhases, share, (phases, progress) => {
        const { landed, woken, own } = playedAt(progress, phases);
        if (own > 0) expect(woken).toBe(1);
        if (woken > 0 && phases.wake > phases.land) expect(landed).toBe(1);
        expect(playedAt(1, phases)).toEqual({ landed: 1, woken: 1, own: 1 });
        for (const part of [landed, woken, own]) expect(part).toBeGreaterThanOrEqual(0);
      }),
    ));

  it('take 200 to 300 ms each where something lands or wakes, and never the whole beat', () => {
    const beats = beatsOf(momentsOf(labTrace().sort(compareSteps)), true);
    const landings = beats.map(({ ms, phases }) => ms * phases.land).filter((ms) => ms > 0);
    const wakings = beats.map(({ ms, phases }) => ms * (phases.wake - phases.land)).filter((ms) => ms > 0);
    expect(landings.length).toBeGreaterThan(3);
    expect(wakings.length).toBeGreaterThan(2);
    for (const ms of [...landings, ...wakings]) {
      expect(ms).toBeGreaterThanOrEqual(200);
      expect(ms).toBeLessThanOrEqual(300);
    }
    for (const { phases } of beats) expect(phases.wake).toBeLessThan(1);
  });

  it('begin with what came since the beat before, whatever the trace', () =>
    fc.assert(
      fc.property(anyTrace, (steps) => {
        const layout = layoutOf([...steps].sort(compareSteps), columnsFor(1000), words);
        const beats = beatsOf(layout.moments, true);
        beats.forEach(({ moment, what, phases }, index) => {
          const { from, own } = freshAt(layout, what === 'end' ? Infinity : moment + 1);
          const before = beats[index - 1]?.moment ?? -1;
          expect([from, own]).toEqual(what === 'end' ? [before + 1, moment + 1] : [before + 1, moment]);
          const came = layout.moments.slice(from, own);
          expect(came.some(isBeat)).toBe(false);
          expect(came.some((each) => each.what === 'arrive')).toBe(phases.land > 0);
        });
      }),
    ));
});

describe('a silence that is played', () => {
  const steps = labTrace().sort(compareSteps);
  const late = (at: number) => withSilence(steps, at, 1e6);

  it('is the one before the next beat, and no later one', () => {
    const layout = layoutOf(late(14), columnsFor(1000), words);
    const [shape] = layout.breaks;
    expect(layout.breaks).toHaveLength(1);
    expect(breakAfter(layout, shape!.order)).toBe(shape);
    expect(breakAfter(layout, 3)).toBeUndefined();
    expect(breakAfter(layout, shape!.order + 1)).toBeUndefined();
  });

  it('has its break, while it lasts, where it stands when it is over', () => {
    for (let at = 8; at < steps.length; at += 1) {
      const moments = momentsOf(late(at));
      const order = moments.findIndex(({ what, index }) => what === 'begin' && index === at);
      // What arrives in a silence is known when it is over: its break then stands below that.
      if (!isBeat(moments[order - 1]!)) continue;
      const known = knownSteps(moments, order - 1);
      const pending = layoutOf(known, columnsFor(1000), words, { isSilent: true });
      const [shape, ...others] = pending.breaks;
      expect(others).toEqual([]);
      expect(shape).toMatchObject({ silence: undefined, order });
      const over = layoutOf(knownSteps(moments, order), columnsFor(1000), words).breaks.at(-1)!;
      expect([over.order, over.y]).toEqual([shape!.order, shape!.y]);
      expect(breakAfter(pending, order)).toBe(shape);
      expect(pending.height).toBeGreaterThan(shape!.y);
    }
    expect.hasAssertions();
  });

  it('says nothing of how long it will be, nor of what ends it', () => {
    const known = knownSteps(momentsOf(steps), 12);
    const [shape] = layoutOf(known, columnsFor(1000), words, { isSilent: true }).breaks;
    expect(shape!.ring).toBeUndefined();
    expect(shape!.text).not.toMatch(/\d/);
  });
});
