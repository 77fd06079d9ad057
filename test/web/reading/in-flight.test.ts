import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tracePcap } from '../../../bridge/packet/capture-file/trace-pcap.ts';
import { otherSide, type Segment, type Side } from '../../../bridge/trace/step.ts';
import { inFlightOf } from '../../../web/reading/in-flight.ts';
import { hasTshark } from '../../helpers/packets/tshark.ts';
import { anyTransfer } from '../fixtures/any-steps.ts';
import { labTrace, seen } from '../fixtures/lab-traces.ts';

const data = (from: Side, seq: number, length: number, at: number, ack = 1) =>
  seen(from, ['PSH', 'ACK'], at, at + 10, { seq, ack, length, payload: '61'.repeat(length) });

describe('bytes in flight', () => {
  it('grow with what is sent, and shrink when an acknowledgment arrives', () => {
    const steps = [
      data('client', 1, 100, 0),
      data('client', 101, 100, 1),
      seen('server', ['ACK'], 20, 30, { seq: 1, ack: 101, window: 500 }),
      data('client', 201, 100, 25),
      seen('server', ['ACK'], 40, undefined, { seq: 1, ack: 301, fate: 'dropped' }),
    ];
    expect(inFlightOf(steps, 'client').map(({ what, bytes, window }) => [what, bytes, window])).toEqual([
      ['sent', 100, undefined],
      ['sent', 200, undefined],
      ['sent', 300, undefined],
      ['heard', 200, 500],
    ]);
  });

  it('do not count a SYN, a FIN or a repetition', () => {
    const bytes = inFlightOf(labTrace(), 'client').map((sample) => sample.bytes);
    expect([Math.max(...bytes), bytes.at(-1)]).toEqual([2, 0]);
    const again = { ...data('client', 1, 100, 9), retransmissionOf: 'one' };
    expect(inFlightOf([data('client', 1, 100, 0), again], 'client').map((sample) => sample.bytes)).toEqual([100, 100]);
  });

  it('whatever the trace: never negative, and never more than was sent', () =>
    fc.assert(
      fc.property(anyTransfer, fc.constantFrom<Side>('client', 'server'), (steps, side) => {
        let furthest = 0;
        for (const { id, what, bytes } of inFlightOf(steps, side)) {
          const segment = steps.find((step) => step.id === id) as Segment;
          if (what === 'sent') furthest = Math.max(furthest, segment.seq + segment.length);
          expect(bytes).toBeGreaterThanOrEqual(0);
          expect(bytes).toBeLessThanOrEqual(furthest);
        }
      }),
    ));

  it.skipIf(!hasTshark)('are what tshark finds in a capture', () =>
    fc.assert(
      fc.property(anyExchange, (acts) => {
        const steps = exchange(acts);
        const ours = steps
          .filter(({ length }) => length > 0)
          .map(({ id, from }) => inFlightOf(steps, from).find((sample) => sample.id === id)!.bytes);
        expect(ours).toEqual(bytesInFlightByTshark(steps));
      }),
      { numRuns: 12 },
    ),
  );
});

const anyExchange = fc.array(
  fc.record({ from: fc.constantFrom<Side>('client', 'server'), length: fc.constantFrom(0, 1, 10, 100) }),
  { minLength: 5, maxLength: 60 },
);

/** Both sides send in order. A segment without data acknowledges the first of the peer's that is still in flight. */
function exchange(acts: readonly { from: Side; length: number }[]): Segment[] {
  const next = { client: 1, server: 1 };
  const acknowledged = { client: 1, server: 1 };
  const unacknowledged: Record<Side, number[]> = { client: [], server: [] };
  // As a capture sees it: what passes has arrived.
  const at = (order: number) => [order * 10, order * 10] as const;
  return acts.map(({ from, length }, order) => {
    const to = otherSide(from);
    if (length === 0) acknowledged[to] = unacknowledged[to].shift() ?? acknowledged[to];
    const made = seen(from, length > 0 ? ['PSH', 'ACK'] : ['ACK'], ...at(order), {
      seq: next[from],
      ack: acknowledged[to],
      length,
      payload: '61'.repeat(length),
    });
    next[from] += length;
    if (length > 0) unacknowledged[from].push(next[from]);
    return made;
  });
}

function bytesInFlightByTshark(steps: readonly Segment[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'in-flight-'));
  try {
    const file = join(folder, 'exchange.pcap');
    writeFileSync(file, tracePcap({ startedAt: '2026-01-01T00:00:00.000Z', steps }));
    const options = ['-r', file, '-Y', 'tcp.len > 0', '-T', 'fields', '-e', 'tcp.analysis.bytes_in_flight'];
    const text = execFileSync('tshark', options, { encoding: 'utf8', stdio: 'pipe' });
    return text.split('\n').filter(Boolean).map(Number);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
