import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable, printableJson, withoutStyle } from '../../../bridge/trace/printable.ts';
import { anyText } from '../../helpers/any-text.ts';

test.each([
  ['a colour', '\u001b[31mred', '\\x1b[31mred'],
  ['a window title', '\u001b]0;evil\u0007', '\\x1b]0;evil\\x07'],
  ['a command that begins beyond ASCII', '\u009b2J', '\\x9b2J'],
  ['the cursor at the beginning of the line', 'no\ryes', 'no\\x0dyes'],
  ['a rub-out', 'no\u0008\u007f', 'no\\x08\\x7f'],
  ['writing from right to left', 'a\u202egpj.exe\u2066', 'a\\u202egpj.exe\\u2066'],
  ['what is not seen', 'a\u200bb\ufeff\u{e0041}', 'a\\u200bb\\ufeff\\udb40\\udc41'],
  ['line ends of Unicode', 'a\u2028b\u2029', 'a\\u2028b\\u2029'],
  ['what is only text', 'ÍMPAR\t× 漢字 😀\n', 'ÍMPAR\t× 漢字 😀\n'],
])('%s', (_, text, shown) => expect(printable(text)).toBe(shown));

test('no text keeps a character that a terminal obeys, and JSON keeps its meaning', () => {
  const text = fc.string({
    unit: fc.oneof(fc.constantFrom('\u001b', '\u009b', '\u202e', '\u007f', '\n'), anyText()),
  });
  fc.assert(
    fc.property(text, (value) => {
      expect(printable(value)).not.toMatch(/[^\P{C}\n\t\p{Cn}\p{Co}\p{Cs}]|[\p{Zl}\p{Zp}]/u);
      const json = printableJson(JSON.stringify({ value }, null, 2));
      expect(json).not.toMatch(/[^\P{C}\n\p{Cn}\p{Co}\p{Cs}]|[\p{Zl}\p{Zp}]/u);
      expect(JSON.parse(json)).toEqual({ value });
    }),
  );
});

test.each([
  ['\u001b[1;31mred\u001b[0m, \u001b[38:5:9mtoo\u001b[m', 'red, too'],
  ['\u001b[?2004hprompt> \u001b[?25l\u001b[K', 'prompt> '],
  ['\u001b[2J\u001b]0;title\u0007', '\u001b[2J\u001b]0;title\u0007'],
])('what only makes a text look better is left out: %j', (text, plain) => {
  expect(withoutStyle(text)).toBe(plain);
});
