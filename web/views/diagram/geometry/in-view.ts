import type { Layout } from './layout.ts';

/** A picture shorter than this is drawn whole. In each frame, the browser paints again what is drawn. */
const SHORT = 3000;
/** Drawn above and below what is in sight, so that scrolling meets no gap. */
const MARGIN = 600;
/** After how many units of scrolling the drawn part changes. */
const STRIDE = 300;

/** So many dashed lines from a repeated segment to its copies are seen apart from one another. */
const MOST_LINKS = 24;
/** Lines that pass right through what is in sight fill the wire if there are more: every nth one is drawn then. */
const MOST_PASSING = 200;

/** From where the picture is drawn, in units from its top. `scrolled` is where the part in sight begins. */
export function drawnFrom(scrolled: number, height: number): number {
  return height <= SHORT ? -Infinity : Math.floor(scrolled / STRIDE) * STRIDE - MARGIN;
}

/** The part of a picture that is drawn: all of it from −Infinity, or else what reaches into the `room` in sight. */
export function inView(layout: Layout, top: number, room: number) {
  const bottom = top === -Infinity ? Infinity : top + room + STRIDE + 2 * MARGIN;
  const reaches = (from: number, to: number) => Math.min(from, to) <= bottom && Math.max(from, to) >= top;
  const long = <Shape extends Bar>(shapes: Shape[]) =>
    uncovered(
      shapes.filter(({ y, end }) => reaches(y, end)),
      top,
      bottom,
    );
  const labelled = <Shape extends { label: { y: number } }>(shapes: Shape[]) =>
    shapes.filter(({ label }) => reaches(label.y, label.y));
  const rows = new Set<number>();
  /** Steps that are folded share a row. */
  const isFirstThere = (y: number) => !rows.has(y) && rows.add(y) !== undefined;
  return {
    foldedCalls: long(layout.foldedCalls),
    folds: layout.folds.filter(({ y1, y2 }) => reaches(y1, y2)),
    breaks: layout.breaks.map((shape, index) => ({ shape, index })).filter(({ shape: { y } }) => reaches(y, y)),
    calls: long(layout.calls),
    bands: long(layout.bands),
    segments: segmentsIn(layout, top, bottom),
    wakes: layout.wakes.filter(({ y1, y2 }) => reaches(y1, y2)),
    flags: labelled(layout.flags),
    lines: labelled(layout.lines),
    foldedLines: labelled(layout.foldedLines),
    moments: layout.moments.filter(({ y }) => reaches(y, y)),
    places: layout.places.map(({ y }, index) => ({ y, index })).filter(({ y }) => reaches(y, y) && isFirstThere(y)),
  };
}

interface Bar {
  x: number;
  y: number;
  end: number;
}

/** Without the bars of which nothing is seen, because a later one that also comes from above is drawn over them. */
function uncovered<Shape extends Bar>(shapes: Shape[], top: number, bottom: number): Shape[] {
  const placeOf = ({ x, end }: Shape) => `${x} ${Math.min(end, bottom)}`;
  const last = new Map<string, Shape>();
  for (const shape of shapes) if (shape.y < top) last.set(placeOf(shape), shape);
  return shapes.filter((shape) => shape.y >= top || last.get(placeOf(shape)) === shape);
}

/** Segments whose arrow is in sight; and some of those of which only the line to another copy is. */
function segmentsIn({ segments }: Layout, top: number, bottom: number): Layout['segments'] {
  const passes = ({ y1, y2 }: Layout['segments'][number]) => y1 < top && y2 > bottom;
  const every = Math.ceil(segments.filter(passes).length / MOST_PASSING);
  let [links, passing] = [0, 0];
  return segments.filter((segment) => {
    const { y1, y2, copyOfY = y1 } = segment;
    if (passes(segment)) return passing++ % every === 0;
    if (y1 <= bottom && y2 >= top) return true;
    return Math.min(y1, copyOfY) <= bottom && Math.max(y1, copyOfY) >= top && links++ < MOST_LINKS;
  });
}
