import { describe, expect, it } from 'vitest';
import { REASON_SOURCES } from '../../../bridge/trace/reasons.ts';
import { citationsIn } from '../../../web/reading/citations.ts';
import { SCENARIO_KEYS, SHELF } from '../../../web/scenarios/shelf.ts';

const cited = (text: string) =>
  citationsIn(text).flatMap(({ text: name, cites }) => (cites ? [[name, cites.href]] : []));
const whole = (text: string) =>
  citationsIn(text)
    .map((piece) => piece.text)
    .join('');

describe('the RFCs that a text names', () => {
  it('are links, each section by itself', () => {
    expect(cited('RFC 9293 §3.5.2, §3.10.7.1; RFC 1337')).toEqual([
      ['RFC 9293 §3.5.2', 'https://www.rfc-editor.org/rfc/rfc9293#section-3.5.2'],
      ['§3.10.7.1', 'https://www.rfc-editor.org/rfc/rfc9293#section-3.10.7.1'],
      ['RFC 1337', 'https://www.rfc-editor.org/rfc/rfc1337'],
    ]);
  });

  it('are found in a sentence, whose full stop is not part of them', () => {
    expect(cited('It waits a second, as RFC 6298 says (RFC 8985 §6).')).toEqual([
      ['RFC 6298', 'https://www.rfc-editor.org/rfc/rfc6298'],
      ['RFC 8985 §6', 'https://www.rfc-editor.org/rfc/rfc8985#section-6'],
    ]);
    expect(cited('A RFC 6298 §2. Depois')).toEqual([
      ['RFC 6298 §2', 'https://www.rfc-editor.org/rfc/rfc6298#section-2'],
    ]);
    expect(cited('POSIX accept()')).toEqual([]);
    expect(citationsIn('')).toEqual([]);
  });

  it('have whole names, though a text does not repeat the RFC', () => {
    const names = citationsIn('RFC 9293 §3.5.2, §3.10.7.1').flatMap(({ cites }) => cites?.name ?? []);
    expect(names).toEqual(['RFC 9293 §3.5.2', 'RFC 9293 §3.10.7.1']);
  });

  it('take nothing from the text', () => {
    for (const text of ['RFC 9293 §3.5.2, §3.10.7.1; RFC 1337', 'as RFC 6298 says (RFC 8985 §6).', 'no RFC', ''])
      expect(whole(text)).toBe(text);
  });

  it.each([...SCENARIO_KEYS.map((key) => SHELF[key].rfc), ...Object.values(REASON_SOURCES)])(
    '%s leads somewhere',
    (rfc) => {
      expect(whole(rfc)).toBe(rfc);
      if (rfc.startsWith('RFC')) expect(cited(rfc).length).toBe(rfc.split('§').length - 1);
    },
  );
});
