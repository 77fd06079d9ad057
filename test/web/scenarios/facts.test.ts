import { describe, expect, it } from 'vitest';
import type { Step } from '../../../bridge/trace/step.ts';
import type { FinishedRun } from '../../../web/scenarios/run-facts.ts';
import { notShown } from '../../../web/scenarios/shelf.ts';
import { labTrace, seen, seenState } from '../fixtures/lab-traces.ts';
import { call, refusedTrace } from '../fixtures/traces.ts';

/** A run that shows a scenario no longer does if one fact that its text claims is taken away. */

const replied = (steps: readonly Step[], text = 'ÍMPAR'): FinishedRun => ({
  steps,
  outcome: 'replied',
  reply: { text, hex: '' },
});
const changed = (steps: readonly Step[], is: (step: Step) => boolean, change: object) =>
  steps.map((step) => (is(step) ? ({ ...step, ...change } as Step) : step));

describe('plain', () => {
  const steps = labTrace();

  it('is shown by a plain run', () => expect(notShown('plain', replied(steps))).toEqual([]));

  it('wants three segments that arrive, and 121 in two bytes', () => {
    const isThird = (step: Step) => step.kind === 'segment' && step.from === 'client' && step.flags.join() === 'ACK';
    expect(notShown('plain', replied(changed(steps, isThird, { fate: 'dropped' })))).toEqual(['threeOpen']);
    const isNumber = (step: Step) => step.kind === 'segment' && step.payload === '0079';
    expect(notShown('plain', replied(changed(steps, isNumber, { payload: '0078' })))).toEqual(['oneNumber']);
  });

  it('wants the server to be in TIME_WAIT at the end: a RST may have ended that', () => {
    const gone = seenState('server', 'TIME_WAIT', 'CLOSED', 99_000);
    expect(notShown('plain', replied([...steps, gone]))).toEqual(['serverWaits']);
  });
});

describe('refused', () => {
  const run = (steps: readonly Step[]): FinishedRun => ({ steps, outcome: 'refused' });

  it('wants two segments and no more, and a connect() that fails', () => {
    expect(notShown('refused', run(refusedTrace()))).toEqual([]);
    const more = seen('client', ['SYN'], 300, 310);
    expect(notShown('refused', run([...refusedTrace(), more]))).toEqual(['twoSegments']);
    const isConnect = (step: Step) => step.kind === 'call' && step.name === 'connect';
    expect(notShown('refused', run(changed(refusedTrace(), isConnect, { result: 'ok' })))).toEqual(['connectFails']);
  });
});

describe('unaccepted', () => {
  const steps = labTrace().filter((step) => step.kind !== 'call' || step.side === 'client');

  it('wants a server program that has seen nothing', () => {
    const run = replied(steps);
    expect(notShown('unaccepted', run)).toEqual([]);
    expect(notShown('unaccepted', replied([...steps, call('server', 'accept', 5, 10)]))).toEqual([
      'serverProgramSeesNothing',
    ]);
  });
});

describe('blackhole', () => {
  const syn = (sentAt: number, first?: string) =>
    seen('client', ['SYN'], sentAt, undefined, { fate: 'dropped', ...(first && { retransmissionOf: first }) });
  const connect = call('client', 'connect', 0, 15_000_000, { result: 'ETIMEDOUT' });
  const run = (...seconds: number[]): FinishedRun => ({
    steps: [connect, ...seconds.map((second) => syn(second * 1e6))],
    outcome: 'timeout',
  });

  it('wants each wait to be longer than the one before, and the kernel to give up', () => {
    expect(notShown('blackhole', run(0, 1, 3, 7))).toEqual([]);
    expect(notShown('blackhole', run(0, 1, 2, 3))).toEqual(['longerAndLonger']);
    const { steps } = run(0, 1, 3, 7);
    const isConnect = (step: Step) => step.kind === 'call';
    const cancelled = changed(steps, isConnect, { result: 'ECANCELED' });
    expect(notShown('blackhole', { steps: cancelled, outcome: 'timeout' })).toEqual(['kernelGivesUp']);
  });
});

describe('killed', () => {
  it('is not shown if the server’s program closes', () => {
    const steps = labTrace().filter((step) => step.kind !== 'segment' || step.from === 'client' || step.length === 0);
    const run: FinishedRun = { steps, outcome: 'silent' };
    expect(notShown('killed', run)).toEqual(['noClose']);
    const isClose = (step: Step) => step.kind === 'call' && step.side === 'server' && step.name === 'close';
    expect(notShown('killed', { ...run, steps: steps.filter((step) => !isClose(step)) })).toEqual([]);
  });
});

describe('duplicate', () => {
  it('wants copies that are acknowledged again: an acknowledgment before the copy is none', () => {
    const steps = labTrace();
    const copies = steps.flatMap((step) =>
      step.kind === 'segment' && step.arrivedAt !== undefined
        ? [{ ...step, id: `${step.id}.copy`, duplicateOf: step.id, arrivedAt: step.arrivedAt + 90_000 }]
        : [],
    );
    expect(notShown('duplicate', replied([...steps, ...copies]))).toContain('copiesAcknowledgedAgain');
    const again = [
      seen('server', ['ACK'], 200_000, 200_100, { seq: 8, ack: 4 }),
      seen('client', ['RST'], 200_000, 200_100, { seq: 4 }),
    ];
    expect(notShown('duplicate', replied([...steps, ...copies, ...again]))).not.toContain('copiesAcknowledgedAgain');
  });
});
