import type { SegmentKind, SegmentSelector } from '../../../../trace/link.ts';
import type { Flag } from '../../../../trace/step.ts';
import type { Cargo } from './fault.ts';

/** Finds the segments of one run that selectors choose. It counts the matches of each selector. */
export class Selection {
  readonly #counted: { selector: SegmentSelector; seen: number }[];

  constructor(selectors: readonly SegmentSelector[]) {
    this.#counted = selectors.map((selector) => ({ selector, seen: 0 }));
  }

  /** Call it once for each segment, in the order of sending. */
  matches(cargo: Cargo): boolean {
    let matched = false;
    for (const counted of this.#counted) {
      const { from, kind, nth = 1, every = false } = counted.selector;
      if ((from && from !== cargo.from) || (kind && kind !== kindOf(cargo))) continue;
      counted.seen += 1;
      if (every ? counted.seen >= nth : counted.seen === nth) matched = true;
    }
    return matched;
  }
}

/** The kind of a segment is the first that fits: a FIN with data is a FIN. */
export function kindOf({ flags, length }: { flags: readonly Flag[]; length: number }): SegmentKind {
  if (flags.includes('RST')) return 'RST';
  if (flags.includes('SYN')) return flags.includes('ACK') ? 'SYN+ACK' : 'SYN';
  if (flags.includes('FIN')) return 'FIN';
  return length > 0 ? 'data' : 'ACK';
}
