import { describe, expect, it } from 'vitest';
import type { Call, State, Step } from '../../../../bridge/trace/step.ts';
import { explainerIn } from '../../../../web/words/steps/explanation.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { seenFromOutside } from '../../fixtures/lab-traces.ts';
import { call, capturedTrace, plainTrace, refusedTrace, segment, state } from '../../fixtures/traces.ts';
import { plain } from '../../fixtures/plain.ts';

const english = await explainerIn(await Language.load('en'));
const portuguese = await explainerIn(await Language.load('pt'));
const what = (step: Step, isOver = true, steps: readonly Step[] = [step]) =>
  plain(english.explain(step, { steps, isOver }).what);
const over = (step: Step) => ({ steps: [step], isOver: true });

describe('a step in words', () => {
  it('says what a call did, and how it ended', () => {
    expect(what(call('client', 'send', 0, 20, { bytes: 2, payload: '0079' }))).toBe(
      'The client program handed its kernel 2 bytes (00 79) to send. It returned after 20 µs.',
    );
    expect(what(call('client', 'recv', 0, 190, { bytes: 6, payload: 'c38d4d504152' }))).toContain(
      'with 6 bytes (the text ÍMPAR).',
    );
    expect(what(call('client', 'recv', 0, 5, { bytes: 0 }))).toContain('the peer has closed its side');
    expect(what(call('client', 'connect', 0, 105, { result: 'ECONNREFUSED' }))).toContain(
      'failed after 105 µs with ECONNREFUSED',
    );
  });

  it('calls an open call blocked while the run lasts, and unseen afterwards', () => {
    expect(what(call('client', 'recv', 0), false)).toContain('still blocked');
    expect(what(call('client', 'recv', 0), true)).toContain('not seen');
  });

  it('says of a close() that there is nothing left to end, and otherwise that a FIN follows', () => {
    const why = (steps: readonly Step[]) =>
      english.explain(
        steps.findLast((step) => step.kind === 'call' && step.name === 'close')!,
        { steps, isOver: true },
      ).why;
    expect(why(refusedTrace())).toContain('nothing is sent');
    expect(why(plainTrace())).toContain('then a FIN');
  });

  it('says of a held segment whether it waits for the viewer, or behind another', () => {
    const held = segment('server', ['FIN', 'ACK'], 0, undefined, { fate: 'held' });
    expect(what(held, false)).toContain('It is held on the wire.');
    const behind = { ...held, behind: 'server.data.1' };
    expect(what(behind, false)).toContain('It waits on the wire behind a segment that is held.');
    expect(plain(portuguese.explain(behind, over(behind)).what)).toContain('atrás de um segmento retido');
  });

  it('tells the third segment of a handshake from any other acknowledgment', () => {
    expect(what(segment('client', ['ACK'], 0, 1, { seq: 1, ack: 1 }))).toContain('third segment');
    expect(what(segment('client', ['ACK'], 0, 1, { seq: 3, ack: 7 }))).toContain('before relative byte 7');
  });

  it('knows only one third segment: what says the same later is one more acknowledgment', () => {
    const bare = (sent: number, more: object = {}) =>
      segment('client', ['ACK'], sent, sent + 1, { seq: 1, ack: 1, id: `ack ${sent}`, ...more });
    const [third, copy, later] = [bare(0), bare(2, { duplicateOf: 'ack 0' }), bare(4)];
    const steps = [segment('client', ['SYN'], 0, 1), third, copy, later];
    expect(steps.map((step) => what(step, true, steps).includes('third segment'))).toEqual([false, true, true, false]);
    expect(what(later, true, steps)).toContain('before relative byte 1');
  });

  it('tells a refusal from a reset', () => {
    const refusal = refusedTrace().find((step) => step.kind === 'segment' && step.flags.includes('RST'))!;
    expect(what(refusal)).toContain('nobody listens');
    expect(what(segment('server', ['RST', 'ACK'], 0, 1, { seq: 7, ack: 3 }))).toContain('over at once');
  });

  it('gives no number for a time that nobody measured', () => {
    expect(what(segment('client', ['SYN'], 0, 35))).not.toContain('µs');
    expect(what(segment('client', ['SYN'], 0, 35, { evidence: 'captured' }))).toContain('It arrived 35 µs later.');
    // On the loopback both are one moment, which nobody measured.
    const local = segment('client', ['SYN'], 35.7, 35.8, { evidence: 'captured' });
    expect(what(local)).toContain('It arrived at the same moment.');
  });

  it('says of a call that was seen from outside what bounds it, and no exact time', () => {
    const sentence = what(seenFromOutside());
    expect(sentence).toContain('It was seen blocked at +500 µs, and had begun at most 120 µs before.');
    expect(sentence).toContain('At +2.5 ms it was over: it returned at most 1.9 ms before that.');
    expect(sentence).not.toMatch(/returned after|≈/);
    const { returnedAt: _open, ...open } = seenFromOutside() as Call;
    expect(what(open, false)).toContain('still blocked');
    const early = {
      ...(seenFromOutside() as Call),
      startedAt: -5000,
      within: {},
      result: 'ok',
      bytes: 2,
      payload: '0079',
    };
    expect(what(early)).toContain(
      'It was seen blocked before the run. By +2.5 ms it was over. It returned 2 bytes (00 79).',
    );
    expect(portuguese.explain(early, over(early)).what).toContain('Foi vista bloqueada antes da execução.');
  });

  it('tells a reset that ends the connection from one that answers what belongs to none, and from a late copy', () => {
    const ends = segment('client', ['RST'], 10, 20, { id: 'ends' });
    const gone = { ...state('server', 'ESTABLISHED', 'CLOSED', 20), cause: 'ends' };
    const late = segment('client', ['PSH', 'ACK'], 5, 30, { id: 'late', length: 1 });
    const answer = segment('server', ['RST'], 31, 40, { id: 'answer' });
    const copy = segment('server', ['RST'], 31, 41, { id: 'copy', duplicateOf: 'answer' });
    const steps = [late, ends, gone, answer, copy];
    const told = (step: Step, all = steps) => english.explain(step, { steps: all, isOver: true });
    expect(told(ends).why).toContain('the receiver drops the connection');
    expect(told(answer).what).toContain('no longer has this connection');
    expect(told(answer).why).toContain('so the PSH+ACK that arrived belonged to none');
    expect(told(copy).why).toContain('The first copy has already ended the connection');
    const lost = segment('server', ['RST'], 31, undefined, { id: 'answer', fate: 'dropped' });
    expect(told(copy, [ends, gone, lost, copy]).why).toContain('the receiver drops the connection');
  });

  it('gives the reason for what is inferred, and for nothing else', () => {
    for (const step of [...plainTrace(), ...capturedTrace()])
      expect(english.explain(step, over(step)).reason !== undefined).toBe(step.evidence === 'inferred');
  });

  it('has a sentence of its own in each language for every step', () => {
    for (const step of [...plainTrace(), ...capturedTrace(), ...refusedTrace()]) {
      const [en, pt] = [english.explain(step, over(step)), portuguese.explain(step, over(step))];
      for (const part of ['what', 'why', 'evidence'] as const) {
        expect(en[part]).not.toBe('');
        expect(pt[part]).not.toBe(en[part]);
      }
    }
  });

  it('survives words that it does not know', () => {
    const odd = { ...call('server', 'send', 0, 1), name: 'constructor' } as unknown as Call;
    expect(what(odd)).toBe('constructor()');
    const state_ = { ...state('client', 'CLOSED', 'LISTEN', 0), to: 'toString', reason: 'valueOf' } as unknown as State;
    expect(english.explain(state_, over(state_))).toMatchObject({ why: '' });
    expect(english.explain(state_, over(state_)).reason).toBeUndefined();
  });
});
