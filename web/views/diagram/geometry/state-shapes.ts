import type { State } from '../../../../bridge/trace/step.ts';
import type { Box } from './boxes.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import { CHARACTER, fitting } from './fitting.ts';
import { stateLabel, type Label } from './labels.ts';
import type { Rows } from './rows.ts';
import type { PictureWords } from '../picture-words.ts';

export interface BandShape {
  step: State;
  order: number;
  x: number;
  y: number;
  end: number;
  label: Label;
  /** How long it lasts, below its name. */
  note?: Label;
}

/** A note beside a state, on the wire's side: the standard expects another one. */
export interface FlagShape {
  step: State;
  order: number;
  label: Label;
  box: Box;
}

const NOTE_BELOW = 15;
const FLAG_HEIGHT = 17;

export function bandShapes(states: readonly State[], rows: Rows, columns: Columns, words: PictureWords): BandShape[] {
  return (['client', 'server'] as const).flatMap((side) =>
    bandsOf(
      states.filter((state) => state.side === side),
      rows,
      columns,
      words,
    ),
  );
}

function bandsOf(states: readonly State[], rows: Rows, columns: Columns, words: PictureWords): BandShape[] {
  return states.map((step, index) => {
    const { y, order } = rows.begin.get(step.id)!;
    const next = states[index + 1];
    const isClient = step.side === 'client';
    const x = isClient ? columns.clientLine : columns.serverLine;
    return {
      step,
      order,
      x,
      y,
      end: next ? rows.begin.get(next.id)!.y : rows.height,
      label: stateLabel(step.side, columns, y, step.to),
      ...(step.lastsMs !== undefined && {
        note: stateLabel(step.side, columns, y + NOTE_BELOW, fitting([words.lasts(step)], columns.stateText)),
      }),
    };
  });
}

export function flagShapes(states: readonly State[], rows: Rows, columns: Columns, words: PictureWords): FlagShape[] {
  const inset = BAND_WIDTH / 2 + 10;
  const room = columns.serverLine - columns.clientLine - 2 * inset;
  return states.flatMap((step) => {
    if (step.expected === undefined) return [];
    const { y, order } = rows.begin.get(step.id)!;
    const text = fitting(words.expected(step.expected), room);
    const width = [...text].length * CHARACTER + 10;
    const isClient = step.side === 'client';
    const x = isClient ? columns.clientLine + inset : columns.serverLine - inset;
    const box = {
      x: x + (isClient ? width : -width) / 2 - (isClient ? 5 : -5),
      y,
      width,
      height: FLAG_HEIGHT,
      angle: 0,
    };
    return [{ step, order, label: { x, y, anchor: isClient ? ('start' as const) : ('end' as const), text }, box }];
  });
}
