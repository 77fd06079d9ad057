import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Segment } from '../../../../../bridge/trace/step.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { arrivalsIn, flightOf, LANDED, landingOf, wayOf } from '../../../../../web/views/diagram/geometry/flight.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { UNDERWAY } from '../../../../../web/views/diagram/geometry/segment-shapes.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { compareSteps } from '../../../../../bridge/trace/step.ts';
import { labTrace } from '../../../fixtures/lab-traces.ts';
import { longTrace } from '../../../fixtures/traces.ts';

const words = pictureWords(await Language.load('en'), true);
const fate = fc.constantFrom<Segment['fate']>('delivered', 'dropped', 'held', 'unknown', 'underway');
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('the flight of a segment', () => {
  it('goes forward only, begins at the start, and has landed before its step is over', () =>
    fc.assert(
      fc.property(fate, share, share, (how, one, other) => {
        const [early, late] = [flightOf(how, Math.min(one, other)), flightOf(how, Math.max(one, other))];
        expect(late.share).toBeGreaterThanOrEqual(early.share);
        expect(late.fallen).toBeGreaterThanOrEqual(early.fallen);
        expect(late.opacity).toBeLessThanOrEqual(early.opacity);
        expect(flightOf(how, 0).share).toBe(0);
        expect(flightOf(how, LANDED).share).toBe(1);
      }),
    ));

  it('ends at its own size on the wire, and a lost one falls off it', () => {
    expect(flightOf('delivered', 1)).toEqual({ share: 1, size: expect.closeTo(1) as number, fallen: 0, opacity: 1 });
    expect(flightOf('dropped', LANDED)).toMatchObject({ share: 1, fallen: 0, opacity: 1 });
    expect(flightOf('dropped', 1)).toMatchObject({ opacity: 0 });
    expect(flightOf('dropped', 1).fallen).toBeGreaterThan(30);
  });

  it('lands softly: the last part of the way, then it gives a little, and rests at its own size', () => {
    expect(landingOf(0)).toMatchObject({ share: UNDERWAY, size: 1 });
    expect(landingOf(LANDED)).toMatchObject({ share: 1, size: 1 });
    expect(landingOf((1 + LANDED) / 2).size).toBeGreaterThan(1.1);
    expect(landingOf(1)).toEqual({ share: 1, size: expect.closeTo(1) as number, fallen: 0, opacity: 1 });
    fc.assert(
      fc.property(share, share, (one, other) => {
        const [early, late] = [landingOf(Math.min(one, other)), landingOf(Math.max(one, other))];
        expect(late.share).toBeGreaterThanOrEqual(early.share);
      }),
    );
  });

  it('follows the step’s own arrow, or that of the run that it is folded in', () => {
    const steps = labTrace().sort(compareSteps);
    const layout = layoutOf(steps, columnsFor(1000), words);
    const syn = steps.find(({ kind }) => kind === 'segment')!;
    expect(wayOf(layout, syn)).toBe(layout.segments[0]);
    expect(layout.moments[arrivalsIn(layout).get(syn.id)!]).toMatchObject({ what: 'arrive', step: syn });
    expect([wayOf(layout, steps[0]), arrivalsIn(layout).get(steps[0]!.id)]).toEqual([undefined, undefined]);
    const many = longTrace(200).sort(compareSteps);
    const folded = layoutOf(many, columnsFor(1000), words);
    const step = folded.folds[0]!.part.steps[3] as Segment;
    expect(wayOf(folded, step)).toMatchObject({ step, y1: folded.folds[0]!.y1 });
  });
});
