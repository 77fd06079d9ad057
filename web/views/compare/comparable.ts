import type { Step } from '../../../bridge/trace/step.ts';

/** One of the runs that can be compared. */
export interface Comparable {
  id: string;
  order: number;
  /** `A lost SYN → ÍMPAR · 1.1 s · lab · loses the first SYN`. */
  label: string;
  steps: readonly Step[];
  /** The number that it sends, if it sends one. */
  number: bigint | undefined;
  /** Where its server listens, and its program. */
  target: string;
  command: string;
  /** Which wire it was, and what that did. */
  wire: string;
  /** Whether the calls of its server program were observed. */
  seesCalls: boolean;
  story: () => string;
}
