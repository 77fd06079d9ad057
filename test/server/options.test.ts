import { expect, test } from 'vitest';
import { OptionError, readOptions } from '../../server/options.ts';

test('without options: the published address, parity, for ever', () => {
  expect(readOptions([])).toEqual({ host: '127.0.0.1', port: 65432, once: false, answers: 'parity', help: false });
});

test('reads every option', () => {
  expect(readOptions(['--host', '::1', '--port=0', '--once', '--answers', 'prime'])).toEqual({
    host: '::1',
    port: 0,
    once: true,
    answers: 'prime',
    help: false,
  });
});

test.each([
  '--port 65536',
  '--port -1',
  '--port 80a',
  '--port=',
  '--host=',
  '--answers odd',
  '--prt 1',
  '--port',
  'x',
  '--once=1',
])('%s is refused in one sentence', (text) => {
  const read = () => readOptions(text.split(' '));
  expect(read).toThrow(OptionError);
  expect(read).toThrow(/^[^\n]+\.$/);
});
