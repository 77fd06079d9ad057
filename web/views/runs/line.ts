import type { Texts } from '../../texts/topics.ts';

/** A line of the list. */
export interface Line {
  id: string;
  order: number;
  /** The scenario, or what was sent. */
  subject: string;
  /** Which wire it was, and what that did. */
  wire: string;
  /** Absent, like all that follows from it, until the run is revealed. */
  outcome?: keyof Texts['runs']['outcomes'];
  reply?: string;
  durationUs?: number;
  /** Opened from a file. */
  isOpened: boolean;
  isOver: boolean;
  /** Whether the viewer has seen its end. */
  isRevealed: boolean;
}
