import type { Segment } from '../../../../bridge/trace/step.ts';
import type { HeldPlace } from '../../../reading/held-segment-place.ts';
import type { Box } from './boxes.ts';
import { BAND_WIDTH, type Columns } from './columns.ts';
import type { Rows } from './rows.ts';
import { STOP_BELOW } from './segment-shapes.ts';
import { MARK_REACH } from './wire-labels.ts';

/** High enough for a finger. */
const BUTTON_HEIGHT = 32;
const BUTTONS = 3;
/** The width of three buttons side by side, and of one. */
const ROW_WIDTH = 250;
const STACK_WIDTH = 132;
/** The least distance from either lifeline. */
const BESIDE = BAND_WIDTH / 2 + 6;
/** From the row of a held segment to its buttons: below its capsule, with a little air between. */
const ABOVE = STOP_BELOW + MARK_REACH + 6;

/** How much of the wire a held segment keeps free for its buttons, from its row down. */
export function heldRoom(columns: Columns): number {
  return ABOVE + groundFor(columns).height;
}

export function heldPlaces(segments: readonly Segment[], rows: Rows, columns: Columns): HeldPlace[] {
  const ground = groundFor(columns);
  const x = (columns.clientLine + columns.serverLine - ground.width) / 2;
  return segments
    .filter(({ fate }) => fate === 'held')
    .map((step) => ({ step, x, y: rows.begin.get(step.id)!.y + ABOVE, ...ground }));
}

export const groundOf = ({ x, y, width, height }: HeldPlace): Box => ({
  x: x + width / 2,
  y: y + height / 2,
  width,
  height,
  angle: 0,
});

function groundFor({ clientLine, serverLine }: Columns): Pick<HeldPlace, 'width' | 'height' | 'isStacked'> {
  const wire = serverLine - clientLine - 2 * BESIDE;
  const isStacked = wire < ROW_WIDTH;
  return isStacked
    ? { width: Math.min(STACK_WIDTH, wire), height: BUTTONS * BUTTON_HEIGHT, isStacked }
    : { width: ROW_WIDTH, height: BUTTON_HEIGHT, isStacked };
}
