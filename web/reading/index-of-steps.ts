import type { Segment, Side, Step } from '../../bridge/trace/step.ts';
import { sortedBy } from '../../bridge/trace/sort-by-number.ts';

/**
 * What the explanation of each step looks up among all others. It is found once for a list of steps: to search the list
 * for each of its steps would take a second for a long trace, and a minute for one that somebody made for that.
 */
export interface IndexOfSteps {
  byId: ReadonlyMap<string, Step>;
  segments: readonly Segment[];
  /** The segments of one side that arrived, in the order of arrival. */
  arrived: Readonly<Record<Side, readonly Segment[]>>;
  /** What was sent of the same numbers, by the id of the first segment with them; in the order of sending. */
  sent: ReadonlyMap<string | undefined, readonly Segment[]>;
}

const known = new WeakMap<readonly Step[], IndexOfSteps>();

/** @param steps a list that nobody changes later */
export function indexOf(steps: readonly Step[]): IndexOfSteps {
  const found = known.get(steps) ?? make(steps);
  known.set(steps, found);
  return found;
}

function make(steps: readonly Step[]): IndexOfSteps {
  const segments = steps.filter((step) => step.kind === 'segment');
  const arrived = (side: Side): Segment[] =>
    sortedBy(
      segments.filter(({ from, arrivedAt }) => from === side && arrivedAt !== undefined),
      ({ arrivedAt }) => arrivedAt!,
      () => 0,
    );
  return {
    byId: new Map(steps.map((step) => [step.id, step])),
    segments,
    arrived: { client: arrived('client'), server: arrived('server') },
    sent: sentOf(segments),
  };
}

function sentOf(segments: readonly Segment[]): Map<string | undefined, Segment[]> {
  const sent = new Map<string | undefined, Segment[]>();
  const add = (first: string | undefined, segment: Segment): void => {
    const list = sent.get(first);
    if (list) list.push(segment);
    else sent.set(first, [segment]);
  };
  const own = segments.filter(({ duplicateOf }) => duplicateOf === undefined);
  for (const segment of sortedBy(
    own,
    ({ sentAt }) => sentAt,
    () => 0,
  )) {
    add(segment.retransmissionOf, segment);
    if (segment.retransmissionOf !== segment.id) add(segment.id, segment);
  }
  return sent;
}

/** The place of the first item of a sorted list whose number is greater. */
export function placeAfter<Item>(list: readonly Item[], number: number, of: (item: Item) => number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (of(list[middle]!) > number) high = middle;
    else low = middle + 1;
  }
  return low;
}
