import fc from 'fast-check';
import { expect, test } from 'vitest';
import { knownConnections } from '../../../web/reading/known-connections.ts';
import type { Call, Step } from '../../../bridge/trace/step.ts';

const call = (name: Call['name'], at: number, returnedAt: number | undefined, more: Partial<Call> = {}): Call => ({
  kind: 'call',
  id: `client.${name}`,
  at,
  side: 'client',
  evidence: 'observed',
  name,
  args: [],
  startedAt: at,
  ...(returnedAt !== undefined && { returnedAt, result: 'ok' }),
  ...more,
});

const replied = (at: number): Step[] => [
  { ...call('socket', at, at + 1) },
  call('connect', at + 2, at + 10, { peer: '10.77.0.2:80' }),
  call('recv', at + 12, at + 20, { bytes: 3, payload: '504152' }),
  call('close', at + 25, at + 26),
];
const refused = (at: number): Step[] => [call('connect', at, at + 5, { peer: '10.77.0.2:81', result: 'ECONNREFUSED' })];

test('a connection appears when its client has begun, and has ended when that was seen', () => {
  const connections = [replied(0), refused(15)];
  const at = (time: number) =>
    knownConnections(connections, 0, time).map(({ connection, outcome }) => [connection, outcome]);
  expect(at(-1)).toEqual([]);
  expect(at(14)).toEqual([[0, undefined]]);
  expect(at(16)).toEqual([
    [0, undefined],
    [1, undefined],
  ]);
  expect(at(24)).toEqual([
    [0, undefined],
    [1, 'refused'],
  ]);
  expect(at(Infinity)).toEqual([
    [0, 'replied'],
    [1, 'refused'],
  ]);
});

test('at the end, connections without steps are listed too', () => {
  const summary = { connection: 1, at: 5, endAt: 9, peer: '10.77.0.2:80', outcome: 'reset' as const };
  expect(knownConnections([replied(0)], 0, 20, [summary])).toHaveLength(1);
  expect(knownConnections([replied(0)], 0, Infinity, [summary])[1]).toEqual({ ...summary, hasSteps: false });
});

test('whatever happens later, the list is the same', () => {
  const plan = fc.array(fc.record({ at: fc.nat(60), isRefused: fc.boolean() }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(plan, plan, fc.nat(80), (one, more, now) => {
      const steps = ({ at, isRefused }: { at: number; isRefused: boolean }) => (isRefused ? refused(at) : replied(at));
      const cut = (all: Step[]): Step[] =>
        all.flatMap((step) => {
          if (step.at > now || step.kind !== 'call') return [];
          const { returnedAt, result: _result, bytes: _bytes, payload: _payload, ...begun } = step;
          return returnedAt !== undefined && returnedAt > now ? [begun] : [step];
        });
      const whole = one.map(steps);
      const later = more.map((each) => steps({ ...each, at: each.at + now + 1 }));
      const other = [...whole.map(cut), ...later];
      expect(knownConnections(other, 0, now)).toEqual(knownConnections(whole, 0, now));
    }),
  );
});
