import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../../bridge/machine/line-splitter.ts';

function split(pieces: string[], limit = 100): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter(limit, (line) => lines.push(line));
  for (const piece of pieces) splitter.feed(piece);
  splitter.end();
  return lines;
}

test.each<[string, string[]]>([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\nb', ['a', 'b']],
  ['\n\n', ['', '']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['a\r', ['a']],
  ['a\rb\n', ['a\rb']],
])('%j', (text, lines) => {
  expect(split([text])).toEqual(lines);
  expect(split([...text])).toEqual(lines);
});

test('the lines are the same wherever a text is split', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', '\r') });
  fc.assert(
    fc.property(fc.array(text), (pieces) => {
      expect(split(pieces)).toEqual(split([pieces.join('')]));
    }),
  );
});

test('of a line that is too long a part is kept, and the next line is whole', () => {
  expect(split(['aaaaaaa\nbbb\n'], 5)).toEqual(['aaaaa', 'bbb']);
  expect(split(['aaa', 'aaa', 'aaa\nb'], 5)).toEqual(['aaaaa', 'b']);
});

test('text after an end begins a line of its own', () => {
  const lines: string[] = [];
  const splitter = new LineSplitter(9, (line) => lines.push(line));
  for (const text of ['a', 'b']) {
    splitter.feed(text);
    splitter.end();
  }
  expect(lines).toEqual(['a', 'b']);
});
