import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addressIn,
  endsIn,
  firstDescriptor,
  payloadIn,
  readStraceLine,
} from '../../../../bridge/sources/strace/read-line.ts';
import { anyText } from '../../../helpers/any-text.ts';

const ACCEPT =
  '849   1795408347.788749532 accept4(3<TCP:[127.0.0.1:45003]>, {sa_family=AF_INET, sin_port=htons(35636), sin_addr=inet_addr("\\x31\\x32\\x37\\x2e\\x30\\x2e\\x30\\x2e\\x31")}, [16], SOCK_CLOEXEC) = 4<TCP:[127.0.0.1:45003->127.0.0.1:35636]> <0.000034>';
/** Lines of every form, as strace 6.1 wrote them. */
const LINES = [
  ACCEPT,
  ACCEPT.replace('849  ', '[pid   849]'),
  ACCEPT.replace('849   ', ''),
  '10596 1795409308.249932032 accept4(3<TCPv6:[[::]:45010]>,  <unfinished ...>',
  '10590 1795409308.255809692 <... sendto resumed>) = 5 <0.000049>',
  '10590 1795409308.256015982 <... recvfrom resumed>"\\x61\\x62\\x63", 3, 0, NULL, NULL) = 3 <0.000046>',
  '722   1795408323.710974137 accept4(3<TCP:[127.0.0.1:45002]>, 0x7ffdef6c3dd0, [16], SOCK_CLOEXEC) = ? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.149183>',
  '722   1795408323.1 recvfrom(4<socket:[77]>, 0x55, 10, 0, NULL, NULL) = -1 ECONNRESET (Connection reset by peer) <0.000011>',
  '722   1795408323.1 close(3)                = 0',
  '722   1795408323.860229073 --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=784, si_uid=0} ---',
  '722   1795408323.861375463 +++ killed by SIGTERM +++',
  '256   1795408347.839941479 +++ exited with 0 +++',
];

test('a whole call: who, when, how long, with what result', () => {
  const line = readStraceLine(ACCEPT);
  expect(line).toMatchObject({ form: 'call', pid: 849, name: 'accept4', result: { value: 4, errno: 'ok' } });
  if (line?.form !== 'call') throw new Error('no call');
  expect(line.at).toBeCloseTo(1795408347788749.5, 0);
  expect(line.durationUs).toBeCloseTo(34);
  expect(line.result.about).toBe('TCP:[127.0.0.1:45003->127.0.0.1:35636]');
  expect(firstDescriptor(line.args)).toEqual({ number: 3, about: 'TCP:[127.0.0.1:45003]' });
  expect(addressIn(line.args)).toBe('127.0.0.1:35636');
});

test('the thread in front, in brackets, or not named', () => {
  expect(LINES.slice(0, 3).map((line) => readStraceLine(line)?.pid)).toEqual([849, 849, 0]);
});

test('each form of line', () => {
  expect(LINES.map((line) => readStraceLine(line)?.form)).toEqual([
    'call',
    'call',
    'call',
    'unfinished',
    'resumed',
    'resumed',
    'call',
    'call',
    'call',
    undefined,
    'ended',
    'ended',
  ]);
});

test('results: a value, an errno, or neither', () => {
  const results = LINES.map(readStraceLine).flatMap((line) => (line && 'result' in line ? line.result : []));
  expect(results.slice(3)).toEqual([
    { value: 5, errno: 'ok' },
    { value: 3, errno: 'ok' },
    { errno: 'ERESTARTSYS' },
    { value: -1, errno: 'ECONNRESET' },
    { value: 0, errno: 'ok' },
  ]);
});

test('both ends of a socket, IPv4 and IPv6; a listening socket has one', () => {
  expect(endsIn('TCP:[127.0.0.1:1->10.0.0.1:2]')).toEqual({ local: '127.0.0.1:1', peer: '10.0.0.1:2' });
  expect(endsIn('TCPv6:[[::1]:1->[fe80::1]:2]')).toEqual({ local: '[::1]:1', peer: '[fe80::1]:2' });
  expect(endsIn('TCPv6:[[::]:80]')).toEqual({ local: '[::]:80' });
  for (const other of [undefined, '', 'TCP:[4711]', 'UDP:[127.0.0.1:1]', 'socket:[4711]', '/etc/passwd'])
    expect(endsIn(other)).toBeUndefined();
});

test('an IPv6 address among the arguments', () => {
  const args =
    '3, {sa_family=AF_INET6, sin6_port=htons(45010), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "\\x3a\\x3a\\x31", &sin6_addr), sin6_scope_id=0}, 28';
  expect(addressIn(args)).toBe('[::1]:45010');
  expect(addressIn('3, NULL, NULL')).toBeUndefined();
});

test('bytes: of one buffer or several, as many as strace shows', () => {
  expect(payloadIn('4<TCP:[1]>, "\\x00\\x79", 1024, 0, NULL, NULL')).toBe('0079');
  expect(payloadIn('4, "\\x00\\x79"..., 9000')).toBe('0079');
  expect(
    payloadIn('4, [{iov_base="\\x61", iov_len=1}, {iov_base="\\x62"..., iov_len=2}, {iov_base="\\x63", iov_len=1}], 3'),
  ).toBe('6162');
  expect(
    payloadIn(
      '4, {msg_name={sin_addr=inet_addr("\\x31")}, msg_iov=[{iov_base="\\x61\\x62", iov_len=2}], msg_iovlen=1}, 0',
    ),
  ).toBe('6162');
  expect(payloadIn('4, "", 10')).toBe('');
  expect(payloadIn('4, 0x7ffd, 10')).toBe('');
});

describe('never throws, whatever the line', () => {
  const cut = fc
    .tuple(fc.constantFrom(...LINES), fc.nat(300), fc.nat(300))
    .map(([line, from, length]) => line.slice(from % line.length, (from % line.length) + length));
  const mixed = fc.array(fc.oneof(cut, fc.string()), { maxLength: 4 }).map((parts) => parts.join(''));

  test.each([
    ['pieces of lines put together', mixed],
    ['any text', anyText()],
  ])('%s', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        const line = readStraceLine(text);
        if (!line) return;
        expect(Number.isFinite(line.at)).toBe(true);
        if ('args' in line) for (const read of [firstDescriptor, addressIn, payloadIn]) read(line.args);
        if ('result' in line) endsIn(line.result.about);
      }),
      { numRuns: 2000 },
    );
  });

  test('and takes no long time', () => {
    for (const piece of ['<', '->', '(', ') = ', '"\\x61', ' <unfinished ...>', '1.1 '])
      readStraceLine(`1 1.1 read(${piece.repeat(3000)}`);
  });
});
