import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growth, LESS_THAN_ITS_SQUARE } from '../../helpers/growth.ts';
import { compareSteps, type Flag, type Segment, type Side, type Step } from '../../../bridge/trace/step.ts';
import { callBehind, linksIn, related, type LinkKind } from '../../../web/reading/links.ts';
import { seen } from '../fixtures/lab-traces.ts';
import { call, segment, state } from '../fixtures/traces.ts';

const names = (steps: Step[], id: string) =>
  related([...steps].sort(compareSteps), id).map(
    ({ id: other, kind, isEffect }) => `${kind} ${isEffect ? '→' : '←'} ${other}`,
  );

/** A handshake, 121, an answer. */
function exchange() {
  const accept = call('server', 'accept', -10, 50, { id: 'accept' });
  const connect = call('client', 'connect', 0, 35, { id: 'connect' });
  const syn = seen('client', ['SYN'], 5, 10, { id: 'syn', causedBy: 'connect' });
  const synAck = seen('server', ['SYN', 'ACK'], 12, 30, { id: 'syn-ack', ack: 1, woke: 'connect' });
  const ack = seen('client', ['ACK'], 32, 40, { id: 'ack', seq: 1, ack: 1, woke: 'accept' });
  const established = { ...state('server', 'SYN_RCVD', 'ESTABLISHED', 40), id: 'established', cause: 'ack' };
  const send = call('client', 'send', 60, 62, { id: 'send', bytes: 2, payload: '0079' });
  const data = { seq: 1, ack: 1, length: 2, payload: '0079' };
  const number = seen('client', ['PSH', 'ACK'], 61, 70, { id: 'number', ...data, causedBy: 'send', woke: 'recv' });
  const recv = call('server', 'recv', 55, 72, { id: 'recv', bytes: 2, payload: '0079' });
  const got = seen('server', ['ACK'], 71, 80, { id: 'got', seq: 1, ack: 3 });
  return [accept, connect, syn, synAck, ack, established, send, number, recv, got];
}

describe('what belongs to a step', () => {
  it('is, for a segment, its call, the call that it woke, whose bytes it brought, its state and its acknowledgment', () => {
    expect(names(exchange(), 'number')).toEqual([
      'caused ← send',
      'woke → recv',
      'filled → recv',
      'acknowledged → got',
    ]);
    expect(names(exchange(), 'ack')).toEqual(['changed → established', 'woke → accept', 'acknowledged ← syn-ack']);
  });

  it('is, for a call, what it sent, what woke it, and where its bytes came from', () => {
    expect(names(exchange(), 'recv')).toEqual(['woke ← number', 'filled ← number']);
    expect(names(exchange(), 'accept')).toEqual(['woke ← ack']);
    expect(names(exchange(), 'connect')).toEqual(['caused → syn', 'woke ← syn-ack']);
  });

  it('is, for a state, what brought it about', () => {
    expect(names(exchange(), 'established')).toEqual(['changed ← ack']);
  });

  it('finds the bytes of each recv() by sequence numbers, however they were cut', () => {
    const steps = [
      call('client', 'send', 0, 1, { id: 'send-1', bytes: 3 }),
      call('client', 'send', 2, 3, { id: 'send-2', bytes: 3 }),
      segment('client', ['ACK'], 4, 10, { id: 'first', seq: 1, length: 4, causedBy: 'send-1' }),
      segment('client', ['ACK'], 5, 11, { id: 'second', seq: 5, length: 2, causedBy: 'send-2' }),
      call('server', 'recv', 6, 20, { id: 'recv-1', bytes: 1 }),
      call('server', 'recv', 21, 22, { id: 'recv-2', bytes: 5 }),
    ];
    expect(names(steps, 'first')).toEqual([
      'caused ← send-1',
      'carried ← send-2',
      'filled → recv-1',
      'filled → recv-2',
    ]);
    expect(names(steps, 'second')).toEqual(['caused ← send-2', 'filled → recv-2']);
  });

  it('says of several copies which one brought the bytes, and of a lost one that it brought none', () => {
    const data = { seq: 1, length: 2, payload: '0079' };
    const steps = [
      call('client', 'send', 0, 1, { id: 'send', bytes: 2 }),
      segment('client', ['ACK'], 1, undefined, { id: 'lost', ...data, causedBy: 'send', fate: 'dropped' }),
      segment('client', ['ACK'], 5, 9, { id: 'again', ...data, retransmissionOf: 'lost' }),
      segment('client', ['ACK'], 6, 8, { id: 'copy', ...data, duplicateOf: 'again' }),
      call('server', 'recv', 2, 10, { id: 'recv', bytes: 2 }),
    ];
    expect(names(steps, 'recv')).toEqual(['filled ← copy']);
    expect(names(steps, 'lost')).toEqual(['caused ← send', 'repeated → again']);
    expect(names(steps, 'again')).toEqual(['repeated ← lost', 'copied → copy', 'carried ← send']);
  });

  it('guesses nothing behind a recv() of which only the outside was seen', () => {
    const { bytes: _bytes, ...recv } = call('server', 'recv', 2, 10, { id: 'recv', within: { returnUs: 5 } });
    const steps = [segment('client', ['ACK'], 1, 3, { id: 'data', seq: 1, length: 2 }), recv];
    expect(names(steps, 'recv')).toEqual([]);
  });

  it('takes no RST for an acknowledgment', () => {
    const steps = [
      segment('client', ['SYN'], 0, 10, { id: 'syn' }),
      segment('server', ['RST', 'ACK'], 12, 20, { id: 'rst', ack: 1 }),
    ];
    expect(names(steps, 'syn')).toEqual([]);
  });

  it('takes no acknowledgment that left before the segment came', () => {
    const steps = [
      segment('client', ['ACK'], 30, 50, { id: 'data', seq: 1, length: 2 }),
      segment('server', ['ACK'], 40, 60, { id: 'early', seq: 1, ack: 3 }),
      segment('server', ['ACK'], 55, 70, { id: 'late', seq: 1, ack: 3 }),
    ];
    expect(names(steps, 'data')).toEqual(['acknowledged → late']);
  });
});

describe('the call behind a step', () => {
  const steps = exchange();
  const behind = (id: string) => callBehind(byId(id)!, byId)?.id;
  const byId = (id: string | undefined) => steps.find((step) => step.id === id);

  it('is the call that made its kernel send', () => {
    expect(behind('syn')).toBe('connect');
    expect(behind('number')).toBe('send');
    expect(behind('recv')).toBe('recv');
  });

  it('is no call of the other end, and no call at all if the kernel acts by itself', () => {
    expect(behind('got')).toBeUndefined();
    expect(behind('established')).toBeUndefined();
  });

  it('is also behind the state into which its own segment led', () => {
    const sent = { ...state('client', 'CLOSED', 'SYN_SENT', 5), cause: 'syn' };
    expect(callBehind(sent, byId)?.id).toBe('connect');
  });
});

const side = fc.constantFrom<Side>('client', 'server');
const time = fc.integer({ min: 0, max: 40 });
const reference = fc.constantFrom(undefined, 's0', 's1', 's2', 's3', 's4', 's5', 'nowhere');
const anyStep = (index: number): fc.Arbitrary<Step> => {
  const id = `s${index}`;
  return fc.oneof(
    fc
      .tuple(side, fc.constantFrom('send', 'recv', 'connect', 'close'), time, fc.option(fc.nat(9)))
      .map(([who, name, at, took]) =>
        call(who, name as 'recv', at, took === null ? undefined : at + took, { id, bytes: took ?? 0 }),
      ),
    fc
      .tuple(
        side,
        fc.constantFrom<Flag[]>(['SYN'], ['ACK'], ['FIN', 'ACK'], ['RST']),
        time,
        fc.option(fc.nat(9)),
        fc.record({ seq: fc.nat(6), ack: fc.nat(8), length: fc.nat(4) }),
        fc.record({ causedBy: reference, woke: reference, retransmissionOf: reference, duplicateOf: reference }),
      )
      .map(([from, flags, at, took, numbers, refers]) => {
        const given = Object.fromEntries(Object.entries(refers).filter(([, other]) => other !== undefined));
        return segment(from, flags, at, took === null ? undefined : at + took, {
          id,
          ...numbers,
          ...(given as Partial<Segment>),
        });
      }),
    fc.tuple(side, time, reference).map(([who, at, cause]) => ({
      ...state(who, 'CLOSED', 'ESTABLISHED', at),
      id,
      ...(cause !== undefined && { cause }),
    })),
  );
};
const anyTrace = fc.nat(12).chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => anyStep(index))));

describe('links of any trace', () => {
  it('hold both ways, lead to steps of the trace, never to the step itself, and each is there once', () =>
    fc.assert(
      fc.property(anyTrace, (unsorted) => {
        const steps = [...unsorted].sort(compareSteps);
        const links = linksIn(steps);
        expect([...links.keys()].sort()).toEqual(steps.map(({ id }) => id).sort());
        for (const [id, others] of links) {
          const seenBefore = new Set<string>();
          for (const { id: other, kind, isEffect } of others) {
            expect(other).not.toBe(id);
            const back = (links.get(other) ?? []).filter(
              (link) => link.id === id && link.kind === kind && link.isEffect !== isEffect,
            );
            expect(back).toHaveLength(1);
            const key: `${LinkKind} ${boolean} ${string}` = `${kind} ${isEffect} ${other}`;
            expect(seenBefore.has(key)).toBe(false);
            seenBefore.add(key);
          }
        }
      }),
    ));

  it('are found in time proportional to the number of steps', () => {
    const finding = (count: number) => {
      const steps = Array.from({ length: count }, (_, index) => [
        call('client', 'send', 3 * index, 3 * index + 1, { bytes: 10 }),
        segment('client', ['ACK'], 3 * index, 3 * index + 2, { seq: 1 + 10 * index, ack: 1, length: 10 }),
        segment('server', ['ACK'], 3 * index + 2, 3 * index + 3, { seq: 1, ack: 11 + 10 * index }),
      ]).flat();
      steps.push(call('server', 'recv', 5000, 6000, { bytes: 10 * count }) as never);
      steps.sort(compareSteps);
      return () => void linksIn(steps);
    };
    expect(growth(finding(1000), finding(4000))).toBeLessThan(LESS_THAN_ITS_SQUARE);
  });
});
