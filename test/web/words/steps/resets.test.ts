import { describe, expect, it } from 'vitest';
import type { Segment, Step, TcpState } from '../../../../bridge/trace/step.ts';
import { explainerIn } from '../../../../web/words/steps/explanation.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { call, segment, state } from '../../fixtures/traces.ts';

const english = await explainerIn(await Language.load('en'));
const portuguese = await explainerIn(await Language.load('pt'));
const told = (step: Step, steps: readonly Step[]) => english.explain(step, { steps, isOver: false });
const why = (step: Step, steps: readonly Step[]) => told(step, steps).why;

/** The server expects number 3 from the client. */
const before: Segment[] = [
  segment('client', ['SYN'], 0, 1),
  segment('client', ['PSH', 'ACK'], 5, 6, { seq: 1, ack: 1, length: 2 }),
];
const fin = segment('client', ['FIN', 'ACK'], 7, 8, { seq: 3, ack: 1 });
const serverIn = (to: TcpState, at = 9) => state('server', 'ESTABLISHED', to, at);
const reset = (seq: number, arrivedAt?: number) => segment('client', ['RST'], 20, arrivedAt, { seq });

describe('what a RST does', () => {
  it('is not told before it has arrived', () => {
    const rst = { ...reset(3), fate: 'underway' as const };
    const { what, why: because } = told(rst, [...before, serverIn('ESTABLISHED'), rst]);
    expect(what).toContain('for this side the connection is over at once');
    expect(what).toContain('It is under way.');
    expect(because).toContain('If its number is exactly the one that the receiver expects');
  });

  it('is to end the connection if its number is the expected one', () => {
    const rst = reset(3, 30);
    const steps = [...before, serverIn('ESTABLISHED'), rst];
    expect(told(rst, steps)).toMatchObject({ section: 'RFC 9293 §3.5.3' });
    expect(why(rst, steps)).toContain('fails with ECONNRESET');
  });

  it('is nothing if its number is another', () => {
    for (const seq of [1, 4, 900]) {
      const rst = reset(seq, 30);
      const steps = [...before, serverIn('ESTABLISHED'), rst];
      expect(told(rst, steps)).toMatchObject({ section: 'RFC 9293 §3.10.7.4; RFC 5961 §3.2' });
      expect(why(rst, steps)).toContain('it ends nothing');
      expect(why(rst, steps)).not.toContain('ECONNRESET');
      expect(portuguese.explain(rst, { steps, isOver: false }).why).toContain('não encerra nada');
    }
  });

  it('counts what had arrived by then, in order, and no more', () => {
    const late = segment('client', ['PSH', 'ACK'], 10, 40, { seq: 3, ack: 1, length: 2 });
    const early = segment('client', ['PSH', 'ACK'], 11, 12, { seq: 5, ack: 1, length: 2 });
    const steps = [...before, serverIn('ESTABLISHED'), late, early];
    expect(why(reset(3, 30), [...steps, reset(3, 30)])).toContain('ECONNRESET');
    expect(why(reset(7, 30), [...steps, reset(7, 30)])).toContain('it ends nothing');
    expect(why(reset(7, 50), [...steps, reset(7, 50)])).toContain('ECONNRESET');
  });

  it('is not ECONNRESET after a FIN was taken', () => {
    const rst = reset(4, 30);
    const steps = [...before, fin, serverIn('CLOSE_WAIT'), rst];
    expect(why(rst, steps)).toContain('a send() fails with EPIPE');
    expect(why(rst, steps)).toContain('ECONNRESET is not what follows');
    // Linux heeds the number of the FIN as well.
    expect(why(reset(3, 30), [...before, fin, serverIn('CLOSE_WAIT'), reset(3, 30)])).toContain('EPIPE');
  });

  it('is noticed by no program that has closed, or that has not accepted yet', () => {
    const rst = reset(3, 30);
    const closed = call('server', 'close', 10, 11);
    expect(why(rst, [...before, serverIn('FIN_WAIT_2'), closed, rst])).toContain('no call fails');
    expect(why(rst, [...before, serverIn('SYN_RCVD'), rst])).toContain('no call fails');
  });

  it('ends TIME_WAIT if its number is the expected one', () => {
    const rst = reset(4, 30);
    const steps = [...before, fin, serverIn('TIME_WAIT'), rst];
    expect(told(rst, steps)).toMatchObject({ section: 'RFC 9293 §3.10.7.4; RFC 1337' });
    expect(why(rst, steps)).toContain('the wait ends early');
    expect(why(reset(3, 30), [...before, fin, serverIn('TIME_WAIT'), reset(3, 30)])).toContain('it ends nothing');
  });

  it('is nothing where there is no connection, and after its first copy', () => {
    const rst = reset(3, 30);
    const gone = { ...serverIn('CLOSED', 30.1), cause: rst.id };
    const copy = { ...reset(3, 31), duplicateOf: rst.id };
    expect(why(copy, [...before, serverIn('ESTABLISHED'), rst, gone, copy])).toContain(
      'The first copy has already done',
    );
    expect(why(rst, [...before, serverIn('CLOSED'), rst])).toContain('no connection that it could end');
  });

  it('follows its reason, if it answers what belongs to no connection', () => {
    const ends = segment('client', ['RST'], 10, 20, { id: 'ends' });
    const gone = { ...state('server', 'ESTABLISHED', 'CLOSED', 20), cause: 'ends' };
    const late = segment('client', ['PSH', 'ACK'], 5, 30, { id: 'late', length: 1 });
    const answer = segment('server', ['RST'], 31, 40, { id: 'answer' });
    const steps = [state('client', 'ESTABLISHED', 'CLOSED', 10), late, ends, gone, answer];
    expect(told(answer, steps).what).toContain('no longer has this connection');
    expect(why(answer, steps)).toContain('so the PSH+ACK that arrived belonged to none');
    expect(why(answer, steps)).toContain('no connection that it could end');
  });
});

describe('a state that did not end in good order', () => {
  const wait = { ...state('server', 'FIN_WAIT_2', 'TIME_WAIT', 9), lastsMs: 60_000 };

  it('TIME_WAIT lasts as its timer says, unless a RST ends it: then it is said how long it was', () => {
    const rst = reset(4, 30);
    const gone = { ...state('server', 'TIME_WAIT', 'CLOSED', 30), cause: rst.id };
    expect(told(wait, [wait]).what).toContain('Its timer runs for 60\u00a0s.');
    expect(told(wait, [wait, rst]).what).not.toContain('RST ended');
    expect(told(wait, [wait, rst, gone]).what).toContain('A RST ended it after 21\u00a0µs.');
    expect(told(gone, [wait, rst, gone])).toMatchObject({ section: 'RFC 1337; RFC 9293 §3.10.7.4' });
    expect(told(gone, [wait, rst, gone]).why).toContain('assassination');
  });

  it('a kernel that gives up does so by its last time-out', () => {
    const syn = segment('client', ['SYN'], 0, undefined, { fate: 'dropped' });
    const gone = { ...state('client', 'SYN_SENT', 'CLOSED', 900), cause: syn.id };
    expect(told(gone, [syn, gone])).toMatchObject({ section: 'RFC 9293 §3.8.3' });
    expect(told(gone, [syn, gone]).what).toContain('The client’s kernel gave up');
    expect(why(gone, [syn, gone])).toContain('more than two minutes');
    const data = segment('client', ['PSH', 'ACK'], 0, undefined, { length: 2 });
    const lost = { ...state('client', 'ESTABLISHED', 'CLOSED', 900), cause: data.id };
    expect(why(lost, [data, lost])).toContain('a quarter of an hour');
  });

  it('CLOSED does not say that the ports are free while the peer is in TIME_WAIT', () => {
    for (const explainer of [english, portuguese]) {
      const closed = state('client', 'LAST_ACK', 'CLOSED', 40);
      const { why: because } = explainer.explain(closed, { steps: [wait, closed], isOver: true });
      expect(because).toContain('TIME_WAIT');
      expect(because).not.toMatch(/may be used again|pode ser usado de novo/);
    }
  });

  it('FIN_WAIT_1 and LAST_ACK do not say that the FIN is out: it may wait behind data', () => {
    for (const to of ['FIN_WAIT_1', 'LAST_ACK'] as const)
      expect(why(serverIn(to), [serverIn(to)])).toContain('is sent or waits behind data');
  });
});

it('PSH wakes nobody: the bytes that are next in order do', () => {
  const data = before[1]!;
  expect(why(data, before)).toContain('If they are the next in order, they wake a blocked recv(). PSH wakes nobody');
  expect(portuguese.explain(data, { steps: before, isOver: false }).why).toContain('PSH não acorda ninguém');
});

describe('a RST of close() with unread bytes', () => {
  const close = call('server', 'close', 20, 21);
  const rst = segment('server', ['RST', 'ACK'], 22, 23, { seq: 1, evidence: 'captured', causedBy: close.id });
  const steps = [
    segment('client', ['SYN'], 0, 1),
    segment('client', ['PSH', 'ACK'], 5, 6, { seq: 1, ack: 1, length: 100 }),
    call('server', 'recv', 8, 9, { bytes: 20 }),
    close,
    rst,
  ];

  it('says how many, in both languages', () => {
    expect(told(rst, steps).why).toMatch(/^The server program closed with 80\sbytes unread\./);
    expect(told(rst, steps).section).toContain('RFC 2525 §2.17');
    expect(portuguese.explain(rst, { steps, isOver: false }).why).toMatch(
      /^O programa servidor fechou com 80\sbytes por ler\./,
    );
  });

  it('is told apart from one that answers what comes later', () => {
    const late = segment('client', ['ACK'], 24, 25, { seq: 101, ack: 1, evidence: 'captured' });
    const answer = segment('server', ['RST'], 26, 27, { seq: 1, evidence: 'captured' });
    const closed = { ...state('server', 'ESTABLISHED', 'CLOSED', 22), cause: rst.id };
    expect(told(answer, [...steps, closed, late, answer]).why).toContain('the connection was already gone');
  });
});
