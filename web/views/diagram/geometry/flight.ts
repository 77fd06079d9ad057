import type { Segment, Step } from '../../../../bridge/trace/step.ts';
import type { Layout } from './layout.ts';
import { eased } from './phases.ts';
import { UNDERWAY, type SegmentShape } from './segment-shapes.ts';

/** Where a segment's chip is while it is sent, or lands. */
export interface Flight {
  /** The share of its arrow that it has gone: the arrow grows with it. */
  share: number;
  /** It gives a little when it lands. */
  size: number;
  /** How far it has fallen off the wire, in units, and how much of it is left to see. */
  fallen: number;
  opacity: number;
}

/** From here on a chip has come as far as it gets in this phase. */
export const LANDED = 0.72;
/** How far a lost segment falls before it is gone. */
const FALL = 70;
const GIVES = 0.14;

/**
 * The flight of a segment that is sent.
 * @param progress of that, 0 to 1
 */
export function flightOf(fate: Segment['fate'], progress: number): Flight {
  const after = afterLanding(progress);
  const isLost = fate === 'dropped';
  return {
    // It starts at once and comes to rest softly.
    share: eased(Math.min(1, progress / LANDED)),
    size: 1,
    fallen: isLost ? FALL * after ** 2 : 0,
    opacity: isLost ? 1 - after : 1,
  };
}

/**
 * The end of the flight of a segment that arrives: the last part of its way, and a soft landing.
 * @param landed how far it has been played, 0 to 1
 */
export function landingOf(landed: number): Flight {
  return {
    share: UNDERWAY + (1 - UNDERWAY) * eased(Math.min(1, landed / LANDED)),
    size: 1 + GIVES * Math.sin(Math.PI * afterLanding(landed)),
    fallen: 0,
    opacity: 1,
  };
}

function afterLanding(progress: number): number {
  return Math.max(0, (progress - LANDED) / (1 - LANDED));
}

/** The arrow on which this step flies: its own, or that of the run that it is folded in. Undefined if it is no segment. */
export function wayOf(
  layout: Layout,
  step: Step | undefined,
): Pick<SegmentShape, 'step' | 'x1' | 'y1' | 'x2' | 'y2'> | undefined {
  if (step?.kind !== 'segment') return undefined;
  const part = layout.partOf.get(step.id);
  const fold = part && layout.folds.find((shape) => shape.part === part);
  return fold ? { ...fold, step } : layout.segments.find((shape) => shape.step.id === step.id);
}

/** The place among all moments at which each segment arrives, by its id. */
export function arrivalsIn({ moments }: Pick<Layout, 'moments'>): ReadonlyMap<string, number> {
  return new Map(moments.filter(({ what }) => what === 'arrive').map(({ step, order }) => [step.id, order]));
}
