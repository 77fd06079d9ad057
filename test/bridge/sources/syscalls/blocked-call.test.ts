import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readBlockedCall } from '../../../../bridge/sources/syscalls/blocked-call.ts';
import { SYSTEM_CALLS } from '../../../../bridge/sources/syscalls/system-call-numbers.ts';

const ARGUMENTS = '0x7ffdd82cd390 0x7ffdd82cd384 0x80000 0x0 0x0 0x7ffdd82cd358 0x7f9ed3d28f63\n';
const x64 = (text: string) => readBlockedCall(text, SYSTEM_CALLS['x64']!);

test('the call, by the numbers of both machines, and its descriptor', () => {
  expect(x64(`288 0x3 ${ARGUMENTS}`)).toEqual({ name: 'accept4', call: 'accept', descriptor: 3 });
  expect(x64(`45 0xffffffff00000010 ${ARGUMENTS}`)).toEqual({ name: 'recvfrom', call: 'recv', descriptor: 16 });
  expect(x64(`232 0x4 ${ARGUMENTS}`)).toEqual({ name: 'epoll_wait', descriptor: 4 });
  expect(readBlockedCall(`242 0x3 ${ARGUMENTS}`, SYSTEM_CALLS['arm64']!)).toMatchObject({ call: 'accept' });
});

test.each([
  ['runs', 'running\n'],
  ['waits outside of any call', '-1 0x7ffdd82cd358 0x7f9ed3d28f63\n'],
  ['has ended', ''],
  ['is in a call that is not in the table', `9999 0x3 ${ARGUMENTS}`],
  ['is of a 32-bit program', '102 0x5 0xff 0x1 0x2 0x3 0x4 0xffd82358 0xf7f28f63\n'],
  ['is written half', '288 0x3 0x7ffdd82cd390'],
])('nothing of a thread that %s', (_, text) => {
  expect(x64(text)).toBeUndefined();
});

test('never throws, whatever the text', () => {
  const words = fc.array(
    fc.oneof(
      fc.nat().map(String),
      fc.nat().map((n) => `0x${n.toString(16)}`),
      fc.string(),
    ),
  );
  fc.assert(fc.property(words, (parts) => void x64(parts.join(' '))));
});
