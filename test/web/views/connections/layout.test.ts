import fc from 'fast-check';
import { expect, test } from 'vitest';
import { axisOf, barOf, linesInView } from '../../../../web/views/connections/layout.ts';

test('all bars lie on the one axis', () => {
  const span = fc.tuple(fc.integer({ min: -1000, max: 1e6 }), fc.nat(1e6)).map(([at, us]) => ({ at, endAt: at + us }));
  fc.assert(
    fc.property(fc.array(span, { minLength: 1 }), (spans) => {
      const axis = axisOf(spans);
      for (const each of spans) {
        const { left, width } = barOf(each, axis);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(1 + 1e-9);
      }
    }),
  );
});

test('the lines in sight are drawn, and few others', () => {
  expect(linesInView(103, 0, 144, 24)).toEqual([0, 12]);
  expect(linesInView(10_000, 24 * 5000, 144, 24)).toEqual([4994, 5012]);
  expect(linesInView(3, 0, 144, 24)).toEqual([0, 3]);
  expect(linesInView(3, 9999, 144, 24)).toEqual([3, 3]);
});
