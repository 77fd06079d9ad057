import type { Heard, Pause, Sighting } from '../report.ts';
import type { Call, Segment, Side, State } from '../step.ts';

/** What the sources have reported about one connection, sorted for the rules of this room. The rules only read it. */
export interface Observations {
  /** Each side's calls, in the order in which they began. */
  readonly calls: Readonly<Record<Side, readonly Call[]>>;
  /** What each side's socket layer heard, in order. */
  readonly heard: Readonly<Record<Side, readonly Heard[]>>;
  /** States that a source reported itself, in any order. */
  readonly states: readonly State[];
  /** The captured segments, in the order of sending. */
  readonly segments: readonly Segment[];
  /** The states that kernels reported, in order. */
  readonly sightings: readonly Sighting[];
  /** When the server program was seen to make no call, in any order. */
  readonly pauses: readonly Pause[];
  /** Whether packets are captured: no segment is inferred then. */
  readonly captured: boolean;
  /** Whether the server program is watched; `pending` while its reports may still come. */
  readonly serverWatched: 'yes' | 'no' | 'pending';
  /** Nothing more will be reported. */
  readonly final: boolean;
  /** Microseconds since the client called connect(). */
  readonly now: number;
}
