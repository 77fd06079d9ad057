import { describe, expect, it } from 'vitest';
import { columnsFor } from '../../../../web/views/diagram/geometry/columns.ts';
import { leaders } from '../../../../web/views/call-outs/layout.ts';

describe('the lines to the call-outs', () => {
  it.each([320, 360, 679, 680, 900, 1280])('end in their call-outs and do not cross, %i wide', (width) => {
    const { clientCall, clientLine, serverLine } = columnsFor(width);
    const anchors = [
      { x: clientCall, y: 100 },
      { x: (clientLine + serverLine) / 2, y: 150 },
      { x: serverLine, y: 200 },
    ];
    const lines = leaders(anchors, width, 300);
    lines.forEach(([from, to], index) => {
      expect(from).toEqual(anchors[index]);
      expect(to.y).toBe(300);
      expect(to.x).toBeGreaterThan((index * width) / 3);
      expect(to.x).toBeLessThan(((index + 1) * width) / 3);
      // Nearly straight down.
      expect(Math.abs(to.x - from.x)).toBeLessThan(40);
    });
  });
});
