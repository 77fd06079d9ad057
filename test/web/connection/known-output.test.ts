import { expect, test } from 'vitest';
import type { Hello } from '../../../bridge/protocol/messages.ts';
import { withOutput } from '../../../web/connection/known-output.ts';

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ stream: 'stdout' as const, line: `line ${from + index}` }));
const hello = (printed: number, output: Hello['server']['output'], outputIsNew?: true) =>
  ({ server: { state: 'listening', printed, output, ...(outputIsNew && { outputIsNew }) } }) as Hello;

test('new lines follow those that are known, each once, and the oldest are forgotten', () => {
  const known = hello(20, lines(0, 20));
  expect(withOutput(hello(23, lines(20, 23), true), known).server.output).toEqual(lines(0, 23));
  expect(withOutput(hello(23, lines(15, 23), true), known).server.output).toEqual(lines(0, 23));
  expect(withOutput(hello(20, lines(15, 20), true), known).server.output).toEqual(lines(0, 20));
  expect(withOutput(hello(200, lines(150, 200), true), known).server.output).toEqual(lines(150, 200));
  expect(withOutput(hello(3, lines(0, 3)), known).server.output).toEqual(lines(0, 3));
});
