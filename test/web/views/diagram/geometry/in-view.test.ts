import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSteps, type Step } from '../../../../../bridge/trace/step.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { drawnFrom, inView } from '../../../../../web/views/diagram/geometry/in-view.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { HOSTILE_STEPS } from '../../../../helpers/hostile-traces.ts';
import { longTrace, plainTrace } from '../../../fixtures/traces.ts';

const words = pictureWords(await Language.load('en'), true);
/** A shut window is never folded, so that the picture is long. */
const shut = (step: Step): Step => (step.kind === 'segment' ? { ...step, window: 0 } : step);
const long = layoutOf(longTrace(2000).sort(compareSteps).map(shut), columnsFor(1000), words);

/** Of each kind of shape: some for each row in sight. */
const MOST_DRAWN = 400;

describe('what of a picture is drawn', () => {
  it('is all of a short one, wherever it is scrolled', () => {
    const layout = layoutOf(plainTrace().sort(compareSteps), columnsFor(1000), words);
    const shown = inView(layout, drawnFrom(500, layout.height), 100);
    expect(shown).toMatchObject({ calls: layout.calls, bands: layout.bands, segments: layout.segments });
    expect(shown.places).toHaveLength(layout.places.length);
  });

  it('is all that can be seen of a long one, in its order, and not much more', () =>
    fc.assert(
      fc.property(fc.nat(long.height), fc.integer({ min: 100, max: 1500 }), (scrolled, room) => {
        const top = drawnFrom(scrolled, long.height);
        const shown = inView(long, top, room);
        const sight = (from: number, to: number) => from <= scrolled + room && to >= scrolled;
        const segments = new Set(shown.segments);
        for (const segment of long.segments) if (sight(segment.y1, segment.y2)) expect(segments).toContain(segment);
        const calls = new Set(shown.calls);
        for (const call of long.calls) if (sight(call.y, call.end)) expect(calls).toContain(call);
        const places = new Set(shown.places.map(({ index }) => index));
        long.places.forEach(({ y }, index) => {
          if (sight(y, y)) expect(places).toContain(index);
        });
        expect(shown.places).toEqual([...shown.places].sort((a, b) => a.index - b.index));
        expect(shown.places.length).toBeLessThan(room / 12 + 150);
      }),
      { numRuns: 60 },
    ));

  it.each(Object.keys(HOSTILE_STEPS))('is as little of 5000 %s', (name) => {
    const layout = layoutOf(HOSTILE_STEPS[name]!(), columnsFor(1000), words);
    for (const share of [0, 0.3, 0.7, 1]) {
      // What happens within a fold has no room of its own: its moments are not drawn.
      const { moments: _moments, ...shown } = inView(layout, drawnFrom(share * layout.height, layout.height), 600);
      for (const shapes of Object.values(shown)) expect(shapes.length).toBeLessThan(MOST_DRAWN);
    }
  });

  it('changes only now and then while it is scrolled', () => {
    const tops = new Set(Array.from({ length: 900 }, (_, scrolled) => drawnFrom(scrolled, long.height)));
    expect(tops.size).toBe(3);
  });
});
