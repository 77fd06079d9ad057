import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSteps, type Output, type Segment, type Side, type Step } from '../../../../../bridge/trace/step.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { countUntil } from '../../../../../web/views/diagram/geometry/fold-count.ts';
import { foldsIn } from '../../../../../web/views/diagram/geometry/folds.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { momentsOf } from '../../../../../web/reading/moments.ts';
import { silencesIn } from '../../../../../web/views/diagram/geometry/silences.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { anyTransfer } from '../../../fixtures/any-steps.ts';
import { labTrace, seen, seenState, troubledTrace } from '../../../fixtures/lab-traces.ts';
import { plain } from '../../../fixtures/plain.ts';
import { call, capturedTrace, longTrace, plainTrace } from '../../../fixtures/traces.ts';

const words = pictureWords(await Language.load('en'), true);
const folded = (steps: Step[]) => {
  const moments = momentsOf([...steps].sort(compareSteps));
  return foldsIn(moments, silencesIn(moments));
};
const parts = (steps: Step[]) =>
  folded(steps).map(({ parts: all }) => all.map(({ what, side, steps: some }) => [what, side, some.length]));

const SIZE = 1448;
const data = (from: Side, nth: number, at: number, extra: Partial<Segment> = {}) =>
  seen(from, ['PSH', 'ACK'], at, at + 20_000, { seq: 1 + nth * SIZE, ack: 1, length: SIZE, ...extra });
const ack = (from: Side, at: number, extra: Partial<Segment> = {}) =>
  seen(from, ['ACK'], at, at + 20_000, { seq: 1, ack: 1 + at, ...extra });
const burst = (from: Side, count: number, at = 0) =>
  Array.from({ length: count }, (_, nth) => data(from, nth, at + nth * 10));

describe('folding', () => {
  it('makes one arrow of a run of data, and one of its acknowledgments', () => {
    const steps = [...burst('client', 24), ...[1, 2, 3].map((nth) => ack('server', 20_000 + nth))];
    expect(parts(steps)).toEqual([
      [
        ['data', 'client', 24],
        ['acks', 'server', 3],
      ],
    ]);
    const { folds } = layoutOf(steps, columnsFor(1280), words);
    expect(folds.map(({ label }) => plain(`${label.main} ${label.detail}`))).toEqual([
      '24 segments · 33.9 KiB seq 1–34753',
      '3 ACKs ack 20002–20004',
    ]);
  });

  it('leaves a plain run, a troubled and a captured one as they are', () => {
    for (const trace of [labTrace(), labTrace(20_000), plainTrace(), troubledTrace(), capturedTrace()])
      expect(folded(trace)).toEqual([]);
    expect(folded(burst('client', 3))).toEqual([]);
  });

  it('folds both directions of a transfer at once, and the many calls with it', () => {
    const both = burst('client', 10).flatMap((segment, nth) => [
      segment,
      data('server', nth, nth * 10 + 5),
      call('client', 'send', nth * 10 + 2, nth * 10 + 3, { bytes: SIZE }),
    ]);
    expect(parts(both)).toEqual([
      [
        ['data', 'client', 10],
        ['calls', 'client', 10],
        ['data', 'server', 10],
      ],
    ]);
    const [bar] = layoutOf(both, columnsFor(1280), words).foldedCalls;
    expect(plain(bar!.name.text)).toBe('10 × send() · 14.1 KiB');
  });

  it('does not fold a conversation, in which each segment answers the one before', () => {
    const talk = Array.from({ length: 12 }, (_, nth) => data(nth % 2 === 0 ? 'client' : 'server', nth, nth * 30_000));
    expect(folded(talk)).toEqual([]);
  });

  it.each<[string, Step]>([
    ['a loss', data('client', 4, 45, { fate: 'dropped' })],
    ['a repetition', data('client', 4, 45, { retransmissionOf: 'one' })],
    ['a copy', data('client', 4, 45, { duplicateOf: 'one' })],
    ['a held segment', data('client', 4, 45, { fate: 'held' })],
    ['a probe', data('client', 4, 45, { probe: 'zero-window' })],
    ['a shut window', ack('server', 45, { window: 0 })],
    ['a FIN', data('client', 4, 45, { flags: ['FIN', 'ACK'] })],
    ['a RST', data('client', 4, 45, { flags: ['RST', 'ACK'] })],
    ['a SYN', data('client', 4, 45, { flags: ['SYN'] })],
    ['a change of state', seenState('client', 'ESTABLISHED', 'FIN_WAIT_1', 45)],
    ['a call that failed', call('client', 'send', 45, 46, { result: 'EPIPE' })],
    ['the end of the bytes', call('client', 'recv', 45, 46, { bytes: 0 })],
  ])('never hides %s: it stands between two runs', (_name, step) => {
    const steps = [...burst('client', 5), step, ...burst('client', 5, 50)];
    expect(parts(steps)).toEqual([[['data', 'client', 5]], [['data', 'client', 5]]]);
    const { segments, calls, bands } = layoutOf(steps, columnsFor(1000), words);
    expect([...segments, ...calls, ...bands].map((shape) => shape.step.id)).toEqual([step.id]);
  });

  describe('of printed lines', () => {
    const line = (at: number, side: Side = 'server'): Output => ({
      kind: 'output',
      id: `line ${side} ${at}`,
      side,
      at,
      evidence: 'observed',
      stream: 'stdout',
      line: `number ${at}`,
    });
    const lines = (count: number, at = 0) => Array.from({ length: count }, (_, nth) => line(at + nth));

    it('makes one line of four or more with nothing between them', () => {
      expect(parts(lines(997))).toEqual([[['lines', 'server', 997]]]);
      expect(folded(lines(3))).toEqual([]);
      const layout = layoutOf(lines(997), columnsFor(1280), words);
      expect(layout.foldedLines.map(({ label }) => plain(label.text))).toEqual(['› 997 lines']);
      expect(layout.lines).toEqual([]);
      expect(layout.height).toBeLessThan(150);
    });

    it('ends at whatever comes between: a call, a segment, its arrival, a line of the other program, a silence', () => {
      const both = [['lines', 'server', 5]];
      const between: Step[] = [call('server', 'socket', 10, 11), ack('server', 10), line(10, 'client')];
      for (const step of between) expect(parts([...lines(5), step, ...lines(5, 20)])).toEqual([both, both]);
      const arriving = seen('client', ['ACK'], -5, 10, { seq: 1, ack: 1 });
      expect(parts([arriving, ...lines(5), ...lines(5, 20)])).toEqual([both, both]);
      expect(parts([...lines(5), ...lines(5, 900_000)])).toEqual([both, both]);
    });

    it('leaves a transfer folded, during which a program prints', () => {
      const steps = [...burst('client', 12), ...lines(6, 45)].sort(compareSteps);
      expect(parts(steps).flat()).toContainEqual(['data', 'client', 12]);
    });

    it('opens: each line has a row, below one that closes it', () => {
      const [fold] = folded(lines(6));
      const closed = layoutOf(lines(6), columnsFor(1280), words);
      const open = layoutOf(lines(6), columnsFor(1280), words, { opened: new Set([fold!.id]) });
      expect(closed.switches).toMatchObject([{ isOpen: false }]);
      expect(open.switches).toMatchObject([{ isOpen: true }]);
      expect(open.foldedLines).toEqual([]);
      expect(new Set(open.lines.map(({ label }) => label.y)).size).toBe(6);
    });

    it('counts those that the cursor has passed', () => {
      const { foldedLines, moments } = layoutOf(lines(5), columnsFor(1280), words);
      expect(moments.map(({ order }) => countUntil(foldedLines[0]!.orders, order + 1))).toEqual([1, 2, 3, 4, 5]);
      expect(plain(words.foldedLines(foldedLines[0]!.part, 1)[0]!)).toBe('› 1 line');
    });

    it('depends on nothing that comes after: the runs known so far only grow', () => {
      const shuffled = fc.array(fc.constantFrom('line', 'line', 'line', 'line', 'call', 'client'), { maxLength: 60 });
      fc.assert(
        fc.property(shuffled, fc.nat(80), (kinds, count) => {
          const steps = kinds.map((kind, at) =>
            kind === 'call' ? call('server', 'socket', at, at) : line(at, kind === 'client' ? 'client' : 'server'),
          );
          const moments = momentsOf(steps);
          const all = foldsIn(moments, []);
          for (const fold of foldsIn(moments.slice(0, count), [])) {
            const later = all.find(({ id }) => id === fold.id)!;
            expect(later.parts[0]!.steps.slice(0, fold.parts[0]!.steps.length)).toEqual(fold.parts[0]!.steps);
          }
        }),
      );
    });
  });

  it('ends a run at a silence', () => {
    expect(parts([...burst('client', 5), ...burst('client', 5, 900_000)])).toEqual([
      [['data', 'client', 5]],
      [['data', 'client', 5]],
    ]);
  });

  it('counts what the cursor has passed', () => {
    const { folds, moments } = layoutOf(burst('client', 6), columnsFor(1000), words);
    const begins = moments.filter(({ what }) => what === 'begin');
    expect(begins.map(({ order }) => countUntil(folds[0]!.orders, order + 1))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(plain(words.fold(folds[0]!.part, 1).main[0]!)).toBe('1 segment · 1.41 KiB');
  });

  it('makes a page of a transfer of two thousand steps', () => {
    const { height } = layoutOf(longTrace(2000).sort(compareSteps), columnsFor(1000), words);
    expect(height).toBeLessThan(700);
  });

  it('whatever the trace: no step is in two runs, and the runs known so far only grow', () =>
    fc.assert(
      fc.property(anyTransfer, fc.nat(120), (steps, count) => {
        const moments = momentsOf([...steps].sort(compareSteps));
        const all = foldsIn(moments, silencesIn(moments));
        const ids = all.flatMap((fold) => fold.parts.flatMap((part) => part.steps.map(({ id }) => id)));
        expect(new Set(ids).size).toBe(ids.length);
        const known = moments.slice(0, count);
        for (const fold of foldsIn(known, silencesIn(known))) {
          const later = all.find(({ id }) => id === fold.id)!;
          for (const part of fold.parts) {
            const grown = later.parts.find((other) => other.steps[0] === part.steps[0])!;
            expect(grown.steps.slice(0, part.steps.length)).toEqual(part.steps);
          }
        }
      }),
    ));
});
