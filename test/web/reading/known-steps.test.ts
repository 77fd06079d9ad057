import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTimeOrder, type Step } from '../../../bridge/trace/step.ts';
import { beatsOf } from '../../../web/playback/beats.ts';
import { knownSteps } from '../../../web/reading/known-steps.ts';
import { momentsOf } from '../../../web/reading/moments.ts';
import { anyPlot } from '../../helpers/simulated/any-plot.ts';
import { SimulatedConnection } from '../../helpers/simulated/connection.ts';
import { toldCaptured } from '../../helpers/simulated/told-captured.ts';
import { anyAgreeing } from '../fixtures/agreeing-traces.ts';
import { anyTrace } from '../fixtures/any-steps.ts';
import { call, segment, state } from '../fixtures/traces.ts';

const anyConnection = anyPlot.map((plot) =>
  toldCaptured(new SimulatedConnection(plot).reports, { serverWatched: plot.watched ? 'yes' : 'no', now: 1e9 }),
);
const anySteps: fc.Arbitrary<Step[]> = fc.oneof(anyTrace, anyConnection);

const knownAt = (steps: Step[], time: number) => {
  const moments = momentsOf(inTimeOrder(steps));
  return knownSteps(
    moments,
    moments.findLastIndex((moment) => moment.time <= time),
  );
};

describe('what is known of a trace at a moment', () => {
  it('is the same for two traces that agree up to there, to the letter', () =>
    fc.assert(
      fc.property(anyAgreeing(anySteps), ({ one, other, last }) => {
        const [moments, others] = [momentsOf(one), momentsOf(other)];
        expect(JSON.stringify(knownSteps(others, last))).toBe(JSON.stringify(knownSteps(moments, last)));
        const isPassed = ({ moment }: { moment: number }) => moment <= last;
        const beats = (of: typeof moments) =>
          beatsOf(of, false)
            .filter(isPassed)
            .map(({ id, ms, waitMs, what, at, moment }) => [id, ms, waitMs, what, at, moment]);
        expect(beats(others)).toEqual(beats(moments));
      }),
      { numRuns: 500 },
    ));

  it('never becomes less, and is the whole trace at its end', () =>
    fc.assert(
      fc.property(anyConnection, (steps) => {
        const moments = momentsOf(steps);
        let before = 0;
        moments.forEach((_, index) => {
          const known = knownSteps(moments, index);
          expect(known.length).toBeGreaterThanOrEqual(before);
          before = known.length;
        });
        // Only what nobody saw arrive, and what was looked at after the last moment, is not known yet.
        const isOpen = (step: Step) => (step.kind === 'segment' ? step.arrivedAt === undefined : step.kind === 'state');
        const end = knownSteps(moments, moments.length - 1).map((step, index) => (isOpen(step) ? steps[index] : step));
        expect(end).toEqual(steps);
      }),
      { numRuns: 100 },
    ));

  it('has the moments of the trace, up to there', () =>
    fc.assert(
      fc.property(anySteps, fc.double({ min: 0, max: 1, noNaN: true }), (steps, where) => {
        const moments = momentsOf(inTimeOrder(steps));
        const last = Math.min(moments.length - 1, Math.floor(where * moments.length));
        const named = (all: typeof moments) => all.map(({ what, step, time }) => `${what} ${step.id} ${time}`);
        expect(named(momentsOf(knownSteps(moments, last)))).toEqual(named(moments.slice(0, last + 1)));
      }),
    ));

  it('has a call without its return, result and harvest until it returns', () => {
    const recv = call('server', 'recv', 10, 90, { id: 'recv', bytes: 2, payload: '0079' });
    const accept = call('server', 'accept', 5, 95, { id: 'accept', peer: '10.77.0.1:40001' });
    const [blockedAccept, blockedRecv] = knownAt([recv, accept], 50);
    expect([blockedAccept, blockedRecv].map((each) => Object.keys(each!).sort())).toEqual(
      Array.from({ length: 2 }, () => ['args', 'at', 'evidence', 'id', 'kind', 'name', 'side', 'startedAt']),
    );
    expect(knownAt([recv, accept], 95)).toEqual([accept, recv]);
  });

  it('has what a send() is given, and where a connect() goes, from the beginning', () => {
    const send = call('client', 'send', 10, 90, { bytes: 2, payload: '0079' });
    const connect = call('client', 'connect', 0, 60, { peer: '10.77.0.2:65432' });
    expect(knownAt([send, connect], 10)).toMatchObject([{ peer: '10.77.0.2:65432' }, { bytes: 2, payload: '0079' }]);
  });

  it('has a segment under way until it arrives, and a lost one lost at once', () => {
    const data = segment('client', ['ACK'], 0, 40, { id: 'data', woke: 'recv', length: 2 });
    const lost = segment('server', ['ACK'], 1, undefined, { fate: 'dropped' });
    const recv = call('server', 'recv', -5, 45, { id: 'recv', bytes: 2 });
    const at = (time: number) => knownAt([data, lost, recv], time).find(({ id }) => id === 'data');
    expect(knownAt([data, lost, recv], 2)).toMatchObject([{ id: 'recv' }, { fate: 'underway' }, { fate: 'dropped' }]);
    expect(at(2)).not.toHaveProperty('arrivedAt');
    expect(at(40)).toMatchObject({ fate: 'delivered', arrivedAt: 40 });
    // It has woken the call only when the call returns.
    expect(at(40)).not.toHaveProperty('woke');
    expect(at(45)).toEqual(data);
  });

  it('has no sighting of a state before it was made', () => {
    const seen = { ...state('client', 'CLOSED', 'SYN_SENT', 5), seenAt: 30 };
    expect(knownAt([seen, call('client', 'send', 10)], 10)[0]).not.toHaveProperty('seenAt');
    expect(knownAt([seen, call('client', 'send', 30)], 30)[0]).toEqual(seen);
  });
});
