/** Tries of the small task in a round. If it seemed slower than it is, growth with the square would pass. */
const TRIES = 3;
/** Rounds after which the quickest of each task is believed, if the result is plausible: the first one warms up. */
const FEWEST_ROUNDS = 2;
/** Rounds after which even a busy machine has left each task alone once. */
const MOST_ROUNDS = 100;

/** Between growing with the work, about 4, and growing with its square, 16. */
export const LESS_THAN_ITS_SQUARE = 11;

/**
 * How many times as long four times the work takes. Other programs and garbage collection only ever add to a time:
 * so the quickest of several tries counts, the two tasks take turns, and a result that is too large is measured for longer
 * before it is believed.
 */
export function growth(work: () => void, fourTimes: () => void): number {
  let [once, often] = [Infinity, Infinity];
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    for (let tried = 0; tried < TRIES; tried += 1) once = Math.min(once, took(work));
    often = Math.min(often, took(fourTimes));
    if (round >= FEWEST_ROUNDS && often / once < LESS_THAN_ITS_SQUARE) break;
  }
  return often / once;
}

/** Microseconds of processor time. */
function took(task: () => void): number {
  const before = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
