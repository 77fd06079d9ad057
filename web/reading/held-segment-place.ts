import type { Segment } from '../../bridge/trace/step.ts';

/** The area that the diagram keeps free for a held segment's buttons, below its capsule, in the diagram's units. */
export interface HeldPlace {
  step: Segment;
  /** Its upper left corner. */
  x: number;
  y: number;
  width: number;
  height: number;
  /** Whether the buttons are stacked vertically. */
  isStacked: boolean;
}
