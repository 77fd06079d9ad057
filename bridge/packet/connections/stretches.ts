/** A part of a file, in bytes, that begins and ends between records. */
export interface Stretch {
  from: number;
  to: number;
  /** The number of the frame with which it begins. */
  frameNumber: number;
}

/** Reading on over so many bytes takes no longer than going to another place. */
export const SMALLEST_GAP = 256 * 1024;
const MOST = 32;

/**
 * Where in the file a connection's packets lie, but for the last stretch, which the table holds: most connections have no
 * other. However long the file, a connection has at most a few stretches: beyond that, the nearest two become one.
 */
export class Stretches {
  readonly #before = new Map<number, Stretch[]>();

  of(connection: number): readonly Stretch[] {
    return this.#before.get(connection) ?? [];
  }

  add(connection: number, stretch: Stretch): void {
    const stretches = this.#before.get(connection);
    if (!stretches) {
      this.#before.set(connection, [stretch]);
      return;
    }
    stretches.push(stretch);
    if (stretches.length > MOST) joinNearest(stretches);
  }
}

function joinNearest(stretches: Stretch[]): void {
  let nearest = 1;
  const gap = (index: number): number => stretches[index]!.from - stretches[index - 1]!.to;
  for (let index = 2; index < stretches.length; index += 1) if (gap(index) < gap(nearest)) nearest = index;
  stretches[nearest - 1]!.to = stretches[nearest]!.to;
  stretches.splice(nearest, 1);
}
