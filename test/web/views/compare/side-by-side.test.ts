import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment, Step } from '../../../../bridge/trace/step.ts';
import { align } from '../../../../web/reading/trace-alignment.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { differencesIn, stepsOf } from '../../../../web/views/compare/differences.ts';
import { alignedExtra, spanOf, type Extra } from '../../../../web/views/compare/side-by-side.ts';
import { columnsFor } from '../../../../web/views/diagram/geometry/columns.ts';
import { layoutOf } from '../../../../web/views/diagram/geometry/layout.ts';
import { pictureWords } from '../../../../web/views/diagram/picture-words.ts';
import { labTrace, troubledTrace } from '../../fixtures/lab-traces.ts';
import { longTrace, plainTrace, refusedTrace, resetTrace, silentTrace, timeoutTrace } from '../../fixtures/traces.ts';

const words = pictureWords(await Language.load('en'), true);
const heightsOf = (steps: readonly Step[], extra: Extra) =>
  layoutOf(steps, columnsFor(640), words, {
    mayFold: false,
    extra: new Map([...extra].map(([index, units]) => [steps[index]!.id, units])),
  }).places.map(({ y }) => y);

function drawn(one: readonly Step[], two: readonly Step[]) {
  const rows = align(one, two);
  const both = (extra: readonly [Extra, Extra]) => [heightsOf(one, extra[0]), heightsOf(two, extra[1])] as const;
  const extra = alignedExtra(rows, both);
  return { rows, extra, heights: both(extra) };
}

const TRACES = [
  ...[plainTrace(), labTrace(), troubledTrace(), refusedTrace(), resetTrace(), silentTrace(), timeoutTrace()],
  longTrace(200),
];
const anyTrace = fc.constantFrom(...TRACES);
const syn = (steps: readonly Step[]) => steps.find((step): step is Segment => step.kind === 'segment')!;

describe('two pictures side by side', () => {
  it('have equal steps at the same height, and time still flows down', () =>
    fc.assert(
      fc.property(anyTrace, anyTrace, (one, two) => {
        const { rows, heights } = drawn(one, two);
        for (const { first, second } of rows)
          if (first !== undefined && second !== undefined)
            expect(Math.abs(heights[0][first]! - heights[1][second]!)).toBeLessThan(1);
        for (const each of heights) expect(each).toEqual([...each].sort((a, b) => a - b));
      }),
      { numRuns: 64 },
    ));

  it('need no room if the runs are the same', () => {
    const { extra } = drawn(labTrace(), labTrace());
    expect([extra[0].size, extra[1].size]).toEqual([0, 0]);
  });
});

describe('the differences of two runs', () => {
  const of = (one: readonly Step[], two: readonly Step[]) => differencesIn(align(one, two), [one, two]);

  it('are none between a run and itself', () => expect(of(labTrace(), labTrace())).toEqual([]));

  it('are one where steps that only one run has stand together', () => {
    const clean = plainTrace();
    const again = [1, 2].map((count) => ({
      ...syn(clean),
      ...{ id: `again${count}`, at: syn(clean).at + count, sentAt: syn(clean).at + count },
      retransmissionOf: syn(clean).id,
    }));
    const other = [...clean, ...again].sort((a, b) => a.at - b.at);
    const found = of(clean, other);
    expect(found.map((difference) => [stepsOf(difference, 0), stepsOf(difference, 1).length])).toEqual([[[], 2]]);
    const { heights } = drawn(clean, other);
    const { top, bottom } = spanOf(found[0]!, heights);
    expect(stepsOf(found[0]!, 1).map((index) => heights[1][index])).toEqual([top, bottom]);
  });

  it('are also where the wire lost a segment of one run alone', () => {
    const clean = labTrace();
    const lost = clean.map((step) => (step === syn(clean) ? { ...syn(clean), fate: 'dropped' as const } : step));
    const [first] = of(clean, lost);
    expect(stepsOf(first!, 0).map((index) => clean[index])).toEqual([syn(clean)]);
    expect(stepsOf(first!, 1)).toEqual(stepsOf(first!, 0));
  });
});
