import type { Box } from './boxes.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import { CHARACTER } from './fitting.ts';
import type { Fold } from './folds.ts';
import type { Rows } from './rows.ts';
import type { FoldedLines } from './line-shapes.ts';
import type { FoldShape } from './segment-shapes.ts';
import type { PictureWords } from '../picture-words.ts';

/** Where a fold is opened or closed: a box on the wire. */
export interface FoldSwitch {
  fold: Fold;
  isOpen: boolean;
  order: number;
  box: Box;
}

const HEIGHT = 17;
const INSET = BAND_WIDTH / 2 + 10;
const PADDING = 24;

/** The words of a folded run open it. */
export function switchOf({ part, order, label }: FoldShape | FoldedLines): FoldSwitch {
  return { fold: part.fold, isOpen: false, order, box: label.box };
}

/** An opened run has a row above it, which closes it. */
export function headOf(fold: Fold, rows: Rows, columns: Columns, words: PictureWords): FoldSwitch[] {
  const y = rows.heads.get(fold.id);
  if (y === undefined) return [];
  const room = columns.serverLine - columns.clientLine - 2 * INSET;
  const width = Math.min(room, words.sumOfFold(fold).length * CHARACTER + PADDING);
  const x = (columns.clientLine + columns.serverLine) / 2;
  const order = Math.min(...fold.parts.map(({ steps: [first] }) => rows.begin.get(first!.id)!.order));
  return [{ fold, isOpen: true, order, box: { x, y, width, height: HEIGHT, angle: 0 } }];
}
