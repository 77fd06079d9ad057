import fc from 'fast-check';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { RunMessage } from '../../../bridge/protocol/messages.ts';
import type { LinkSettings } from '../../../bridge/trace/link.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import {
  changesAnything,
  DROPS,
  holding,
  HOLDS,
  isLink,
  LINK_FIELDS,
  linkFromParameters,
  linkParameters,
  parseField,
  withUsual,
} from '../../../web/settings/link-settings.ts';
import { linkInWords } from '../../../web/words/link-words.ts';
import { Language } from '../../../web/texts/language.svelte.ts';

const asked = (link: LinkSettings) => Check(RunMessage, { type: 'run', id: 'run-1', script: plainScript(1n), link });
const fromAddress = (text: string) => linkFromParameters(new URLSearchParams(text));
const anyLink = fc
  .tuple(
    fc.tuple(...LINK_FIELDS.map(({ least, most }) => fc.option(fc.integer({ min: Math.ceil(least), max: most })))),
    fc.subarray(Object.keys(DROPS)),
    fc.oneof(
      fc.constant(['all']),
      fc.subarray([...Object.keys(HOLDS).filter((key) => key !== 'all'), 'client-1', 'server-3', 'server-9999']),
    ),
    fc.boolean(),
  )
  .map(([values, drops, holds, mayOvertake]): LinkSettings => {
    const link: LinkSettings = {};
    values.forEach((value, index) => {
      const { name } = LINK_FIELDS[index]!;
      if (value || (value === 0 && name === 'delayMs')) link[name] = value;
    });
    if (drops.length > 0) link.drop = drops.map((key) => ({ kind: DROPS[key]! }));
    return { ...link, ...holding(holds), ...(mayOvertake && holds.length > 0 && { mayOvertake }) };
  });

describe('the settings of the wire', () => {
  it('come back from the address as they went into it, and are what the bridge takes', () =>
    fc.assert(
      fc.property(anyLink, (link) => {
        expect(linkFromParameters(new URLSearchParams(linkParameters(link)))).toEqual(link);
        expect(asked(link)).toBe(true);
      }),
    ));

  it('are never more than the bridge takes, whatever the address says', () =>
    fc.assert(
      fc.property(fc.constantFrom(...LINK_FIELDS), fc.oneof(fc.string(), fc.double().map(String)), (field, text) => {
        const link = fromAddress(new URLSearchParams([[field.parameter, text]]).toString());
        expect(asked(link)).toBe(true);
      }),
    ));

  it.each([
    ['delay=-1', {}],
    ['delay=ten', {}],
    ['mtu=100', {}],
    ['mtu=576.5', {}],
    ['loss=101', {}],
    ['drop=syn.constructor.fin.syn', { drop: [{ kind: 'SYN' }, { kind: 'FIN' }] }],
    ['delay=1e2', { delayMs: 100 }],
    [
      'hold=fin.client-3',
      {
        hold: [
          { kind: 'FIN', every: true },
          { from: 'client', nth: 3 },
        ],
      },
    ],
    ['hold=client-0.peer-1.server-1x.client-', {}],
    ['delay=0', { delayMs: 0 }],
    ['hold=all&overtake=1', { hold: true, mayOvertake: true }],
    ['hold=all&overtake=yes', { hold: true }],
    ['overtake=1', {}],
  ])('%s is read as %o', (text, link) => expect(fromAddress(text)).toEqual(link));

  it('are nothing while only a seed is chosen, or who may overtake whom', () => {
    expect(changesAnything({})).toBe(false);
    expect(changesAnything({ mayOvertake: true })).toBe(false);
    expect(changesAnything({ seed: 7, delayMs: 0, drop: [], hold: false })).toBe(false);
    expect(changesAnything({ lossPercent: 1 })).toBe(true);
    expect(changesAnything({ drop: [{ kind: 'FIN' }] })).toBe(true);
  });

  it('are the usual ones as far as none are chosen: 20 ms each way', () => {
    expect(withUsual({})).toEqual({ delayMs: 20 });
    expect(withUsual({ delayMs: 0, mtu: 576 })).toEqual({ delayMs: 0, mtu: 576 });
    expect(isLink({ ...withUsual({}), hold: true, mayOvertake: true })).toBe(true);
    expect(isLink({ mayOvertake: 1 })).toBe(false);
  });

  it('take a field only when it is whole', () => {
    const mtu = LINK_FIELDS.find(({ name }) => name === 'mtu')!;
    expect(['5', '57', '576', ' ', ''].map((typed) => parseField(mtu, typed))).toEqual([
      undefined,
      undefined,
      576,
      undefined,
      undefined,
    ]);
  });

  it('are said on one line', async () => {
    const link: LinkSettings = { delayMs: 100, jitterMs: 10, lossPercent: 30, seed: 7, drop: [{ kind: 'data' }] };
    const said = (words: string) => words.replaceAll('\u00a0', ' ');
    expect(said(linkInWords(link, await Language.load('en')))).toBe(
      'delay 100 ms · jitter ±10 ms · loss 30 % · seed 7 · loses the first data segment',
    );
    expect(said(linkInWords(link, await Language.load('pt')))).toBe(
      'atraso 100 ms · variação ±10 ms · perda 30 % · semente 7 · perde o primeiro segmento de dados',
    );
    const hold = [{ from: 'server' as const, nth: 2 }];
    expect(linkInWords({ hold }, await Language.load('en'))).toBe('holds segment 2 of the server');
    expect(linkInWords({ hold }, await Language.load('pt'))).toBe('retém o segmento 2 do servidor');
    const lets = { hold, mayOvertake: true };
    expect(linkInWords(lets, await Language.load('en'))).toBe('holds segment 2 of the server · may be overtaken');
    expect(linkInWords(lets, await Language.load('pt'))).toBe('retém o segmento 2 do servidor · pode ser ultrapassado');
    expect(linkInWords({ seed: 7 }, await Language.load('en'))).toBe('');
  });
});
