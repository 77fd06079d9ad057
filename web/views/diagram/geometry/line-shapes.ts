import type { Call, Segment, State, Step } from '../../../../bridge/trace/step.ts';
import type { Columns } from './columns.ts';
import { fitting } from './fitting.ts';
import { outerLabel, type Label } from './labels.ts';
import type { Rows } from './rows.ts';

/** A step that is a line of text and nothing else. */
export interface LineShape {
  step: Exclude<Step, Call | Segment | State>;
  order: number;
  label: Label;
}

export function lineShapes(steps: readonly Step[], rows: Rows, columns: Columns): LineShape[] {
  const lines = steps.filter((step) => step.kind !== 'call' && step.kind !== 'segment' && step.kind !== 'state');
  return lines.map((step) => {
    const { y, order } = rows.begin.get(step.id)!;
    return { step, order, label: outerLabel(step.side, columns, y, fitting([`› ${step.line}`], columns.callText)) };
  });
}
