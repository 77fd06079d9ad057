import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSteps, type Step } from '../../../../../bridge/trace/step.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { RIBBON_WIDTH, ribbonWidth } from '../../../../../web/views/diagram/geometry/ribbons.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { anyTrace, anyTransfer } from '../../../fixtures/any-steps.ts';
import { labTrace, seen } from '../../../fixtures/lab-traces.ts';

const words = pictureWords(await Language.load('en'), true);
const columns = columnsFor(1000);
const draw = (steps: Step[]) => layoutOf([...steps].sort(compareSteps), columns, words);

describe('the ribbon of bytes in flight', () => {
  it('stands beside a sender of more than three data segments, on the side of the wire', () => {
    expect(draw(labTrace()).ribbons).toEqual([]);
    const segments = [0, 1, 2, 3].map((nth) =>
      seen('server', ['PSH', 'ACK'], nth * 10, 1000 + nth, { seq: 1 + nth * 1448, ack: 1, length: 1448 }),
    );
    const [ribbon, ...others] = draw(segments).ribbons;
    expect([ribbon!.side, others]).toEqual(['server', []]);
    expect(ribbon!.x).toBeLessThan(columns.serverLine);
    expect(ribbon!.inward).toBe(-1);
    // Four folded segments share a row, which shows the most that was in flight.
    expect(ribbon!.rows.map(({ bytes }) => bytes)).toEqual([4 * 1448]);
  });

  it('is wider for more bytes, shows a single segment, and never grows beyond its width', () => {
    expect(ribbonWidth(0)).toBe(0);
    expect(ribbonWidth(1448)).toBeGreaterThan(2);
    expect(ribbonWidth(65_536)).toBeLessThan(ribbonWidth(262_144));
    expect(ribbonWidth(1e12)).toBe(RIBBON_WIDTH);
  });

  it('whatever the trace: goes down the picture, within its width', () =>
    fc.assert(
      fc.property(fc.oneof(anyTrace, anyTransfer), (steps) => {
        const { ribbons, height } = draw(steps);
        for (const { rows } of ribbons)
          rows.forEach(({ y, filled, outline }, index) => {
            expect(y).toBeGreaterThan(rows[index - 1]?.y ?? 0);
            expect(y).toBeLessThan(height);
            for (const width of [filled, outline]) {
              expect(width).toBeGreaterThanOrEqual(0);
              expect(width).toBeLessThanOrEqual(RIBBON_WIDTH);
            }
          });
      }),
    ));
});
