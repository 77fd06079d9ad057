/** A rectangle around its centre, turned by `angle` degrees. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  angle: number;
}

/** Of a line of words. */
export const HEIGHT_OF_WORDS = 14;

/** Whether two turned rectangles share ground: no axis separates them. */
export function overlap(a: Box, b: Box): boolean {
  return [a.angle, a.angle + 90, b.angle, b.angle + 90].every((angle) => {
    const distance = Math.abs(along(angle, b.x - a.x, b.y - a.y));
    return distance < reach(a, angle) + reach(b, angle);
  });
}

/** From its top to its bottom, turned as it is. */
export function heightOf(box: Box): number {
  return 2 * reach(box, 90);
}

/** How far the box reaches from its centre in that direction. */
function reach(box: Box, angle: number): number {
  const turned = ((angle - box.angle) * Math.PI) / 180;
  return (Math.abs(Math.cos(turned)) * box.width + Math.abs(Math.sin(turned)) * box.height) / 2;
}

function along(angle: number, x: number, y: number): number {
  const radians = (angle * Math.PI) / 180;
  return x * Math.cos(radians) + y * Math.sin(radians);
}
