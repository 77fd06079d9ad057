import { describe, expect, it } from 'vitest';
import { compareSteps } from '../../../bridge/trace/step.ts';
import { HANDSHAKE } from '../../../web/recording/handshake.ts';
import { readTrace } from '../../../web/runs/trace-file.ts';

const segments = HANDSHAKE.filter((step) => step.kind === 'segment');
const call = (side: string, name: string) =>
  HANDSHAKE.filter((step) => step.kind === 'call').find((each) => each.side === side && each.name === name)!;

describe('the recorded handshake', () => {
  it('is what a trace file may hold, in the order of time', () => {
    const trace = {
      ...{
        format: 'aperto-trace',
        version: 1,
        startedAt: '2026-01-01T00:00:00Z',
        wire: 'lab',
        target: '10.77.0.2:65432',
      },
      ...{ script: [], sources: [], outcome: 'replied', durationUs: 0, steps: HANDSHAKE },
    };
    expect(readTrace(JSON.stringify(trace))).toMatchObject({ steps: HANDSHAKE });
    expect([...HANDSHAKE].sort(compareSteps)).toEqual(HANDSHAKE);
  });

  it('was seen: nothing in it is inferred', () =>
    expect(new Set(HANDSHAKE.map(({ evidence }) => evidence))).toEqual(new Set(['captured', 'observed'])));

  it('has the three segments, each on its way for at least 20 ms', () => {
    expect(segments.map(({ from, flags }) => `${from} ${flags.join('+')}`)).toEqual([
      'client SYN',
      'server SYN+ACK',
      'client ACK',
    ]);
    for (const { sentAt, arrivedAt = 0 } of segments) expect(arrivedAt - sentAt).toBeGreaterThanOrEqual(20_000);
  });

  it('begins at connect(), and its calls return when what they wait for has come', () => {
    expect(call('client', 'connect').at).toBe(0);
    expect(call('client', 'connect').returnedAt).toBeGreaterThan(segments[1]!.arrivedAt!);
    expect(call('server', 'accept').returnedAt).toBeGreaterThan(segments[2]!.arrivedAt!);
    expect(HANDSHAKE.every((step) => step.kind !== 'call' || step.returnedAt !== undefined)).toBe(true);
  });
});
