import type { Side } from './step.ts';

/** Ids with a number below this are kept. Larger numbers have no limit, so their ids are not kept. */
const KEPT = 32;
const kept = new Map<string, string[]>();

/**
 * The id of a step: `client.syn`, `server.recv.0`. Every run needs the same few ids, so each is made once: making,
 * hashing and writing them again took a tenth of a busy bridge's time.
 */
export function stepId(side: Side, what: string, number?: number): string {
  const ofSide = side === 'client' ? CLIENT : SERVER;
  const id = (ofSide[what] ??= `${side}.${what}`);
  return number === undefined ? id : numbered(id, number);
}

/** These tables stay small, because all names in them come from this program. */
const CLIENT: Record<string, string> = Object.create(null);
const SERVER: Record<string, string> = Object.create(null);

function numbered(id: string, number: number): string {
  if (number >= KEPT) return `${id}.${number}`;
  let ids = kept.get(id);
  if (!ids) kept.set(id, (ids = []));
  return (ids[number] ??= `${id}.${number}`);
}
