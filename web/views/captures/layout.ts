/** Height of a line, in rem: two lines of text on a narrow screen. */
export const LINE = { wide: 1.75, narrow: 3.25 };
/** Lines beyond both edges of what is seen: scrolling then shows no gap. */
const BEYOND = 8;

/** The lines that have to be drawn: from this one, up to but without that one. All in pixels. */
export function linesInView(count: number, scrolled: number, height: number, line: number): [from: number, to: number] {
  const first = Math.floor(scrolled / line) - BEYOND;
  const end = Math.ceil((scrolled + height) / line) + BEYOND;
  return [Math.max(0, Math.min(first, count)), Math.min(count, Math.max(0, end))];
}

/** How far to scroll so that a line is seen: as little as possible. */
export function scrolledTo(place: number, scrolled: number, height: number, line: number): number {
  const top = place * line;
  if (top < scrolled) return top;
  return top + line > scrolled + height ? top + line - height : scrolled;
}
