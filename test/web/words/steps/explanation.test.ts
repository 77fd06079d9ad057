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
    expect(what(call('client', 'close', 0, 5))).toBe('The client program closed its socket. It returned after 5 µs.');
  });

  it('calls an open call blocked once later steps are known, and unseen when the run is over', () => {
    const recv = call('client', 'recv', 0);
    const later = [recv, segment('server', ['ACK'], 10, 20)];
    expect(what(recv, false)).toBe('The client program asked for the bytes that have arrived.');
    expect(what(recv, false, later)).toContain('It is still blocked.');
    expect(what(recv, true, later)).toContain('Its return was not seen.');
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
    expect(what(segment('client', ['ACK'], 0, 1, { seq: 3, ack: 7 }))).toContain('before relative number 7');
  });

  it('knows only one third segment: what says the same later is one more acknowledgment', () => {
    const bare = (sent: number, more: object = {}) =>
      segment('client', ['ACK'], sent, sent + 1, { seq: 1, ack: 1, id: `ack ${sent}`, ...more });
    const [third, copy, later] = [bare(0), bare(2, { duplicateOf: 'ack 0' }), bare(4)];
    const steps = [segment('client', ['SYN'], 0, 1), third, copy, later];
    expect(steps.map((step) => what(step, true, steps).includes('third segment'))).toEqual([false, true, true, false]);
    expect(what(later, true, steps)).toContain('before relative number 1');
  });

  it('tells a refusal from a reset', () => {
    const refusal = refusedTrace().find((step) => step.kind === 'segment' && step.flags.includes('RST'))!;
    expect(what(refusal)).toContain('nobody listens');
    expect(what(segment('server', ['RST', 'ACK'], 0, 1, { seq: 7, ack: 3 }))).toContain(
      'the connection is over at once',
    );
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
    expect(sentence).not.toMatch(/returned|over|≈/);
    const returned = plain(english.explain(seenFromOutside(), over(seenFromOutside()), 'return').what);
    expect(returned).toContain('At +2.5 ms it was over: it returned at most 1.9 ms before that.');
    expect(returned).toContain('What it returned was not seen.');
    const { returnedAt: _open, ...open } = seenFromOutside() as Call;
    expect(what(open, false, [open, segment('client', ['SYN'], 600)])).toContain('still blocked');
    const early = {
      ...(seenFromOutside() as Call),
      startedAt: -5000,
      within: {},
      result: 'ok',
      bytes: 2,
      payload: '0079',
    };
    expect(what(early)).toContain('It was seen blocked before the run.');
    expect(plain(english.explain(early, over(early), 'return').what)).toBe(
      'recv() of the server program returned 2 bytes (00 79). By +2.5 ms it was over.',
    );
    expect(portuguese.explain(early, over(early)).what).toContain('Foi vista bloqueada antes da execução.');
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
