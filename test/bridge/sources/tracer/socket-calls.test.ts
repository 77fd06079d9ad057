import { expect, test } from 'vitest';
import { SocketCalls } from '../../../../bridge/sources/tracer/socket-calls.ts';
import type { Entered, Returned } from '../../../../bridge/tracer/report.ts';

const LOCAL = '127.0.0.1:65432';
const PEER = '127.0.0.1:40000';

/** A program whose calls the test makes; everything that is reported, as text. */
function program() {
  const told: string[] = [];
  let at = 0;
  let number = 0;
  const calls = new SocketCalls({
    onReport: (report) => {
      const bytes = 'bytes' in report ? ` ${report.bytes}` : '';
      const result = 'result' in report && report.result !== 'ok' ? ` ${report.result}` : '';
      const reset = 'reset' in report && report.reset ? ' reset' : '';
      const plain = report.what === 'plain' ? ` ${report.name}(${report.args.join()}) = ${report.value}` : '';
      told.push(
        `${report.what}${plain}${bytes}${result}${reset} ${report.startedAt}..${'at' in report ? report.at : ''}`,
      );
    },
    onWaitForNext: ({ what }, address) => told.push(`${what} for the next on ${address}`),
    onWait: (report, isWaitedFor) =>
      told.push(`${report.name} for 2: ${isWaitedFor(2)} ${report.startedAt}..${report.at}`),
    onAbandoned: (connection) => told.push(`abandoned ${connection}`),
    now: () => at,
  });
  const enter = (name: string, facts: Partial<Entered> = {}): Partial<Entered> => {
    number += 1;
    at += 1;
    const entered = { what: 'enter', call: number, name, at, process: 7, thread: 7, ...facts } as const;
    calls.entered(entered);
    return entered;
  };
  const leave = (entered: Partial<Entered>, facts: Partial<Returned> = {}): void => {
    at += 1;
    calls.returned({ ...(entered as Entered), what: 'return', result: 0, errno: 'ok', ...facts, at });
  };
  const call = (name: string, entered: Partial<Entered> = {}, returned: Partial<Returned> = {}): void =>
    leave(enter(name, entered), returned);
  call('socket', {}, { newSocket: 1 });
  call('bind', { socket: 1 }, { local: LOCAL });
  call('listen', { socket: 1 }, { local: LOCAL });
  call('accept4', { socket: 1 }, { newSocket: 2, local: LOCAL, peer: PEER });
  told.splice(0);
  return { told, calls, enter, leave, call };
}

test('a call that the kernel makes again after a signal is one call', () => {
  const { told, enter, leave } = program();
  const first = enter('recvfrom', { socket: 2, length: 9, flags: 0 });
  leave(first, { result: -1, errno: 'ERESTARTSYS' });
  expect(told).toEqual([]);
  leave(enter('recvfrom', { socket: 2, length: 9, flags: 0 }), { bytes: 9 });
  expect(told).toEqual(['recv 9 9..12']);
});

test('a call that a signal ended is over when the thread calls something else', () => {
  const { told, enter, leave, call } = program();
  leave(enter('recvfrom', { socket: 2, length: 9, flags: 0 }), { result: -1, errno: 'ERESTARTSYS' });
  call('sendto', { socket: 2, length: 2, flags: 0 }, { bytes: 2 });
  // Nobody was told that it blocked, and nothing came of it.
  expect(told).toEqual(['send 2 11..12']);
});

test.each<[string, string, Partial<Entered>, Partial<Returned>, string[]]>([
  ['peeking takes nothing', 'recvfrom', { flags: 2, length: 9 }, { bytes: 9 }, []],
  ['nothing is there yet', 'recvfrom', { flags: 0, length: 9 }, { result: -1, errno: 'EAGAIN' }, []],
  ['room for nothing is not the end', 'read', { flags: 0, length: 0 }, { bytes: 0 }, []],
  ['the end', 'read', { flags: 0, length: 9 }, { bytes: 0 }, ['recv 0 9..10']],
  ['a reset', 'read', { flags: 0, length: 9 }, { result: -1, errno: 'ECONNRESET' }, ['recv 0 ECONNRESET 9..10']],
  ['sendfile sends', 'sendfile', { length: 9 }, { bytes: 9 }, ['send 9 9..10']],
  ['splice from the socket receives', 'splice', { length: 9, sends: false }, { bytes: 9 }, ['recv 9 9..10']],
  ['splice to the socket sends', 'splice', { length: 9, sends: true }, { bytes: 9 }, ['send 9 9..10']],
  ['it ends only what it receives', 'shutdown', { how: 0 }, {}, []],
  ['it ends what it sends', 'shutdown', { how: 1 }, {}, ['shutdown 9..10']],
  ['a copy of the descriptor is left', 'close', {}, { last: false }, []],
  ['no descriptor is left', 'close', {}, { last: true }, ['close 9..10']],
])('%s', (_, name, entered, returned, expected) => {
  const { told, call } = program();
  call(name, { socket: 2, ...entered }, returned);
  expect(told).toEqual(expected);
});

test('SO_LINGER with a time of zero makes a close() a reset', () => {
  const { told, call } = program();
  call('setsockopt', { socket: 2, option: { level: 1, name: 13, value: '0100000000000000' } });
  call('close', { socket: 2 }, { last: true });
  expect(told).toEqual(['plain setsockopt(SOL_SOCKET,SO_LINGER,{1, 0}) = undefined 9..10', 'close reset 11..12']);
});

test('a wait is told of those whose socket is in the set, and not if it only looks', () => {
  const { told, call } = program();
  call('epoll_wait', { set: 3 }, { result: 1 });
  call('epoll_ctl', { set: 3, socket: 2, change: 'joins' });
  call('epoll_wait', { set: 3 }, { result: 1 });
  call('epoll_wait', { set: 3 }, { result: 0 });
  call('poll', { waitsFor: [1, 2] }, { result: 1 });
  call('epoll_ctl', { set: 3, socket: 2, change: 'leaves' });
  call('epoll_wait', { set: 3 }, { result: 1 });
  expect(told).toEqual([
    'epoll_wait for 2: false 9..10',
    'epoll_wait for 2: true 13..14',
    `wait for the next on ${LOCAL}`,
    'poll for 2: true 17..18',
    'epoll_wait for 2: false 21..22',
  ]);
});

const TCP_NODELAY = { level: 6, name: 1, value: '01000000' };

test.each<[string, string, Partial<Entered>, Partial<Returned>, string[]]>([
  [
    'an option that is set',
    'setsockopt',
    { option: TCP_NODELAY },
    {},
    ['setsockopt(IPPROTO_TCP,TCP_NODELAY,1) = undefined'],
  ],
  [
    'an option that is read',
    'getsockopt',
    { option: { level: 1, name: 4 } },
    { value: '6f000000' },
    ['getsockopt(SOL_SOCKET,SO_ERROR) = ECONNREFUSED'],
  ],
  ['an option of no name', 'getsockopt', { option: { level: 7, name: 99 } }, { value: '00' }, ['getsockopt(7,99) = 0']],
  ['dup', 'dup', { descriptor: 4 }, { result: 7, newSocket: 2 }, ['dup(4) = 7']],
  ['fcntl that copies', 'fcntl', { descriptor: 4 }, { result: 7, newSocket: 2 }, ['dup(4) = 7']],
  ['a child gets it', 'clone', { holds: [1, 2] }, { result: 99 }, ['fork() = 99']],
  ['it ends with its process', 'exit_group', { holds: [1, 2], code: 3 }, {}, ['exit(3) = undefined']],
  ['a child gets others', 'clone', { holds: [1] }, { result: 99 }, []],
])('%s', (_, name, entered, returned, expected) => {
  const { told, call } = program();
  call(name, { ...(entered.holds ? {} : { socket: 2 }), ...entered }, returned);
  expect(told).toEqual(expected.map((text) => `plain ${text} 9..10`));
});

test('a fork() that failed is told: EAGAIN is a limit here', () => {
  const { told, call } = program();
  call('fork', { holds: [2] }, { result: -1, errno: 'EAGAIN' });
  expect(told).toEqual(['plain fork() = undefined EAGAIN 9..10']);
});

test('a process that ends without a close() has abandoned its connections', () => {
  const { told, calls } = program();
  calls.released({ what: 'released', at: 20, socket: 1 });
  calls.released({ what: 'released', at: 20, socket: 2 });
  expect(told).toEqual(['abandoned 2']);
});

test('what blocks is told when somebody asks', () => {
  const { calls, enter } = program();
  const isOfInterest = (address: string) => address === LOCAL;
  expect(calls.waitingFor(isOfInterest)).toEqual([]);
  const { call, at } = enter('accept4', { socket: 1 });
  const by = { systemCall: 'accept4', process: 7, thread: 7 };
  expect(calls.waitingFor(isOfInterest)).toEqual([{ what: 'blocked', call, name: 'accept', startedAt: at, by }]);
  expect(calls.waitingFor(() => false)).toEqual([]);
  calls.ended();
});

test('a thread that has ended waits for nobody', () => {
  const { calls, enter } = program();
  enter('accept4', { socket: 1 });
  calls.gone(7);
  expect(calls.waitingFor((address) => address === LOCAL)).toEqual([]);
});
