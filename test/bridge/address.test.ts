import { expect, test } from 'vitest';
import { formatAddress, isLoopback, parseAddress, resolveAddress } from '../../bridge/address.ts';

test.each([
  ['127.0.0.1:65432', '127.0.0.1', 65432],
  ['localhost:1', 'localhost', 1],
  [':80', '127.0.0.1', 80],
  ['[::1]:8080', '::1', 8080],
  ['[::ffff:10.0.0.1]:8080', '::ffff:10.0.0.1', 8080],
])('%s', (text, host, port) => expect(parseAddress(text)).toEqual({ host, port }));

test.each([
  '',
  ':',
  '80',
  'a:b',
  '::1:80',
  '[::1]',
  '[host]:80',
  'a:0',
  'a:65536',
  'a:080000',
  'a: 80',
  'a b:80',
  'a:80\n',
  'http://a:80',
])('%j is no address', (text) =>
  expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'BAD_OPTION' })),
);

test('port 0 only where the kernel may choose', () => expect(parseAddress('a:0', 0)).toEqual({ host: 'a', port: 0 }));

test('formats what it reads', () => {
  for (const text of ['127.0.0.1:80', 'name:80', '[::1]:80']) expect(formatAddress(parseAddress(text))).toBe(text);
});

test('names are looked up, IPv4 first; addresses are left as they are', async () => {
  expect(await resolveAddress({ host: 'localhost', port: 5 })).toEqual({ host: '127.0.0.1', port: 5 });
  expect(await resolveAddress({ host: '::1', port: 5 })).toEqual({ host: '::1', port: 5 });
  await expect(resolveAddress({ host: 'no-such-host.invalid', port: 5 })).rejects.toMatchObject({ code: 'BAD_OPTION' });
});

test('loopback', () => {
  for (const host of ['localhost', '127.0.0.1', '127.9.8.7', '::1', '::ffff:127.0.0.1'])
    expect(isLoopback(host)).toBe(true);
  for (const host of ['0.0.0.0', '::', '10.0.0.1', '::ffff:10.0.0.1', '127.0.0.1.example', 'evil.localhost', ''])
    expect(isLoopback(host)).toBe(false);
});
