import type { Segment, Step } from '../../../../bridge/trace/step.ts';
import type { Layout } from './layout.ts';
import type { SegmentShape } from './segment-shapes.ts';

/** Where a segment's chip is while its step is played. */
export interface Flight {
  /** The share of its arrow that it has gone: the arrow grows with it. */
  share: number;
  /** Its size: it gives a little when it lands. */
  size: number;
  /** How far it has fallen off the wire, in units, and how much of it is left to see. */
  fallen: number;
  opacity: number;
}

/** From here on a chip has arrived, and what its arrival brings about may be seen. */
export const LANDED = 0.72;
/** How far a lost segment falls before it is gone. */
const FALL = 70;
const GIVES = 0.14;

/** @param progress of its step, 0 to 1 */
export function flightOf(fate: Segment['fate'], progress: number): Flight {
  const travelled = Math.min(1, progress / LANDED);
  const after = Math.max(0, (progress - LANDED) / (1 - LANDED));
  const isLost = fate === 'dropped';
  return {
    // It starts at once and comes to rest softly.
    share: 1 - (1 - travelled) ** 2.4,
    size: isLost ? 1 : 1 + GIVES * Math.sin(Math.PI * after),
    fallen: isLost ? FALL * after ** 2 : 0,
    opacity: isLost ? 1 - after : 1,
  };
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

/** Place among all moments of the arrival of this step; Infinity if it does not arrive. */
export function arrivalOf(layout: Layout, step: Step | undefined): number {
  const order = layout.moments.findIndex((moment) => moment.what === 'arrive' && moment.step.id === step?.id);
  return order < 0 ? Infinity : order;
}
