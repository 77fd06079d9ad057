import type { Call, Segment, State, Step } from '../../../../bridge/trace/step.ts';
import { HEIGHT_OF_WORDS, type Box } from './boxes.ts';
import type { Columns } from './columns.ts';
import { CHARACTER, fitting } from './fitting.ts';
import type { FoldPart } from './folds.ts';
import { outerLabel, type Label } from './labels.ts';
import type { Rows } from './rows.ts';
import type { PictureWords } from '../picture-words.ts';

/** A step that is a line of text and nothing else. */
export interface LineShape {
  step: Exclude<Step, Call | Segment | State>;
  order: number;
  label: Label;
}

/** Lines that a program printed one after the other, drawn as one. */
export interface FoldedLines {
  part: FoldPart;
  /** Of the first of them. */
  order: number;
  /** Of each of them. */
  orders: readonly number[];
  label: Label & { box: Box };
}

/**
 * What the programs print.
 * @param single the steps that are not folded; only lines among them are drawn
 * @param parts those that are folded; only lines among them are drawn
 */
export function lineShapes(
  single: readonly Step[],
  parts: readonly FoldPart[],
  rows: Rows,
  columns: Columns,
  words: PictureWords,
): { lines: LineShape[]; foldedLines: FoldedLines[] } {
  const lines = single.filter((step) => step.kind !== 'call' && step.kind !== 'segment' && step.kind !== 'state');
  const folded = parts.filter(({ what }) => what === 'lines');
  return {
    lines: lines.map((step) => {
      const { y, order } = rows.begin.get(step.id)!;
      return { step, order, label: outerLabel(step.side, columns, y, fitting([`› ${step.line}`], columns.callText)) };
    }),
    foldedLines: folded.map((part) => {
      const orders = part.steps.map(({ id }) => rows.begin.get(id)!.order);
      const { y } = rows.begin.get(part.steps[0]!.id)!;
      const label = outerLabel(part.side, columns, y, fitting(words.foldedLines(part), columns.callText));
      const width = label.text.length * CHARACTER;
      const x = label.x + ((label.anchor === 'start' ? 1 : -1) * width) / 2;
      return {
        part,
        order: orders[0]!,
        orders,
        label: { ...label, box: { x, y, width, height: HEIGHT_OF_WORDS, angle: 0 } },
      };
    }),
  };
}
