import { describe, expect, it } from 'vitest';
import type { Step } from '../../../../bridge/trace/step.ts';
import { explainerIn } from '../../../../web/words/steps/explanation.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { segment, state } from '../../fixtures/traces.ts';

const english = await explainerIn(await Language.load('en'));
const portuguese = await explainerIn(await Language.load('pt'));
const told = (step: Step, steps: readonly Step[]) => english.explain(step, { steps, isOver: false });
const why = (step: Step, steps: readonly Step[]) => told(step, steps).why;

const MS = 1000;
const number = (sentAt: number, arrivedAt?: number, more: object = {}) =>
  segment('client', ['PSH', 'ACK'], sentAt, arrivedAt, { seq: 1, ack: 1, length: 500, ...more });
const second = segment('client', ['PSH', 'ACK'], 1 * MS, 60 * MS, { seq: 501, ack: 1, length: 100 });
/** The server’s kernel lacks the first bytes and says so. */
const lacking = (sentAt: number, options: string[] = []) =>
  segment('server', ['ACK'], sentAt, sentAt + 60 * MS, { seq: 1, ack: 1, options });

describe('why a kernel sends a segment again', () => {
  const first = number(0);

  it('is a time-out if no acknowledgment came', () => {
    const again = number(210 * MS, 270 * MS, { retransmissionOf: first.id });
    expect(told(again, [first, again])).toMatchObject({ section: 'RFC 9293 §3.8.1; RFC 6298 §5; RFC 8985 §7' });
    expect(why(again, [first, again])).toContain('the next wait is twice the one before');
  });

  it('is what acknowledgments showed, if one covers what was sent later', () => {
    const again = number(160 * MS, 220 * MS, { retransmissionOf: first.id });
    const steps = [first, second, lacking(60 * MS, ['nop', 'nop', 'sack 501:601']), again];
    expect(told(again, steps)).toMatchObject({ section: 'RFC 8985 §6; RFC 5681 §3.2' });
    expect(why(again, steps)).toContain('without waiting for a time-out');
    expect(why(again, steps)).not.toContain('No acknowledgment came');
  });

  it('is that too after three acknowledgments of the same number, without any option', () => {
    const again = number(160 * MS, 220 * MS, { retransmissionOf: first.id });
    const acks = [60, 61, 62].map((ms) => lacking(ms * MS));
    expect(why(again, [first, second, ...acks, again])).toContain('without waiting for a time-out');
    expect(why(again, [first, second, ...acks.slice(1), again])).toContain('before a timer ran out');
  });

  it('is a time-out if the acknowledgments came before the last repetition, or tell only of a copy', () => {
    const sack = lacking(60 * MS, ['sack 501:601']);
    const once = number(160 * MS, undefined, { retransmissionOf: first.id });
    const twice = number(600 * MS, 660 * MS, { retransmissionOf: first.id });
    expect(why(twice, [first, second, sack, once, twice])).toContain('before a timer ran out');
    const copySeen = segment('server', ['ACK'], 60 * MS, 120 * MS, { seq: 1, ack: 601, options: ['sack 501:601'] });
    expect(why(once, [first, second, copySeen, once])).toContain('before a timer ran out');
  });

  it('is not what comes after it: an acknowledgment that has not arrived yet explains nothing', () => {
    const again = number(210 * MS, 270 * MS, { retransmissionOf: first.id });
    expect(why(again, [first, second, lacking(205 * MS, ['sack 501:601']), again])).toContain('before a timer ran out');
  });

  it('is the other side’s SYN if it came once more, and otherwise the server’s own time-out', () => {
    const syn = segment('client', ['SYN'], 0, 1 * MS);
    const answer = segment('server', ['SYN', 'ACK'], 2 * MS, undefined, { ack: 1, fate: 'dropped' });
    const synAgain = segment('client', ['SYN'], 1002 * MS, 1003 * MS, { retransmissionOf: syn.id });
    const again = segment('server', ['SYN', 'ACK'], 1004 * MS, 1005 * MS, { ack: 1, retransmissionOf: answer.id });
    expect(why(again, [syn, answer, synAgain, again])).toContain('SYN came once more');
    expect(why(again, [syn, answer, again])).toContain('before a timer ran out');
    expect(why(synAgain, [syn, answer, synAgain])).toContain('before a timer ran out');
  });
});

describe('what becomes of a copy that the wire made', () => {
  const syn = segment('client', ['SYN'], 0, 1);
  const third = segment('client', ['ACK'], 10, 11, { seq: 1, ack: 1 });
  const data = number(12, 20);
  const fin = segment('client', ['FIN', 'ACK'], 30, 31, { seq: 501, ack: 1 });
  const copyOf = (one: ReturnType<typeof segment>, arrivedAt?: number) => {
    const { arrivedAt: _its, ...rest } = one;
    return { ...rest, id: `${one.id}.copy`, duplicateOf: one.id, ...(arrivedAt !== undefined && { arrivedAt }) };
  };

  it('of data and of a FIN: they are acknowledged once more', () => {
    for (const one of [data, fin]) {
      const copy = copyOf(one, 40);
      expect(why(copy, [syn, third, data, fin, copy])).toContain('acknowledges once more');
    }
  });

  it('of a bare ACK: it is not answered', () => {
    const copy = copyOf(third, 12);
    expect(why(copy, [syn, third, copy])).toContain('answers nothing');
    expect(portuguese.explain(copy, { steps: [syn, third, copy], isOver: false }).why).toContain('não responde nada');
  });

  it('of a bare ACK that comes so late that its number is no longer expected: it may be answered', () => {
    const copy = copyOf(third, 25);
    expect(why(copy, [syn, third, data, copy])).toContain('already expects a higher number');
  });

  it('of a SYN and of a SYN+ACK: each has an answer of its own', () => {
    const synAck = segment('server', ['SYN', 'ACK'], 2, 3, { ack: 1 });
    expect(why(copyOf(syn, 4), [syn, copyOf(syn, 4)])).toContain('it answers once more');
    expect(why(copyOf(synAck, 5), [syn, synAck, copyOf(synAck, 5)])).toContain('acknowledges again');
  });

  it('that overtakes the segment: it is the one that counts', () => {
    const copy = copyOf(data, 15);
    expect(why(copy, [syn, third, copy, data])).toContain('This copy arrived before the segment itself');
  });

  it('that comes when the connection is gone: a RST answers it', () => {
    const gone = state('server', 'LAST_ACK', 'CLOSED', 50);
    const copy = copyOf(third, 60);
    expect(told(copy, [syn, third, data, gone, copy])).toMatchObject({ section: 'RFC 9293 §3.10.7.1; RFC 1337' });
    expect(why(copy, [syn, third, data, gone, copy])).toContain('answers with a RST');
  });

  it('is left open while the copy is on its way', () => {
    const copy = copyOf(third);
    expect(why(copy, [syn, third, copy])).toContain('Networks can deliver a packet twice');
  });
});
