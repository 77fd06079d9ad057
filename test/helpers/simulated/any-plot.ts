import fc from 'fast-check';
import type { Act, Plot } from './connection.ts';

/** Any two programs, on a link with any faults. */

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('send' as const), bytes: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ do: fc.constant('wait' as const), us: fc.nat(40_000) }),
  fc.record({ do: fc.constant('recv' as const), all: fc.boolean() }),
  fc.constant<Act>({ do: 'shutdown' }),
);
const anyProgram: fc.Arbitrary<Act[]> = fc
  .tuple(fc.array(anyAct, { maxLength: 5 }), fc.boolean(), fc.nat(9))
  .map(([acts, readsToTheEnd, resets]) => [
    ...acts,
    ...(readsToTheEnd ? [{ do: 'recv', all: true } as const] : []),
    ...(resets === 0 ? [{ do: 'reset' } as const] : []),
  ]);

export const anyPlot: fc.Arbitrary<Plot> = fc.record({
  client: anyProgram,
  server: anyProgram,
  patienceUs: fc.constantFrom(1e9, 1e9, 1e9, 50_000),
  faults: fc.array(fc.constantFrom('none', 'none', 'none', 'drop', 'duplicate', 'overtaken'), { maxLength: 20 }),
  delayUs: fc.constantFrom(0, 5, 100, 30_000),
  readingUs: fc.constantFrom(0, 3, 50, 300),
  window: fc.integer({ min: 1, max: 4 }),
  listens: fc.nat(9).map((number) => number > 0),
  watched: fc.boolean(),
});
