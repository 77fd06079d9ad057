import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LinePrinter } from '../../server/line-printer.ts';

function printing() {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const stream = new PassThrough();
  const writes: string[] = [];
  stream.on('data', (bytes) => writes.push(String(bytes)));
  return { lines: new LinePrinter(stream), writes, stream };
}

test('prints a line at once, and the lines soon after it in one write', () => {
  const { lines, writes } = printing();
  for (const line of ['a', 'b', 'c']) lines.print(line);
  expect(writes).toEqual(['a\n']);
  vi.runAllTimers();
  expect(writes).toEqual(['a\n', 'b\nc\n']);
  vi.advanceTimersByTime(10);
  lines.print('d');
  expect(writes).toEqual(['a\n', 'b\nc\n', 'd\n']);
});

test('flush leaves nothing behind, and prints nothing twice', () => {
  const { lines, writes } = printing();
  lines.print('a');
  lines.print('b');
  lines.flush();
  vi.runAllTimers();
  expect(writes).toEqual(['a\n', 'b\n']);
});

test('goes on if its stream fails', () => {
  const { lines, stream } = printing();
  expect(() => stream.emit('error', new Error('EPIPE'))).not.toThrow();
  lines.print('a');
});
