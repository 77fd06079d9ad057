import type { Side } from './step.ts';

/** Ids with a number up to this are kept; there is no end to the others. */
const KEPT = 32;
const kept = new Map<string, string[]>();

/**
 * The id of a step: `client.syn`, `server.recv.0`. The same few come with every run, so they are made once: making,
 * hashing and writing them anew took a tenth of the time of a busy bridge.
 */
export function stepId(side: Side, what: string, number?: number): string {
  const ofSide = side === 'client' ? CLIENT : SERVER;
  const id = (ofSide[what] ??= `${side}.${what}`);
  return number === undefined ? id : numbered(id, number);
}

/** Bounded, as every name in it is one of the program's own words. */
const CLIENT: Record<string, string> = Object.create(null);
const SERVER: Record<string, string> = Object.create(null);

function numbered(id: string, number: number): string {
  if (number >= KEPT) return `${id}.${number}`;
  let ids = kept.get(id);
  if (!ids) kept.set(id, (ids = []));
  return (ids[number] ??= `${id}.${number}`);
}
