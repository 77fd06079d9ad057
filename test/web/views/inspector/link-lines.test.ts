import { describe, expect, it } from 'vitest';
import type { Step } from '../../../../bridge/trace/step.ts';
import { related } from '../../../../web/reading/links.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { linkLines } from '../../../../web/views/inspector/link-lines.ts';
import { seen } from '../../fixtures/lab-traces.ts';
import { call, segment, state } from '../../fixtures/traces.ts';
import { plain } from '../../fixtures/plain.ts';

const english = await Language.load('en');
const portuguese = await Language.load('pt');

const STEPS: Step[] = [
  call('server', 'accept', -9, 60, { id: 'accept' }),
  seen('client', ['SYN'], 1, 10, { id: 'syn' }),
  seen('server', ['SYN', 'ACK'], 11, 20, { id: 'syn-ack', ack: 1 }),
  seen('client', ['ACK'], 21, 30, { id: 'third', seq: 1, ack: 1, woke: 'accept' }),
  { ...state('server', 'SYN_RCVD', 'ESTABLISHED', 30), id: 'established', cause: 'third' },
  call('client', 'send', 31, 32, { id: 'send', bytes: 2, payload: '0079' }),
  call('server', 'recv', 31, 41, { id: 'recv', bytes: 2, payload: '0079' }),
  seen('client', ['PSH', 'ACK'], 32, 40, {
    ...{ id: 'data', seq: 1, ack: 1, length: 2, payload: '0079' },
    ...{ causedBy: 'send', woke: 'recv' },
  }),
  seen('server', ['ACK'], 42, 50, { id: 'got', seq: 1, ack: 3 }),
];

function lines(id: string, language = english, steps = STEPS): string[] {
  const step = steps.find((each) => each.id === id)!;
  const found = linkLines(step, related(steps, id), steps, language);
  return found.map(({ text, isEffect }) => plain(`${isEffect ? '→' : '←'} ${text}`));
}

describe('the links of a step in words', () => {
  it('say why accept() returned', () => {
    expect(lines('accept')).toEqual(['← woken by the third segment of the handshake']);
    expect(lines('accept', portuguese)).toEqual(['← acordada pelo terceiro segmento do aperto de mão']);
  });

  it('say which bytes recv() gave, and of which segment, at once', () => {
    expect(lines('recv')).toEqual(['← woken by the segment with 2 bytes 00 79, whose bytes it returned']);
    expect(lines('data')).toEqual([
      '← sent by send()',
      '→ woke recv(), which returned these bytes',
      '→ acknowledged by the ACK 3',
    ]);
  });

  it('say of a state whose it is', () => {
    expect(lines('third')).toContain('→ led to ESTABLISHED (server)');
    expect(lines('established', portuguese)).toEqual(['← causa: terceiro segmento do aperto de mão']);
  });

  it('do not make a segment the cause of the end that its missing answer brought', () => {
    const steps = [
      seen('client', ['SYN'], 1, undefined, { id: 'syn', fate: 'dropped' }),
      { ...state('client', 'SYN_SENT', 'CLOSED', 90), id: 'gone', cause: 'syn' },
    ];
    expect(lines('gone', english, steps)).toEqual(['← after the last time-out of the SYN']);
    expect(lines('syn', english, steps)).toEqual(['→ its time-out led to CLOSED (client)']);
    expect(lines('gone', portuguese, steps)).toEqual(['← depois que expirou a espera do segmento SYN']);
  });

  it('say how many bytes are meant if a segment carried more', () => {
    const steps = [
      segment('client', ['PSH', 'ACK'], 1, 2, { id: 'data', seq: 1, length: 1500, payload: 'ff'.repeat(1500) }),
      call('server', 'recv', 3, 4, { id: 'recv', bytes: 1024 }),
    ];
    expect(lines('recv', english, steps)).toEqual([
      '← its bytes came in the segment with 1500 bytes ff ff ff ff … (1024 bytes)',
    ]);
  });

  it('are few, even if one acknowledgment covers a hundred segments', () => {
    const data = Array.from({ length: 100 }, (_, index) =>
      segment('client', ['ACK'], index, index + 1, { seq: 1 + index, length: 1, payload: 'ff' }),
    );
    const steps = [...data, segment('server', ['ACK'], 200, 201, { id: 'ack', seq: 1, ack: 101 })];
    expect(related(steps, 'ack')).toHaveLength(100);
    expect(lines('ack', english, steps).length).toBeLessThanOrEqual(8);
  });

  it('have words of their own in each language, for every kind', () => {
    const { links: en } = english.texts.inspector;
    const { links: pt } = portuguese.texts.inspector;
    const kinds = [
      'caused',
      'carried',
      'woke',
      'filled',
      'wokeFilled',
      'changed',
      'repeated',
      'copied',
      'acknowledged',
    ] as const;
    for (const kind of kinds)
      for (const way of [0, 1] as const) expect(pt[kind][way]('x')).not.toBe(en[kind][way]('x'));
  });
});
