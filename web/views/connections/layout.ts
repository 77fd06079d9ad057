import type { KnownConnection } from '../../reading/known-connections.ts';

/** Height of a line, in rem. */
export const LINE = 1.5;
/** Lines beyond both edges of what is seen: scrolling then shows no gap. */
const BEYOND = 6;

/** The lines that have to be drawn: from this one, up to but without that one. */
export function linesInView(count: number, scrolled: number, height: number, line: number): [from: number, to: number] {
  const first = Math.floor(scrolled / line) - BEYOND;
  const end = Math.ceil((scrolled + height) / line) + BEYOND;
  return [Math.max(0, Math.min(first, count)), Math.min(count, Math.max(0, end))];
}

/** Where all connections together begin and end, in microseconds. */
export function axisOf(connections: readonly Pick<KnownConnection, 'at' | 'endAt'>[]): { from: number; to: number } {
  let [from, to] = [Infinity, -Infinity];
  for (const { at, endAt } of connections) {
    from = Math.min(from, at);
    to = Math.max(to, endAt);
  }
  return from <= to ? { from, to } : { from: 0, to: 0 };
}

/** A connection on the common axis, as shares of it. */
export function barOf(
  { at, endAt }: Pick<KnownConnection, 'at' | 'endAt'>,
  { from, to }: { from: number; to: number },
): { left: number; width: number } {
  const length = to - from;
  if (length <= 0) return { left: 0, width: 1 };
  return { left: (at - from) / length, width: (endAt - at) / length };
}
