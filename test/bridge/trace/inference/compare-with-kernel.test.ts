import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareWithKernel, type JudgedState } from '../../../../bridge/trace/inference/compare-with-kernel.ts';
import type { Draft } from '../../../../bridge/trace/draft-step.ts';
import type { Sighting } from '../../../../bridge/trace/report.ts';
import type { Side, State, Step, TcpState } from '../../../../bridge/trace/step.ts';
import {
  captured,
  listening,
  opening,
  plainCaptured,
  plainClient,
  plainServer,
  sighting,
} from '../../../helpers/simulated/reports.ts';
import { path, toldCaptured as told } from '../../../helpers/simulated/told-captured.ts';
import { states } from '../../../helpers/trace-checks.ts';

const run = [...plainClient, ...plainServer, ...plainCaptured];
/** What the client's kernel goes through in that run, and when it is seen there. */
const CLIENT: [TcpState, number][] = [
  ['SYN_SENT', 70],
  ['ESTABLISHED', 155],
  ['CLOSE_WAIT', 506],
  ['LAST_ACK', 547],
  ['CLOSED', 601],
];
const SERVER: [TcpState, number][] = [
  ['LISTEN', 80],
  ['SYN_RCVD', 95],
  ['ESTABLISHED', 205],
  ['FIN_WAIT_1', 437],
  ['TIME_WAIT', 575],
];
const seenAs = (side: Side, seen: readonly [TcpState, number][]): Sighting[] =>
  seen.map(([state, at]) => sighting(side, state, at));
const all = [...seenAs('client', CLIENT), ...seenAs('server', SERVER)];
const disagreements = (steps: readonly Step[]): State[] =>
  states(steps).filter(({ expected }) => expected !== undefined);
/** Each state of the client, with what is known of it. */
const known = (steps: readonly Step[]): [TcpState, string, number | undefined][] =>
  states(steps, 'client').map(({ to, evidence, seenAt }) => [to, evidence, seenAt]);

describe('a kernel that does what follows from the segments', () => {
  test('seen in each state: all are observed, and nothing is inferred of them', () => {
    const steps = told([...run, ...all]);
    expect(known(steps)).toEqual(CLIENT.map(([state, at]) => [state, 'observed', at]));
    expect(states(steps).every(({ evidence, reason }) => evidence === 'observed' && reason === undefined)).toBe(true);
    expect(path(steps, 'server')).toBe(SERVER.map(([state]) => state).join(' '));
    expect(disagreements(steps)).toEqual([]);
  });

  test('the states are in their places, caused by what caused them: only how they are known has changed', () => {
    const bare = (steps: readonly Step[]) =>
      states(steps).map(({ id, at, from, to, cause }) => ({ id, at, from, to, cause }));
    expect(bare(told([...run, ...all]))).toEqual(bare(told(run)));
  });

  test('TIME_WAIT that has run out: the kernel has forgotten the connection, as it said it would', () => {
    const expiring = sighting('server', 'TIME_WAIT', 575, 60_000);
    const forgotten = sighting('server', 'LISTEN', 61_000_000);
    const steps = told([...run, ...all, expiring, forgotten]);
    expect(disagreements(steps)).toEqual([]);
    expect(states(steps, 'server').at(-1)).toMatchObject({
      ...{ from: 'TIME_WAIT', to: 'CLOSED', at: 60_000_575, seenAt: 61_000_000, evidence: 'observed' },
    });
    const early = told([...run, ...all, expiring, sighting('server', 'LISTEN', 50_000_000)]);
    expect(disagreements(early)).toMatchObject([{ to: 'LISTEN', expected: 'TIME_WAIT' }]);
  });

  test('seen twice in a state, the first time counts', () => {
    const steps = told([...run, ...all, sighting('client', 'ESTABLISHED', 300)]);
    expect(known(steps)[1]).toEqual(['ESTABLISHED', 'observed', 155]);
  });

  test('a state in between, in which nobody saw it, stays inferred', () => {
    const steps = told([...run, ...all.filter(({ side, state }) => side === 'server' || state !== 'CLOSE_WAIT')]);
    expect(known(steps)).toEqual([
      ['SYN_SENT', 'observed', 70],
      ['ESTABLISHED', 'observed', 155],
      ['CLOSE_WAIT', 'inferred', undefined],
      ['LAST_ACK', 'observed', 547],
      ['CLOSED', 'observed', 601],
    ]);
    expect(disagreements(steps)).toEqual([]);
  });

  test('whatever sightings are missing, nothing is told against it', () => {
    fc.assert(
      fc.property(fc.subarray(all), (some) => {
        const steps = told([...run, ...some]);
        expect(disagreements(steps)).toEqual([]);
        for (const { side, state } of some) if (state !== 'LISTEN') expect(path(steps, side)).toContain(state);
        expect(
          states(steps).filter(({ evidence, seenAt }) => evidence === 'observed' && seenAt !== undefined),
        ).toHaveLength(some.filter(({ state }) => state !== 'LISTEN').length);
      }),
    );
  });

  test('a listening socket that answers for a connection that is not yet there, or no more, agrees', () => {
    const client = [sighting('client', 'CLOSED', 50), ...seenAs('client', CLIENT), sighting('client', 'CLOSED', 700)];
    expect(disagreements(told([...run, ...client]))).toEqual([]);
    const reset = captured('client', 'RST', { seq: 1, sentAt: 300, arrivedAt: 310 });
    const looks = [...seenAs('server', SERVER.slice(0, 3)), sighting('server', 'LISTEN', 312)];
    const steps = told([...plainClient.slice(0, 2), ...listening, ...opening, reset, ...looks]);
    expect(disagreements(steps)).toEqual([]);
    expect(states(steps, 'server').at(-1)).toMatchObject({ to: 'CLOSED', evidence: 'observed', seenAt: 312 });
  });

  test('how long it stays in TIME_WAIT is told as it was when first seen', () => {
    const looks = [sighting('server', 'TIME_WAIT', 575, 60_000), sighting('server', 'TIME_WAIT', 620, 59_999)];
    const [last] = states(told([...run, ...looks]), 'server').slice(-1);
    expect(last).toMatchObject({ to: 'TIME_WAIT', lastsMs: 60_000, seenAt: 575, evidence: 'observed' });
  });
});

describe('a kernel that was elsewhere', () => {
  test('is told once, with what should have been, and the chain stays whole', () => {
    const looks = [sighting('client', 'FIN_WAIT_2', 250), sighting('client', 'FIN_WAIT_2', 260)];
    const steps = told([...run, ...looks]);
    expect(disagreements(steps)).toMatchObject([
      {
        side: 'client',
        at: 250,
        from: 'ESTABLISHED',
        to: 'FIN_WAIT_2',
        expected: 'ESTABLISHED',
        seenAt: 250,
        evidence: 'observed',
      },
    ]);
    expect(states(steps, 'client').find(({ to }) => to === 'CLOSE_WAIT')).toMatchObject({ from: 'FIN_WAIT_2' });
  });

  test('stayed behind: the same', () => {
    const steps = told([...run, sighting('client', 'ESTABLISHED', 530), sighting('client', 'ESTABLISHED', 540)]);
    expect(disagreements(steps)).toMatchObject([
      { at: 530, from: 'CLOSE_WAIT', to: 'ESTABLISHED', expected: 'CLOSE_WAIT' },
    ]);
    expect(path(steps, 'client')).toBe('SYN_SENT ESTABLISHED CLOSE_WAIT ESTABLISHED LAST_ACK CLOSED');
  });

  test('and came back: what follows agrees again', () => {
    const steps = told([...run, sighting('client', 'CLOSING', 250), ...seenAs('client', CLIENT)]);
    expect(disagreements(steps)).toHaveLength(1);
    expect(known(steps).filter(([, , seenAt]) => seenAt !== 250)).toEqual(
      CLIENT.map(([state, at]) => [state, 'observed', at]),
    );
  });

  test('elsewhere twice, and elsewhere again: each is told, under an id of its own', () => {
    const looks = [
      sighting('client', 'CLOSING', 250),
      sighting('client', 'FIN_WAIT_2', 260),
      sighting('client', 'CLOSING', 270),
    ];
    const steps = told([...run, ...looks]);
    expect(disagreements(steps).map(({ to }) => to)).toEqual(['CLOSING', 'FIN_WAIT_2', 'CLOSING']);
  });

  test('before anything of its side is known: from CLOSED, or from LISTEN where that is known', () => {
    const early = told([...run, sighting('client', 'CLOSE_WAIT', 10)]);
    expect(states(early, 'client')[0]).toMatchObject({ from: 'CLOSED', to: 'SYN_SENT' });
    const strange = told([...run, sighting('client', 'FIN_WAIT_2', 10)]);
    expect(states(strange, 'client')[0]).toMatchObject({ from: 'CLOSED', to: 'FIN_WAIT_2', expected: 'CLOSED' });
    const server = told([...run, sighting('server', 'FIN_WAIT_2', 10)]);
    expect(states(server, 'server')[1]).toMatchObject({ from: 'LISTEN', to: 'FIN_WAIT_2', expected: 'LISTEN' });
  });

  test('whatever a kernel says, the chain is whole', () => {
    const anySighting = fc
      .tuple(
        fc.constantFrom<Side>('client', 'server'),
        fc.constantFrom<TcpState>(
          'CLOSED',
          'LISTEN',
          'SYN_SENT',
          'SYN_RCVD',
          'ESTABLISHED',
          'FIN_WAIT_1',
          'FIN_WAIT_2',
          'CLOSE_WAIT',
          'CLOSING',
          'LAST_ACK',
          'TIME_WAIT',
        ),
        fc.integer({ min: -6000, max: 1000 }),
      )
      .map(([side, state, at]) => sighting(side, state, at));
    fc.assert(
      fc.property(fc.array(anySighting, { maxLength: 12 }), fc.subarray(run), fc.boolean(), (looks, some, final) => {
        told([...some, ...looks], { final });
      }),
      { numRuns: 1000 },
    );
  });
});

describe('patience', () => {
  const behind = sighting('client', 'ESTABLISHED', 530);
  const judged = (now: number, final: boolean): number => disagreements(told([...run, behind], { now, final })).length;

  test('what a kernel said within the last second is not held against it: the segment may yet be told of', () => {
    expect(judged(540, false)).toBe(0);
    expect(judged(1_000_529, false)).toBe(0);
    expect(judged(1_000_531, false)).toBe(1);
  });

  test('but at the end there is nothing more to come', () => {
    expect(judged(540, true)).toBe(1);
  });

  test('where it agrees, that is told at once', () => {
    expect(known(told([...run, ...all], { now: 602, final: false }))).toEqual(
      CLIENT.map(([state, at]) => [state, 'observed', at]),
    );
  });
});

test('without sightings nothing is judged, and the drafts given stay as they were', () => {
  const draft = (side: Side, from: TcpState, to: TcpState, at: number): Draft<State> => ({
    kind: 'state',
    id: `${side}.${to}`,
    at,
    side,
    from,
    to,
    reason: 'state-follows-segment',
  });
  const drafts = [draft('client', 'CLOSED', 'SYN_SENT', 10), draft('client', 'SYN_SENT', 'ESTABLISHED', 20)];
  const before = structuredClone(drafts);
  const telling = { final: true, now: 100, states: [] };
  expect(compareWithKernel(drafts, { ...telling, sightings: [] })).toEqual(
    drafts.map((state): JudgedState => ({ state, isSeen: false })),
  );
  compareWithKernel(drafts, {
    ...telling,
    sightings: [sighting('client', 'CLOSING', 15), sighting('client', 'ESTABLISHED', 25)],
  });
  expect(drafts).toEqual(before);
});
