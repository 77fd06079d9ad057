import { describe, expect, it } from 'vitest';
import type { Call, Step } from '../../../../bridge/trace/step.ts';
import { explainerIn } from '../../../../web/words/steps/explanation.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { call, plainTrace, refusedTrace, segment } from '../../fixtures/traces.ts';
import { plain } from '../../fixtures/plain.ts';

const explainers = {
  en: await explainerIn(await Language.load('en')),
  pt: await explainerIn(await Language.load('pt')),
};
const told = (step: Step, moment: 'begin' | 'return', steps: readonly Step[] = [step], name: 'en' | 'pt' = 'en') => {
  const { what, why, section } = explainers[name].explain(step, { steps, isOver: true }, moment);
  return { what: plain(what), why, section };
};
const returned = (step: Step, steps?: readonly Step[], name?: 'en' | 'pt') => told(step, 'return', steps, name).what;
const named = (steps: readonly Step[], side: Call['side'], name: Call['name']) =>
  steps.find((step): step is Call => step.kind === 'call' && step.side === side && step.name === name)!;

describe('the beginning of a call that can block, or that failed', () => {
  it.each([
    call('server', 'accept', 0, 900, { peer: '10.0.0.1:40001' }),
    call('client', 'connect', 0, 105, { result: 'ECONNREFUSED' }),
    call('client', 'recv', 0, 190, { bytes: 6, payload: 'c38d4d504152' }),
    call('client', 'recv', 0, 190, { bytes: 0 }),
    call('client', 'send', 0, 190, { bytes: 2, payload: '0079', result: 'EPIPE' }),
    call('server', 'bind', 0, 190, { result: 'EADDRINUSE' }),
  ])('says nothing of how it ended ($name $result)', (step) => {
    for (const name of ['en', 'pt'] as const) {
      const { what } = told(step, 'begin', [step], name);
      expect(what).not.toMatch(/return|retorn|fail|falh|µs|ÍMPAR|E[A-Z]{4,}|10\.0\.0\.1/);
    }
  });

  it('is never called blocked if its return is known', () => {
    const steps = plainTrace();
    for (const step of steps.filter(({ kind }) => kind === 'call'))
      expect(told(step, 'begin', steps).what).not.toMatch(/blocked|not seen/);
  });
});

describe('the return of a call', () => {
  it('says what it returned, how long it took, and what woke it', () => {
    const steps = plainTrace();
    expect(returned(named(steps, 'server', 'recv'), steps)).toBe(
      'recv() of the server program returned 2 bytes (00 79), after 128 µs: the bytes that arrived woke it.',
    );
    expect(returned(named(steps, 'server', 'recv'), steps, 'pt')).toBe(
      'recv() do programa servidor retornou 2 bytes (00 79), depois de 128 µs: os bytes que chegaram a acordaram.',
    );
    expect(returned(named(steps, 'client', 'connect'), steps)).toBe(
      'connect() of the client program returned, after 215 µs.',
    );
    expect(returned(named(steps, 'server', 'accept'), steps)).toContain('returned a connection from 127.0.0.1:40001');
  });

  it('names the segment that woke it, whatever it was', () => {
    const fin = call('client', 'recv', 0, 50, { bytes: 0 });
    const accept = call('server', 'accept', 0, 50);
    const connect = call('client', 'connect', 0, 50);
    const steps = [
      fin,
      accept,
      connect,
      segment('server', ['FIN', 'ACK'], 30, 40, { woke: fin.id }),
      segment('client', ['ACK'], 30, 40, { woke: accept.id }),
      segment('server', ['SYN', 'ACK'], 30, 40, { woke: connect.id }),
    ];
    expect(returned(fin, steps)).toBe(
      'recv() of the client program returned 0 bytes, the end of the stream, after 50 µs: the FIN that arrived woke it.',
    );
    expect(returned(accept, steps)).toContain('the segment that completed the handshake woke it');
    expect(returned(connect, steps)).toContain('the SYN+ACK that arrived woke it');
    expect(told(fin, 'return', steps).why).toContain('no error');
  });

  it('has no number if nobody measured it', () => {
    const inferred = call('server', 'accept', 0, 1, {
      evidence: 'inferred',
      reason: 'only-an-accepted-socket-can-send',
    });
    expect(returned(inferred)).toBe('accept() of the server program returned a connection.');
  });

  it('is told at the beginning while it is not known', () => {
    const open = call('client', 'recv', 0);
    expect(told(open, 'return')).toEqual(told(open, 'begin'));
  });
});

describe('a call that failed', () => {
  const failed = (side: Call['side'], name: Call['name'], result: string) => call(side, name, 0, 400, { result });

  it('says what the failure means, and where that is written', () => {
    const refused = named(refusedTrace(), 'client', 'connect');
    expect(returned(refused)).toBe(
      'connect() of the client program failed after 105 µs with ECONNREFUSED: a RST answered the SYN, because nobody listens there.',
    );
    expect(told(refused, 'return')).toMatchObject({ section: 'RFC 9293 §3.5.2, §3.10.7.3' });
    expect(told(refused, 'return').why).toContain('the kernel would repeat the SYN, and connect() would block');
    expect(told(failed('server', 'recv', 'ECONNRESET'), 'return')).toMatchObject({ section: 'RFC 9293 §3.5.3' });
  });

  it('gives the kernel’s patience its own measure: a SYN is given up sooner than data', () => {
    expect(told(failed('client', 'connect', 'ETIMEDOUT'), 'return').why).toContain('more than two minutes');
    expect(told(failed('client', 'recv', 'ETIMEDOUT'), 'return').why).toContain('a quarter of an hour');
  });

  it.each([
    ['connect', 'ECONNREFUSED'],
    ['recv', 'ECONNRESET'],
    ['connect', 'ETIMEDOUT'],
    ['recv', 'ETIMEDOUT'],
    ['send', 'EPIPE'],
    ['bind', 'EADDRINUSE'],
    ['recv', 'EAGAIN'],
    ['accept', 'ECONNABORTED'],
    ['connect', 'ECANCELED'],
    ['connect', 'EHOSTUNREACH'],
    ['connect', 'ENETUNREACH'],
  ] as const)('%s(): %s has a meaning and a reason of its own in each language', (name, error) => {
    const [en, pt] = (['en', 'pt'] as const).map((each) =>
      told(failed('client', name, error), 'return', undefined, each),
    );
    expect(en!.what).toMatch(new RegExp(`with ${error}: .+\\.$`));
    expect(pt!.what).toMatch(new RegExp(`com ${error}: .+\\.$`));
    expect(en!.why).not.toBe(pt!.why);
    expect(en!.why).not.toContain('manual page');
  });

  it('is named if the page does not know what it means', () => {
    for (const error of ['ENOTCONN', 'constructor'])
      expect(returned(failed('client', 'send', error))).toBe(
        `send() of the client program failed after 400 µs with ${error}.`,
      );
  });
});

it('the title of a step says of its return what the sentence says', () => {
  const recv = call('client', 'recv', 0, 5, { bytes: 0 });
  const run = { steps: [recv], isOver: true };
  expect(explainers.en.titleOf(recv, run)).not.toContain('returned');
  expect(explainers.en.titleOf(recv, run, 'return')).toContain('the end of the stream');
});
