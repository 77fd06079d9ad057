import { describe, expect, it } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { LeftOut, Reply, WireName } from '../../../bridge/trace/trace.ts';
import type { Step } from '../../../bridge/trace/step.ts';
import { factsOfConnection } from '../../../web/reading/connection-facts.ts';
import { conversationOf } from '../../../web/reading/conversation.ts';
import { summarySentences } from '../../../web/words/runs/run-summary.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { labTrace, seen, seenState, troubledTrace } from '../fixtures/lab-traces.ts';
import {
  call,
  done,
  plainTrace,
  refusedTrace,
  resetTrace,
  segment,
  silentTrace,
  state,
  timeoutTrace,
} from '../fixtures/traces.ts';
import { plain } from '../fixtures/plain.ts';

const languages = { en: await Language.load('en'), pt: await Language.load('pt') };
const tables = { en: await languages.en.topic('summary'), pt: await languages.pt.topic('summary') };
const of = (steps: readonly Step[]) => conversationOf(steps, factsOfConnection(steps).hasReset);

function told(
  steps: Step[],
  outcome: 'replied' | 'refused' | 'reset' | 'silent' | 'timeout',
  name: 'en' | 'pt' = 'en',
  {
    number = 121n,
    wire = 'direct',
    ...more
  }: { number?: bigint; wire?: WireName; leftOut?: LeftOut; waitedUs?: number; reply?: Reply } = {},
) {
  const runs = new Runs(
    () => {},
    (task) => task(),
  );
  const { run } = runs.begin({ script: plainScript(number), wire });
  runs.receive({ type: 'steps', id: run.id, steps });
  runs.receive(done(run.id, outcome, more));
  return plain(summarySentences(run, factsOfConnection(run.steps), languages[name], tables[name]).join(' '));
}
const without = (steps: readonly Step[], ...names: string[]) =>
  steps.filter((step) => step.kind !== 'call' || !names.includes(`${step.side} ${step.name}`));

describe('how a connection ended', () => {
  it.each([
    ['complete', labTrace()],
    ['complete', plainTrace()],
    ['unconfirmed', silentTrace()],
    ['reset', resetTrace()],
    ['never', refusedTrace()],
    ['open', timeoutTrace()],
    ['open', troubledTrace()],
    ['server-only', labTrace().filter(({ at }) => at < 4000)],
  ] as const)('is %s where it was', (ending, steps) => {
    expect(of(steps).ending).toBe(ending);
    expect(of(steps).opener).toBe('client');
  });

  it('says who closed first and so holds TIME_WAIT, and for how long if the kernel reported it', () => {
    expect(of(labTrace())).toMatchObject({ closedFirst: 'server', waits: [{ side: 'server', ms: 60_000 }] });
    expect(of(plainTrace())).toMatchObject({ closedFirst: 'server', waits: [{ side: 'server', ms: undefined }] });
    expect(of(resetTrace())).toMatchObject({ closedFirst: undefined, abortedBy: 'server', waits: [] });
  });

  it('says that a server may trust 127.0.0.1 only, if its reply in the lab sounds like it', () => {
    const reply = { text: '-DENIED Redis is running in protected mode', hex: '2d' };
    expect(told(labTrace(), 'replied', 'en', { wire: 'lab', reply })).toContain('or use --wire direct');
    expect(told(labTrace(), 'replied', 'pt', { wire: 'lab', reply })).toContain('ou use --wire direct');
    expect(told(labTrace(), 'replied', 'en', { wire: 'direct', reply })).not.toContain('--wire direct');
    expect(told(labTrace(), 'replied', 'en', { wire: 'lab' })).not.toContain('--wire direct');
  });

  it('says how many bytes a side had left unread, in place of who ended it', () => {
    const close = call('server', 'close', 20, 21);
    const steps = [
      segment('client', ['SYN'], 0, 1),
      segment('client', ['PSH', 'ACK'], 5, 6, { seq: 1, ack: 1, length: 100 }),
      call('server', 'recv', 8, 9, { bytes: 20 }),
      close,
      segment('server', ['RST', 'ACK'], 22, 23, { seq: 1, evidence: 'captured', causedBy: close.id }),
    ];
    expect(told(steps, 'reset')).toContain('The server closed with 80 bytes unread, so its kernel sent a RST.');
    expect(told(steps, 'reset')).not.toContain('ended it first');
    expect(told(steps, 'reset', 'pt')).toContain('O servidor fechou com 80 bytes por ler');
  });

  it('says that the client aborted it, though the server’s FIN was on its way before it had the RST', () => {
    const steps = [
      ...plainTrace().filter(({ at }) => at < 425),
      call('client', 'reset', 425, 426),
      segment('client', ['RST', 'ACK'], 426, 460, { seq: 3, ack: 7 }),
      state('client', 'ESTABLISHED', 'CLOSED', 426),
      call('server', 'close', 430, 440),
      segment('server', ['FIN', 'ACK'], 432, 500, { seq: 7, ack: 3 }),
      state('server', 'ESTABLISHED', 'FIN_WAIT_1', 432),
      state('server', 'FIN_WAIT_1', 'CLOSED', 460),
    ];
    expect(of(steps)).toMatchObject({ closedFirst: undefined, abortedBy: 'client' });
    expect(told(steps, 'reset')).toContain('The client ended it first, with a RST.');
    expect(told(steps, 'reset')).not.toContain('The server closed first');
    expect(told(steps, 'reset', 'pt')).toContain('O cliente a encerrou primeiro, com um RST.');
  });

  it('does not take a RST that only answers a late segment for the first end', () => {
    const gone = { ...state('client', 'LAST_ACK', 'CLOSED', 580) };
    const late = segment('server', ['ACK'], 565, 590, { seq: 8, ack: 4 });
    const steps = [...plainTrace().slice(0, -1), gone, late, segment('client', ['RST'], 591, 600, { seq: 4 })];
    expect(of(steps)).toMatchObject({ closedFirst: 'server', abortedBy: undefined });
  });

  it('knows that both may close at once, and that both then wait', () => {
    const steps = [
      ...labTrace().filter(({ at }) => at < 3000),
      seen('server', ['FIN', 'ACK'], 4000, 5000),
      seen('client', ['FIN', 'ACK'], 4100, 5100),
      ...(['client', 'server'] as const).flatMap((side) => [
        seenState(side, 'ESTABLISHED', 'FIN_WAIT_1', 4050),
        seenState(side, 'FIN_WAIT_1', 'CLOSING', 5050),
        seenState(side, 'CLOSING', 'TIME_WAIT', 6000),
      ]),
    ];
    expect(of(steps)).toMatchObject({ ending: 'complete', closedFirst: 'both', waits: [{}, {}] });
    const sentences = told(steps, 'silent');
    expect(sentences).toContain(
      'Both closed at about the same time. The client stays in TIME_WAIT. The server stays in TIME_WAIT.',
    );
  });
});

describe('a connection that ended without a reply', () => {
  it('was silence if the server closed without a byte, and only then the protocol may ask for it', () => {
    expect(told(silentTrace(), 'silent')).toMatch(/^The server closed without sending a byte\. (?!For a number)/);
    expect(told(silentTrace(), 'silent', 'en', { number: 1_234_567_890n })).toMatch(
      /^The server closed without sending a byte\. For a number of exactly ten digits, that is what the protocol says\./,
    );
  });

  it('was not silence if the client left bytes unread, or if no end of the server was seen', () => {
    for (const steps of [plainTrace(), timeoutTrace()])
      expect(told(steps, 'silent', 'en', { number: 1_234_567_890n })).toMatch(
        /^The client ended without having read a byte\. /,
      );
  });
});

describe('how long the server program took to answer', () => {
  it('is from its recv to its send if both were seen', () => {
    expect(of(plainTrace()).answer).toEqual({ us: 10, isBound: false });
    expect(of(silentTrace()).answer).toBeUndefined();
    expect(of(refusedTrace()).answer).toBeUndefined();
  });

  it('is counted from the last recv before the answer', () => {
    const more = call('server', 'recv', 391, 397, { bytes: 1, payload: '00' });
    expect(of([...plainTrace(), more]).answer).toEqual({ us: 3, isBound: false });
  });

  it('is at most what the captured segments leave if the calls were not seen', () => {
    const unseen = without(labTrace(), 'server recv', 'server send');
    // From the arrival of the request to the sending of the reply.
    expect(of(unseen).answer).toEqual({ us: 800, isBound: true });
  });

  it('is wider if an end of a segment is only estimated', () => {
    const estimated = without(labTrace(), 'server recv', 'server send', 'client send', 'client recv').map((step) =>
      step.kind === 'segment' && step.length > 0
        ? { ...step, estimated: step.from === 'client' ? ('arrivedAt' as const) : ('sentAt' as const) }
        : step,
    );
    expect(of(estimated).answer).toEqual({ us: 2000, isBound: true });
  });

  it('is at most what the client saw if nothing else was seen', () => {
    expect(of(without(plainTrace(), 'server recv', 'server send')).answer).toEqual({ us: 220, isBound: true });
  });

  it('counts nothing that was inferred', () => {
    const guessed = plainTrace().map((step) =>
      step.kind === 'call' ? { ...step, evidence: 'inferred' as const } : step,
    );
    expect(of(guessed).answer).toBeUndefined();
  });

  it('takes from calls that were seen from outside no more than they prove', () => {
    const steps = plainTrace().map((step) =>
      step.kind === 'call' && step.side === 'server' && step.name === 'recv'
        ? { ...step, within: { startUs: 5, returnUs: 40 } }
        : step,
    );
    // It returned at 350 at the earliest, and the send began at 400.
    expect(of(steps).answer).toEqual({ us: 50, isBound: true });
  });

  it('is nothing if the server spoke first', () => {
    const greeting = seen('server', ['PSH', 'ACK'], 400, 500, { seq: 1, ack: 1, length: 6 });
    expect(of([greeting, ...without(labTrace(5000), 'server recv', 'server send')]).answer).toBeUndefined();
  });
});

describe('a run in words', () => {
  it('goes from end to end', () => {
    expect(told(labTrace(), 'replied')).toBe(
      'The server replied ÍMPAR. Complete: the client opened it, and both sides closed it. ' +
        'The server closed first, so it stays in TIME_WAIT for up to 60 s. 2 bytes up, 6 bytes down. ' +
        'The server program took 560 µs to answer.',
    );
    expect(told(labTrace(), 'replied', 'pt')).toBe(
      'O servidor respondeu ÍMPAR. Completa: o cliente a abriu, e os dois lados a fecharam. ' +
        'O servidor fechou primeiro e por isso fica em TIME_WAIT por até 60 s. 2 bytes de ida, 6 bytes de volta. ' +
        'O programa servidor levou 560 µs para responder.',
    );
  });

  it('says what was lost and what was sent again', () =>
    expect(told(troubledTrace(), 'timeout')).toContain('Segments lost: 2, sent again: 1, copied by the wire: 1.'));

  it('says what a trace had no room for, and nothing about an end that it does not hold', () => {
    const begun = labTrace().slice(0, 16);
    expect(told(begun, 'replied', 'en', { leftOut: { steps: 1234 } })).toBe(
      'The server replied ÍMPAR. More happened than a trace holds: 1234 reports about what came later are not in it, ' +
        'so it does not show how the connection ended.',
    );
    expect(told(labTrace(), 'replied', 'pt', { leftOut: { lines: 4900 } })).toContain(
      'os dois lados a fecharam. O servidor imprimiu 4900 linhas a mais do que cabem em um rastro.',
    );
  });

  it('does not speak of an opening that was refused', () =>
    expect(told(refusedTrace(), 'refused')).toBe('Refused: nobody listens on that port, so there was no connection.'));

  it('says that the run waited for the server program, and whether in vain', () => {
    expect(told(labTrace(), 'replied', 'en', { waitedUs: 1_200_000 })).toContain(
      'The run waited 1.2 s until the server program listened.',
    );
    expect(told(refusedTrace(), 'refused', 'pt', { waitedUs: 5_000_000 })).toMatch(
      /A execução esperou 5\ss que o programa servidor escutasse, mas ele não escutou\.$/,
    );
  });

  it('says that a bound is one', () => {
    const unseen = without(labTrace(), 'server recv', 'server send');
    expect(told(unseen, 'replied')).toContain('The server program took at most 800 µs to answer.');
    expect(told(unseen, 'replied', 'pt')).toContain('levou no máximo 800 µs para responder.');
  });
});
