import { describe, expect, test } from 'vitest';
import { Clients } from '../../../bridge/access/clients.ts';

const request = (remoteAddress: string, forwarded?: string) => ({
  socket: { remoteAddress },
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
});

describe('where a request comes from', () => {
  const clients = new Clients(['127.0.0.1', '10.0.0.2']);

  test.each<[string, string, string | undefined, string]>([
    ['a stranger', '10.0.0.9', undefined, '10.0.0.9'],
    ['a stranger that claims to be another', '10.0.0.9', '10.0.0.5', '10.0.0.9'],
    ['the proxy alone', '127.0.0.1', undefined, '127.0.0.1'],
    ['a client of the proxy', '127.0.0.1', '10.0.0.5', '10.0.0.5'],
    ['an IPv6 client of the proxy', '127.0.0.1', '2001:db8::1', '2001:db8::1'],
    ['the proxy over IPv6', '::ffff:127.0.0.1', '::ffff:10.0.0.5', '10.0.0.5'],
    ['a client that claims to be another', '127.0.0.1', '10.0.0.6, 10.0.0.5', '10.0.0.5'],
    ['a client that claims to come from the proxy', '127.0.0.1', '127.0.0.1, 10.0.0.5', '10.0.0.5'],
    ['two proxies in a row', '127.0.0.1', '10.0.0.6, 10.0.0.5, 10.0.0.2', '10.0.0.5'],
    ['nothing but proxies', '127.0.0.1', '10.0.0.2', '127.0.0.1'],
    ['no address', '127.0.0.1', 'unknown', '127.0.0.1'],
    ['no address behind a proxy', '127.0.0.1', '10.0.0.5, unknown, 10.0.0.2', '127.0.0.1'],
    ['an empty header', '127.0.0.1', '', '127.0.0.1'],
  ])('%s', (_, peer, forwarded, expected) => {
    expect(clients.of(request(peer, forwarded))).toBe(expected);
  });

  test('without a trusted proxy the header means nothing', () => {
    expect(new Clients().of(request('127.0.0.1', '10.0.0.5'))).toBe('127.0.0.1');
  });
});
