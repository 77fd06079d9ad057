import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSteps, type Step } from '../../../../../bridge/trace/step.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { whereToScroll } from '../../../../../web/views/diagram/geometry/following.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { isNoted } from '../../../../../web/views/diagram/geometry/rows.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { timesOf } from '../../../../../web/views/diagram/times.ts';
import { anyTrace, anyTransfer } from '../../../fixtures/any-steps.ts';
import { labTrace } from '../../../fixtures/lab-traces.ts';

const language = await Language.load('en');
const words = pictureWords(language, true);
const draw = (steps: Step[], options = {}) => layoutOf([...steps].sort(compareSteps), columnsFor(1000), words, options);
/** A picture of 560 px without the heads of its columns. */
const ROOM = 519;

describe('fit', () => {
  it('shows a plain run whole in a picture of 560 px', () => {
    expect(draw(labTrace(20_000)).height).toBeGreaterThan(ROOM);
    expect(draw(labTrace(20_000), { room: ROOM }).height).toBe(ROOM);
  });

  it('keeps the usual rows while there is room, and then closes up little by little', () => {
    const steps = labTrace(20_000).sort(compareSteps);
    const all = steps.map((_, index) => draw(steps.slice(0, index + 1), { room: ROOM }));
    for (const [index, { row, height }] of all.entries()) {
      expect(row).toBeLessThanOrEqual((all[index - 1]?.row ?? 26) + 0.2);
      expect((all[index - 1]?.row ?? 26) - row).toBeLessThan(3);
      expect(height).toBe(ROOM);
    }
    expect([all[8]!.row, all.at(-1)!.row < 26]).toEqual([26, true]);
  });

  it('never leaves a picture taller than its room if closer rows would fit', () =>
    fc.assert(
      fc.property(fc.oneof(anyTrace, anyTransfer), fc.integer({ min: 100, max: 1500 }), (steps, room) => {
        const { height } = draw(steps, { room });
        const close = draw(steps, { looseness: 0 }).height;
        expect(height).toBeLessThanOrEqual(Math.max(room, close));
        expect(height).toBeGreaterThanOrEqual(Math.min(room, close));
      }),
    ));

  it('gives a return a line if and only if there are words for it', () =>
    fc.assert(
      fc.property(anyTrace, (steps) => {
        for (const step of steps) if (step.kind === 'call') expect(isNoted(step)).toBe(words.result(step).length > 0);
      }),
    ));

  it('writes no time upon another', () =>
    fc.assert(
      fc.property(fc.oneof(anyTrace, anyTransfer), fc.constantFrom(0, 0.5, 1), (steps, looseness) => {
        const { moments } = draw(steps, { looseness });
        const times = timesOf(moments, 'before', (us) => String(us));
        const heights = [...times.keys()].map((order) => moments[order]!.y);
        heights.slice(1).forEach((y, index) => expect(y - heights[index]!).toBeGreaterThanOrEqual(15));
      }),
    ));
});

describe('following the cursor', () => {
  it('scrolls to where the cursor is well in sight, and then no more', () =>
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.integer({ min: 300, max: 1200 }), (y, scrolled, height) => {
        const followed = { y, lowest: y };
        const sight = { scrolled, height, seen: height };
        const target = Math.max(0, whereToScroll(followed, sight, 41) ?? scrolled);
        const top = 41 + y - target;
        expect(top).toBeLessThan(height);
        if (target > 0) expect(top).toBeGreaterThan(80);
      }),
    ));
});
