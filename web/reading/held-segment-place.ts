import type { Segment } from '../../bridge/trace/step.ts';

/** The ground that the picture keeps for a held segment's buttons, below its capsule. Lengths are in the picture's units. */
export interface HeldPlace {
  step: Segment;
  /** Its upper left corner. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** The buttons stand one below the other. */
  isStacked: boolean;
}
