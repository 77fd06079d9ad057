import type { SketchTone, Stroke } from '../../scenarios/sketches.ts';

/** The room of a sketch, in its own units. */
export const SKETCH = { width: 120, height: 64 } as const;
/** The lifelines of the client and of the server. */
export const CLIENT = 14;
export const SERVER = SKETCH.width - CLIENT;
const TOP = 7;
const BOTTOM = SKETCH.height - 7;
/** The farthest that the beginnings of two segments are apart. */
const MOST_APART = 12;
/** How much lower a segment arrives than it left. */
const SLOPE = 7;
const HALFWAY = (CLIENT + SERVER) / 2;

/** An arrow of a sketch. */
export interface SketchArrow {
  tone: SketchTone;
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** It ends on the wire, with a cross. */
  isLost: boolean;
  /** It begins on the wire: a copy that the wire made. */
  isCopy: boolean;
  isThick: boolean;
}

/** The arrows of a sketch, from top to bottom. A short sketch stands in the middle. */
export function sketchLayout(strokes: readonly Stroke[]): SketchArrow[] {
  const apart = Math.min(MOST_APART, (BOTTOM - TOP - SLOPE) / Math.max(1, strokes.length - 1));
  const first = (SKETCH.height - apart * (strokes.length - 1) - SLOPE) / 2;
  return strokes.flatMap((stroke, index): SketchArrow[] => {
    if (stroke === 'wait') return [];
    const [what = '', mark] = stroke.split(' ');
    const [from, to] = what.startsWith('>') ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const y1 = first + index * apart;
    const arrow = {
      tone: what.slice(1) as SketchTone,
      x1: from,
      y1,
      x2: mark === 'lost' ? HALFWAY : to,
      y2: y1 + (mark === 'lost' ? SLOPE / 2 : mark === 'late' ? SLOPE + 2 * apart : SLOPE),
      isLost: mark === 'lost',
      isCopy: false,
      isThick: mark === 'much',
    };
    if (mark !== 'twice') return [arrow];
    const copy = { ...arrow, x1: HALFWAY, y1: y1 + SLOPE / 2, y2: y1 + SLOPE + apart / 2, isCopy: true };
    return [arrow, copy];
  });
}
