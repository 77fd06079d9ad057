import { expect, test } from 'vitest';
import type { SegmentKind, SegmentSelector } from '../../../../../../bridge/trace/link.ts';
import type { Flag, Side } from '../../../../../../bridge/trace/step.ts';
import { kindOf, Selection } from '../../../../../../bridge/wires/lab/link/faults/selection.ts';

const FLAGS: readonly Flag[] = ['SYN', 'ACK', 'PSH', 'FIN', 'RST', 'URG', 'ECE', 'CWR'];
const everyCombination: Flag[][] = Array.from({ length: 2 ** FLAGS.length }, (_, bits) =>
  FLAGS.filter((_flag, bit) => bits & (1 << bit)),
);

/** The first line that fits tells the kind. */
const KINDS: { kind: SegmentKind; has: Flag[]; length?: number }[] = [
  { kind: 'RST', has: ['RST'] },
  { kind: 'SYN+ACK', has: ['SYN', 'ACK'] },
  { kind: 'SYN', has: ['SYN'] },
  { kind: 'FIN', has: ['FIN'] },
  { kind: 'data', has: [], length: 1 },
  { kind: 'ACK', has: [] },
];

test('every combination of flags, with data and without, is of one kind', () => {
  for (const length of [0, 1, 1460])
    for (const flags of everyCombination) {
      const expected = KINDS.find(
        ({ has, length: least = 0 }) => has.every((flag) => flags.includes(flag)) && length >= least,
      );
      expect(kindOf({ flags, length }), `${flags.join('+')} ${length}`).toBe(expected!.kind);
    }
});

/** One connection's segments, in the order of sending. */
const SEGMENTS = 'c SYN, s SYN+ACK, c ACK, c data, s ACK, s data, s data, c ACK, s FIN, c FIN, s ACK';

/** The segments, by their places from 0, that the selectors mean. */
function chosen(...selectors: SegmentSelector[]): number[] {
  const flagsOf: Record<string, Flag[]> = {
    SYN: ['SYN'],
    'SYN+ACK': ['SYN', 'ACK'],
    ACK: ['ACK'],
    FIN: ['FIN', 'ACK'],
  };
  const selection = new Selection(selectors);
  return SEGMENTS.split(', ').flatMap((text, index) => {
    const [side, kind] = text.split(' ') as [string, string];
    const from: Side = side === 'c' ? 'client' : 'server';
    const length = kind === 'data' ? 2 : 0;
    const cargo = { from, flags: flagsOf[kind] ?? ['PSH', 'ACK'], length, packetLength: 40 + length };
    return selection.matches(cargo) ? [index] : [];
  });
}

test.each<[string, SegmentSelector[], number[]]>([
  ['nothing', [], []],
  ['the first of all', [{}], [0]],
  ['the first of a kind', [{ kind: 'data' }], [3]],
  ['the first of a kind from one side', [{ kind: 'data', from: 'server' }], [5]],
  ['the first from one side', [{ from: 'server' }], [1]],
  ['the second of a kind', [{ kind: 'data', nth: 2 }], [5]],
  ['the second of a kind from one side', [{ kind: 'data', from: 'server', nth: 2 }], [6]],
  ['one that does not come', [{ kind: 'data', nth: 4 }], []],
  ['all', [{ every: true }], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ['all of a kind', [{ kind: 'ACK', every: true }], [2, 4, 7, 10]],
  ['all of a kind from the second on', [{ kind: 'ACK', nth: 2, every: true }], [4, 7, 10]],
  ['all from one side from the third on', [{ from: 'client', nth: 3, every: true }], [3, 7, 9]],
  ['what either of two means', [{ kind: 'SYN' }, { kind: 'FIN', from: 'client' }], [0, 9]],
  ['each counts by itself', [{ kind: 'data' }, { kind: 'data', nth: 2 }, { kind: 'ACK', nth: 4 }], [3, 5, 10]],
  ['a SYN is no SYN+ACK, and the other way round', [{ kind: 'SYN', every: true }], [0]],
])('%s', (_name, selectors, places) => {
  expect(chosen(...selectors)).toEqual(places);
});
