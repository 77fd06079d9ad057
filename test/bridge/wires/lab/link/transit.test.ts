import { afterEach, expect, test, vi } from 'vitest';
import type { Segment } from '../../../../../bridge/trace/step.ts';
import { Rate } from '../../../../../bridge/wires/lab/link/faults/rate.ts';
import { Transit } from '../../../../../bridge/wires/lab/link/transit.ts';

afterEach(() => vi.useRealTimers());

const segment: Segment = {
  kind: 'segment',
  id: 'syn',
  side: 'client',
  at: 0,
  evidence: 'captured',
  from: 'client',
  flags: ['SYN'],
  seq: 0,
  length: 0,
  payload: '',
  sentAt: 0,
  fate: 'underway',
};
const DAY_MS = 24 * 60 * 60 * 1000;

test.each([
  ['1e-7 kbit/s takes longer than any timer can wait', 1e-7, 0],
  ['1 kbit/s takes less than a day', 1, 1],
])('a packet at %s', (_, kbitPerSecond, delivered) => {
  vi.useFakeTimers();
  const travel = { arrivesAt: 0 } as Parameters<Rate['apply']>[0];
  new Rate(kbitPerSecond).apply(travel, { packetLength: 60 } as Parameters<Rate['apply']>[1]);
  const packets: Uint8Array[] = [];
  const transit = new Transit((_side, packet) => packets.push(packet), false);
  transit.send({ segment, packet: new Uint8Array(60), arrivesAt: travel.arrivesAt }, 0);
  vi.advanceTimersByTime(DAY_MS);
  expect(packets).toHaveLength(delivered);
  expect(transit.size).toBe(1);
});
