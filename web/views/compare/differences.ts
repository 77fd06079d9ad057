import type { Step } from '../../../bridge/trace/step.ts';
import type { AlignedRow } from '../../reading/trace-alignment.ts';

export const NAMES = ['first', 'second'] as const;
export type Pair<Item> = readonly [Item, Item];

/** Rows one below the other in which the runs differ. */
export type Difference = readonly AlignedRow[];

/** To which difference the viewer goes, by its index. Each visit is a new object, also to the same one. */
export interface Visit {
  readonly difference?: number;
  /** Whether the viewer has asked for it. */
  readonly isAsked?: boolean;
}

const isApart = ({ first, second }: AlignedRow) => first === undefined || second === undefined;
export const isShared = (row: AlignedRow): boolean => !isApart(row);
/** The other run has an equal step in another place: racing steps, which make no difference. */
export const isMoved = ({ elsewhere }: AlignedRow): boolean => elsewhere !== undefined;
/** Only one of the runs has this step. */
export const isOnly = (row: AlignedRow): boolean => isApart(row) && !isMoved(row);

/** The differences of two runs, from top to bottom. The wire may also have lost a segment in one run and not in the other. */
export function differencesIn(rows: readonly AlignedRow[], [one, two]: Pair<readonly Step[]>): Difference[] {
  const isLost = (step: Step | undefined) => step?.kind === 'segment' && step.fate === 'dropped';
  const differs = (row: AlignedRow) =>
    isOnly(row) || (isShared(row) && isLost(one[row.first!]) !== isLost(two[row.second!]));
  const found: AlignedRow[][] = [];
  let isWithin = false;
  for (const row of rows) {
    if (isMoved(row)) continue;
    const isDifferent = differs(row);
    if (isDifferent && isWithin) found.at(-1)!.push(row);
    else if (isDifferent) found.push([row]);
    isWithin = isDifferent;
  }
  return found;
}

/** The steps of one run in a difference, by their indexes. */
export function stepsOf(difference: Difference, which: 0 | 1): number[] {
  return difference.flatMap((row) => row[NAMES[which]] ?? []);
}
