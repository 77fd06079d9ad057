import { TraceBuilder } from '../../../bridge/trace/inference/trace-builder.ts';
import type { Trace } from '../../../bridge/trace/trace.ts';
import { SimulatedConnection, type Plot } from '../../helpers/simulated/connection.ts';

/** Of every ten packets, one is lost, one is copied by the link, and one is overtaken. */
const FAULTS = ['none', 'none', 'drop', 'none', 'none', 'none', 'duplicate', 'none', 'none', 'overtaken'] as const;
const STEPS_PER_SEND = 3.5;

/** A saved trace of this many steps: two simulated kernels on a link that loses, copies and reorders. */
export function longTrace(count: number): Trace {
  const sends = Math.ceil(count / STEPS_PER_SEND);
  const plot: Plot = {
    client: [...Array.from({ length: sends }, () => ({ do: 'send', bytes: 3 }) as const), { do: 'recv', all: true }],
    server: [{ do: 'recv', all: true }],
    patienceUs: 1e9,
    faults: Array.from({ length: 12 * sends }, (_, index) => FAULTS[index % FAULTS.length]!),
    delayUs: 30_000,
    readingUs: 3,
    window: 4,
    listens: true,
    watched: true,
  };
  const builder = new TraceBuilder();
  for (const report of new SimulatedConnection(plot).reports) builder.report(report);
  const steps = builder.steps({ captured: true, serverWatched: 'yes', final: true, now: 1e9 });
  return {
    format: 'aperto-trace',
    version: 1,
    startedAt: '2026-01-01T00:00:00.000Z',
    wire: 'lab',
    target: '10.77.0.2:65432',
    sources: [{ name: 'capture', active: true }],
    script: [{ do: 'send', hex: '0079' }, { do: 'recv' }, { do: 'close' }],
    outcome: 'silent',
    durationUs: steps.at(-1)!.at,
    steps: steps.slice(0, count),
  };
}
