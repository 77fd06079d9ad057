import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from '../../../../bridge/machine/line-splitter.ts';
import { SocketCalls } from '../../../../bridge/sources/strace/socket-calls.ts';

type AnyReport = { what: string } & Record<string, unknown>;

/** The reports made of these lines. Each line gets a time, and `@` stands for a connection's descriptor 4. */
function read(lines: string[]): { reports: AnyReport[]; abandoned: number[] } {
  const reports: AnyReport[] = [];
  const abandoned: number[] = [];
  const calls = new SocketCalls({
    onReport: (report) => reports.push({ ...report }),
    onAbandoned: (connection) => abandoned.push(connection),
    monotonic: (at) => at - 1e6,
  });
  lines.forEach((line, index) => {
    const [pid, ...rest] = line.split(' ');
    const call = rest.join(' ').replace('@', '4<TCP:[127.0.0.1:99->127.0.0.1:40000]>');
    calls.line(`${pid}  1.${String(index).padStart(9, '0')} ${call}`);
  });
  return { reports, abandoned };
}

const ACCEPT = '7 accept4(3<TCP:[127.0.0.1:99]>, NULL, NULL, 0) = @ <0.000010>';
const RECV = '7 recvfrom(@, "\\x00\\x79", 1024, 0, NULL, NULL) = 2 <0.000005>';
const CLOSE = '7 close(@) = 0 <0.000001>';
const names = (lines: string[]): unknown[] =>
  read(lines).reports.map(({ what, result }) =>
    result === undefined || result === 'ok' ? what : `${what} ${String(result)}`,
  );

test('from socket() to close(), with times, bytes and what they were', () => {
  const { reports } = read([
    '7 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 3<TCP:[11]> <0.000002>',
    '7 bind(3<TCP:[11]>, {sa_family=AF_INET, sin_port=htons(99)}, 16) = 0 <0.000002>',
    '7 listen(3<TCP:[127.0.0.1:99]>, 128) = 0 <0.000002>',
    ACCEPT,
    RECV,
    '7 sendto(@, "\\x61", 1, 0, NULL, 0) = 1 <0.000005>',
    '7 shutdown(@, SHUT_WR) = 0 <0.000005>',
    CLOSE,
  ]);
  expect(reports.map(({ what }) => what)).toEqual(['listen', 'accept', 'recv', 'send', 'shutdown', 'close']);
  expect(reports[0]).toMatchObject({ address: '127.0.0.1:99', socket: { startedAt: 0, at: 2 }, bind: {} });
  expect(reports[1]).toMatchObject({ peer: '127.0.0.1:40000', local: '127.0.0.1:99', connection: 1 });
  expect(reports[1]!['at']).toBeCloseTo(10.003);
  expect(reports[2]).toMatchObject({ bytes: 2, payload: '0079', result: 'ok' });
  expect(reports[5]).toMatchObject({ reset: false });
});

test('a call that another thread interrupts is reported whole, from its beginning', () => {
  const { reports } = read([
    '7 accept4(3<TCP:[127.0.0.1:99]>,  <unfinished ...>',
    '8 read(0<\\x2f>, "", 1) = 0 <0.000001>',
    '7 <... accept4 resumed>NULL, NULL, 0) = @ <0.000500>',
    '7 recvfrom(@,  <unfinished ...>',
    '7 <... recvfrom resumed>"\\x00", 1024, 0, NULL, NULL) = 1 <0.000003>',
  ]);
  expect(reports).toMatchObject([
    { what: 'accept', startedAt: 0, at: 500 },
    { what: 'recv', bytes: 1, payload: '00' },
  ]);
});

test('a call that did nothing is not reported: nothing there yet, interrupted, only peeked', () => {
  expect(
    names([
      '7 accept4(3<TCP:[127.0.0.1:99]>, NULL, NULL, 0) = -1 EAGAIN (Resource temporarily unavailable) <0.000001>',
      '7 accept4(3<TCP:[127.0.0.1:99]>, NULL, NULL, 0) = ? ERESTARTSYS (To be restarted if SA_RESTART is set) <0.1>',
      ACCEPT,
      '7 recvfrom(@, 0x1, 1, 0, NULL, NULL) = -1 EAGAIN (Resource temporarily unavailable) <0.000001>',
      '7 recvfrom(@, "\\x00", 1, MSG_PEEK, NULL, NULL) = 1 <0.000001>',
      '7 recvfrom(@, 0x1, 1, 0, NULL, NULL) = -1 ECONNRESET (Connection reset by peer) <0.000001>',
      '7 read(5</etc/passwd>, "\\x00", 1) = 1 <0.000001>',
    ]),
  ).toEqual(['accept', 'recv ECONNRESET']);
});

test('fork(): the last close() ends the connection', () => {
  expect(
    names([
      ACCEPT,
      '7 clone(child_stack=NULL, flags=SIGCHLD) = 8',
      CLOSE,
      '8 recvfrom(@, "", 1) = 0',
      '8 close(@) = 0',
    ]),
  ).toEqual(['accept', 'recv', 'close']);
});

test('a child whose first call comes before its fork() has returned', () => {
  expect(
    names([
      ACCEPT,
      '7 clone(child_stack=NULL, flags=SIGCHLD <unfinished ...>',
      '8 recvfrom(@, "", 1) = 0',
      '7 <... clone resumed>, child_tidptr=0x1) = 8 <0.001>',
      CLOSE,
      '8 close(@) = 0',
    ]),
  ).toEqual(['accept', 'recv', 'close']);
});

test('threads share their descriptors', () => {
  expect(
    names([ACCEPT, '7 clone3({flags=CLONE_VM|CLONE_FILES}) = 8', '8 recvfrom(@, "", 1) = 0', '8 close(@) = 0']),
  ).toEqual(['accept', 'recv', 'close']);
});

test('a copy of the descriptor holds the connection too', () => {
  expect(
    names([
      ACCEPT,
      '7 fcntl(@, F_DUPFD_CLOEXEC, 0) = 8',
      CLOSE,
      '7 dup2(8, 9) = 9',
      '7 close(8) = 0',
      '7 close(9) = 0',
    ]),
  ).toEqual(['accept', 'close']);
});

test('a descriptor that strace cannot name any more is recognised by its number', () => {
  expect(
    names([
      ACCEPT,
      '7 sendto(4<socket:[5]>, "\\x61", 1, 0, NULL, 0) = -1 EPIPE (Broken pipe)',
      '7 close(4<socket:[5]>) = 0',
    ]),
  ).toEqual(['accept', 'send EPIPE', 'close']);
});

test('if a client has gone by the time of accept(), the arguments name it', () => {
  const args = '{sa_family=AF_INET, sin_port=htons(40000), sin_addr=inet_addr("\\x31\\x2e\\x32")}, [16]';
  const { reports } = read([`7 accept(3<TCP:[127.0.0.1:99]>, ${args}) = 4<socket:[5]> <0.000010>`]);
  expect(reports).toMatchObject([{ what: 'accept', peer: '1.2:40000', local: '127.0.0.1:99' }]);
});

test('SO_LINGER with a time of zero makes close() a reset', () => {
  const linger = '7 setsockopt(@, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0';
  expect(read([ACCEPT, linger, CLOSE]).reports.at(-1)).toMatchObject({ what: 'close', reset: true });
});

test('a process that ends without close() leaves the connection to its kernel', () => {
  const { reports, abandoned } = read([ACCEPT, '7 +++ killed by SIGKILL +++']);
  expect(reports.map(({ what }) => what)).toEqual(['accept']);
  expect(abandoned).toEqual([1]);
});

test('lines split anywhere give the same reports', () => {
  const text = `${[ACCEPT, RECV, CLOSE].map((line) => line.replace('7 ', '7 1.000000001 ').replace('@', '4<TCP:[127.0.0.1:99->127.0.0.1:40000]>')).join('\n')}\n`;
  const tellText = (parts: string[]): unknown[] => {
    const reports: unknown[] = [];
    const calls = new SocketCalls({
      onReport: (report) => reports.push(report),
      onAbandoned: () => {},
      monotonic: (at) => at,
    });
    const lines = new LineSplitter(1e6, (line) => calls.line(line));
    for (const part of parts) lines.feed(part);
    return reports;
  };
  const whole = tellText([text]);
  expect(whole).toHaveLength(3);
  expect(tellText([...text])).toEqual(whole);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length)), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), text.length];
      expect(tellText(at.slice(1).map((end, index) => text.slice(at[index], end)))).toEqual(whole);
    }),
  );
});
