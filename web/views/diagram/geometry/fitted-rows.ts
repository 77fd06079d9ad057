import { rowsOf, type Rows, type Spacing } from './rows.ts';
import type { Told } from './told.ts';

/** Near enough to the room, in units. */
const NEAR = 1;
const TRIES = 4;

/**
 * The rows of a picture that is to be seen whole: at their usual distance while there is room, then closer and closer, as
 * close as their words allow. So a picture that grows never jumps.
 * @param room the height that there is
 */
export function fittedRows(told: Told, spacing: Spacing, room: number): Rows {
  const at = (looseness: number) => rowsOf(told, { ...spacing, looseness });
  if (spacing.toScale) return at(1);
  const close = at(0);
  if (close.height >= room) return close;
  const usual = at(1);
  if (usual.height <= room) return usual;
  let [low, high] = [
    { looseness: 0, rows: close },
    { looseness: 1, rows: usual },
  ];
  // Heights grow almost in proportion, so that few tries are enough.
  for (let tried = 0; tried < TRIES && room - low.rows.height > NEAR; tried += 1) {
    const share = (room - low.rows.height) / (high.rows.height - low.rows.height);
    const looseness = low.looseness + share * (high.looseness - low.looseness);
    const tryOut = { looseness, rows: at(looseness) };
    if (tryOut.rows.height <= room) low = tryOut;
    else high = tryOut;
  }
  return low.rows;
}
