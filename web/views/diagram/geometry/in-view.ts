import type { Layout } from './layout.ts';

/** A picture shorter than this is drawn whole. In each frame, the browser paints again what is drawn. */
const SHORT = 3000;
/** Drawn above and below what is in sight, so that scrolling meets no gap. */
const MARGIN = 600;
/** After how many units of scrolling the drawn part changes. */
const STRIDE = 300;

/** From where the picture is drawn, in units from its top. `scrolled` is where the part in sight begins. */
export function drawnFrom(scrolled: number, height: number): number {
  return height <= SHORT ? -Infinity : Math.floor(scrolled / STRIDE) * STRIDE - MARGIN;
}

/** The part of a picture that is drawn: all of it from −Infinity, or else what reaches into the `room` in sight. */
export function inView(layout: Layout, top: number, room: number) {
  const bottom = top === -Infinity ? Infinity : top + room + STRIDE + 2 * MARGIN;
  const reaches = (from: number, to: number) => Math.min(from, to) <= bottom && Math.max(from, to) >= top;
  const long = <Shape extends { y: number; end: number }>(shapes: Shape[]) =>
    shapes.filter(({ y, end }) => reaches(y, end));
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
    segments: layout.segments.filter(({ y1, y2, copyOfY = y1 }) => reaches(Math.min(y1, copyOfY), y2)),
    wakes: layout.wakes.filter(({ y1, y2 }) => reaches(y1, y2)),
    flags: labelled(layout.flags),
    lines: labelled(layout.lines),
    moments: layout.moments.filter(({ y }) => reaches(y, y)),
    places: layout.places.map(({ y }, index) => ({ y, index })).filter(({ y }) => reaches(y, y) && isFirstThere(y)),
  };
}
