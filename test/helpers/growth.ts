/**
 * How many times as long four times the work takes: about 4 where time grows with the work, 16 where with its square.
 * Processor time, and the best of several tries, as others use the machine too.
 */
export function growth(work: () => void, fourTimes: () => void): number {
  const best = (task: () => void): number => Math.min(...Array.from({ length: 9 }, () => took(task)));
  best(work);
  return best(fourTimes) / best(work);
}

/** Between growing with the work and growing with its square. */
export const LESS_THAN_ITS_SQUARE = 11;

function took(task: () => void): number {
  const before = process.cpuUsage();
  task();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
