/**
 * Drawings are laid out in units of their own: a unit is a pixel at the usual text size of 16 px. They are shown in rem,
 * so that their words grow with the reader's own text size, as all words of the page do.
 */
const UNITS_IN_REM = 16;

/** A length of a drawing, as CSS. */
export function inRem(units: number): string {
  return `${units / UNITS_IN_REM}rem`;
}

/** How many units of a drawing a length on the screen is. */
export function inUnits(pixels: number): number {
  return (pixels * UNITS_IN_REM) / pixelsInRem();
}

/** How many pixels of the screen a length of a drawing is. */
export function inPixels(units: number): number {
  return (units * pixelsInRem()) / UNITS_IN_REM;
}

/** Known for one frame: to ask in the middle of changes makes the browser compute all styles at once. */
let known: number | undefined;

function pixelsInRem(): number {
  if (known === undefined) {
    known = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
    requestAnimationFrame(() => (known = undefined));
  }
  return known;
}
