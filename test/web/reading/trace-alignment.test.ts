import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Step } from '../../../bridge/trace/step.ts';
import { growth, LESS_THAN_ITS_SQUARE } from '../../helpers/growth.ts';
import { align, signatureOf, type AlignedRow } from '../../../web/reading/trace-alignment.ts';
import { labTrace, seen, seenState, troubledTrace } from '../fixtures/lab-traces.ts';
import { call, longTrace, plainTrace, resetTrace, silentTrace } from '../fixtures/traces.ts';

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc
    .tuple(fc.constantFrom('client', 'server'), fc.constantFrom('send', 'recv'), fc.nat(2))
    .map(([side, name, bytes]) => call(side as 'client', name as 'recv', 0, 1, { bytes })),
  fc
    .tuple(fc.constantFrom('client', 'server'), fc.constantFrom('SYN', 'ACK'), fc.nat(2), fc.boolean())
    .map(([side, flag, length, isCopy]) =>
      seen(side as 'client', [flag as 'ACK'], 0, 1, { length, ...(isCopy && { retransmissionOf: 'x' }) }),
    ),
  fc.constantFrom('ESTABLISHED', 'CLOSED').map((to) => seenState('server', 'LISTEN', to as 'CLOSED', 0)),
);
const anyTrace = fc.array(anyStep, { maxLength: 40 });
const of = (rows: readonly AlignedRow[], name: 'first' | 'second') =>
  rows.flatMap((row) => (row[name] === undefined ? [] : [row[name]]));

function expectAligned(one: readonly Step[], two: readonly Step[]): AlignedRow[] {
  const rows = align(one, two);
  // Every step once, and in order.
  expect(of(rows, 'first')).toEqual(one.map((_, index) => index));
  expect(of(rows, 'second')).toEqual(two.map((_, index) => index));
  for (const { first, second, elsewhere } of rows) {
    if (elsewhere === undefined && (first === undefined || second === undefined)) continue;
    expect(signatureOf(one[first ?? elsewhere!]!)).toBe(signatureOf(two[second ?? elsewhere!]!));
    expect([first, second, elsewhere]).toContain(undefined);
  }
  return rows;
}

describe('two traces side by side', () => {
  it('has every step once and in order, and what stands in one row is the same', () =>
    fc.assert(fc.property(anyTrace, anyTrace, (one, two) => void expectAligned(one, two))));

  it('tells of what only one has exactly how many there are, and pairs what changed places', () =>
    fc.assert(
      fc.property(anyTrace, anyTrace, (one, two) => {
        const rows = align(one, two);
        const signatures = [...new Set([...one, ...two].map(signatureOf))];
        const count = (steps: readonly Step[], wanted: string) =>
          steps.filter((step) => signatureOf(step) === wanted).length;
        const surplus = signatures.map((each) => Math.max(0, count(one, each) - count(two, each)));
        const only = rows.filter(({ second, elsewhere }) => second === undefined && elsewhere === undefined);
        expect(only.length).toBe(surplus.reduce((sum, each) => sum + each, 0));
        // Who is elsewhere is met there, and points back.
        for (const { first, elsewhere } of rows)
          if (first !== undefined && elsewhere !== undefined)
            expect(rows).toContainEqual({ second: elsewhere, elsewhere: first });
      }),
    ));

  it('of a trace beside itself has no gap', () =>
    fc.assert(
      fc.property(anyTrace, (steps) => {
        for (const { first, second } of align(steps, steps)) expect(first).toBe(second);
      }),
    ));

  it('shows a retransmission as a gap on the other side', () => {
    const clean = labTrace();
    const lost = clean.find((step) => step.kind === 'segment' && step.flags.includes('SYN'))!;
    const lossy = clean.flatMap((step) =>
      step === lost
        ? [{ ...step, fate: 'dropped' as const }, seen('client', ['SYN'], 900, 1500, { retransmissionOf: step.id })]
        : [step],
    );
    const gaps = expectAligned(clean, lossy).filter(({ first, second }) => first === undefined || second === undefined);
    expect(gaps).toEqual([{ second: clean.indexOf(lost) + 1 }]);
  });

  it('shows what races in another order as moved, not as missing', () => {
    const [first, second] = [call('client', 'recv', 1), call('server', 'accept', 2)];
    const rows = expectAligned([first, second], [second, first]);
    expect(rows.filter(({ elsewhere }) => elsewhere !== undefined)).toHaveLength(2);
    expect(rows).toHaveLength(3);
  });

  it('keeps segments in one row rather than calls', () => {
    const segment = seen('client', ['ACK'], 2, 3);
    const [connect, send] = [call('client', 'connect', 1), call('client', 'send', 4)];
    const rows = expectAligned([connect, send, segment], [segment, connect, send]);
    expect(rows).toContainEqual({ first: 2, second: 0 });
  });

  it.each([
    ['clean and troubled', labTrace(), troubledTrace()],
    ['captured and inferred', labTrace(), plainTrace()],
    ['answered and silent', plainTrace(), silentTrace()],
    ['answered and reset', plainTrace(), resetTrace()],
    ['something and nothing', plainTrace(), []],
  ])('of %s is whole', (_, one, two) => {
    expectAligned(one, two);
    expectAligned(two, one);
  });

  it('is whole with thousands of steps, and takes time proportional to their number', () => {
    const rows = expectAligned(longTrace(5000), longTrace(4000));
    expect(rows.filter(({ first, second }) => first !== undefined && second !== undefined)).toHaveLength(4000);
    const aligning = (count: number) => {
      const [first, second] = [longTrace(count), longTrace(count - 100)];
      return () => void align(first, second);
    };
    // Each trace is compared in windows of 1500 steps: below that, the time does grow with the square.
    expect(growth(aligning(3000), aligning(12_000))).toBeLessThan(LESS_THAN_ITS_SQUARE);
  });
});
