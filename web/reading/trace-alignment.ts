import type { Step } from '../../bridge/trace/step.ts';

/** A row of two traces side by side, by the indexes of their steps. Equal steps share a row. */
export interface AlignedRow {
  first?: number;
  second?: number;
  /**
   * For a step alone in its row: the index of an equal step elsewhere in the other trace. Racing steps may change
   * places.
   */
  elsewhere?: number;
}

/** What equal steps of two runs share: everything but their times, evidence and bytes. */
export function signatureOf(step: Step): string {
  const { side, kind } = step;
  switch (step.kind) {
    case 'call': {
      const result = step.result === undefined || step.result === 'ok' ? '' : step.result;
      return `${side} ${kind} ${step.name} ${result} ${step.name === 'recv' && step.bytes === 0 ? 'end' : ''}`;
    }
    case 'segment': {
      const flags = step.flags.filter((flag) => flag !== 'PSH').sort();
      const copy = `${step.retransmissionOf === undefined ? '' : 'again'} ${step.duplicateOf === undefined ? '' : 'copy'}`;
      return `${step.from} ${kind} ${flags.join('+')} ${step.length > 0 ? 'data' : ''} ${copy} ${step.probe ?? ''}`;
    }
    case 'state':
      return `${side} ${kind} ${step.to}`;
    default:
      return `${side} ${kind}`;
  }
}

/** Segments matter most: if only one of two steps can share a row with its equal, it is the segment. */
const WEIGHT: Partial<Record<Step['kind'], number>> = { segment: 6, state: 3, call: 2 };
/** Steps of each trace that are compared at once. Time and memory grow with the square. */
const WINDOW = 1500;

function weightOf({ kind }: Step): number {
  return WEIGHT[kind] ?? 1;
}

/** Rows with every step of both traces exactly once, each trace in its own order. */
export function align(first: readonly Step[], second: readonly Step[]): AlignedRow[] {
  const one = first.map(signatureOf);
  const two = second.map(signatureOf);
  const rows: AlignedRow[] = [];
  let [i, j] = [0, 0];
  const passOver = (untilI: number, untilJ: number) => {
    while (i < untilI) rows.push({ first: i++ });
    while (j < untilJ) rows.push({ second: j++ });
  };
  while (i < one.length && j < two.length) {
    const pairs = commonSteps(first, one, i, two, j);
    const isLast = i + WINDOW >= one.length && j + WINDOW >= two.length;
    for (const [a, b] of pairs) {
      passOver(a, b);
      rows.push({ first: i++, second: j++ });
    }
    if (isLast || pairs.length === 0) passOver(Math.min(one.length, i + WINDOW), Math.min(two.length, j + WINDOW));
  }
  passOver(one.length, two.length);
  return markMoved(rows, one, two);
}

/** The common subsequence with the largest weight from there on, as pairs of indexes. */
function commonSteps(
  steps: readonly Step[],
  one: readonly string[],
  fromOne: number,
  two: readonly string[],
  fromTwo: number,
): [number, number][] {
  const height = Math.min(WINDOW, one.length - fromOne);
  const width = Math.min(WINDOW, two.length - fromTwo);
  const best = new Uint16Array((height + 1) * (width + 1));
  const at = (i: number, j: number) => i * (width + 1) + j;
  for (let i = height - 1; i >= 0; i--)
    for (let j = width - 1; j >= 0; j--) {
      const apart = Math.max(best[at(i + 1, j)]!, best[at(i, j + 1)]!);
      const together =
        one[fromOne + i] === two[fromTwo + j] ? best[at(i + 1, j + 1)]! + weightOf(steps[fromOne + i]!) : 0;
      best[at(i, j)] = Math.max(apart, together);
    }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < height && j < width;) {
    const value = best[at(i, j)]!;
    if (best[at(i + 1, j)] === value) i += 1;
    else if (best[at(i, j + 1)] === value) j += 1;
    else pairs.push([fromOne + i++, fromTwo + j++]);
  }
  return pairs;
}

function markMoved(rows: AlignedRow[], one: readonly string[], two: readonly string[]): AlignedRow[] {
  const waiting = new Map<string, AlignedRow[]>();
  for (const row of rows) {
    if (row.first !== undefined && row.second === undefined) {
      const signature = one[row.first]!;
      waiting.set(signature, [...(waiting.get(signature) ?? []), row]);
    }
  }
  for (const row of rows) {
    if (row.second === undefined || row.first !== undefined) continue;
    const other = waiting.get(two[row.second]!)?.shift();
    if (!other) continue;
    other.elsewhere = row.second;
    row.elsewhere = other.first!;
  }
  return rows;
}
