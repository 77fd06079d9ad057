import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Demultiplexer } from '../../../bridge/runs/demultiplexer.ts';

/** What was passed on, by connection. */
function sorter(most = 100) {
  const told: Record<number, string[]> = {};
  const over: number[] = [];
  const demultiplexer = new Demultiplexer<string, string>({
    most,
    onConnection: (connection) => (told[connection] = []),
    onCall: (connection, report) => told[connection]!.push(report),
    onFlow: (connection, flow) => told[connection]!.push(`flow ${flow}`),
    onWire: (connection, report) => told[connection]!.push(report),
    onOver: (connection) => over.push(connection),
  });
  return { demultiplexer, told, over };
}

function connect(demultiplexer: Demultiplexer<string, string>, socket: number, inode: number, at: number): void {
  demultiplexer.numbered(socket, inode);
  demultiplexer.connects(socket, at);
  demultiplexer.call(socket, `connect ${socket}`);
}

describe('calls and flows of one program, by connection', () => {
  test('what comes before connect() belongs to the connection; a socket without connect() is none', () => {
    const { demultiplexer, told } = sorter();
    demultiplexer.call(7, 'socket');
    demultiplexer.call(8, 'socket of a listener');
    connect(demultiplexer, 7, 70, 1);
    expect(told).toEqual({ 0: ['socket', 'connect 7'] });
  });

  test('a flow waits for the call that it belongs to', () => {
    const { demultiplexer, told } = sorter();
    demultiplexer.opened(1, 70, 5);
    demultiplexer.wire(1, 'SYN');
    connect(demultiplexer, 7, 70, 4);
    demultiplexer.wire(1, 'SYN+ACK');
    expect(told).toEqual({ 0: ['flow 1', 'SYN', 'connect 7', 'SYN+ACK'] });
  });

  test('connect() again after a failure is another connection, with a flow of its own', () => {
    const { demultiplexer, told, over } = sorter();
    connect(demultiplexer, 7, 70, 10);
    demultiplexer.failed(7, 20);
    // The second SYN is seen before its connect() is reported.
    demultiplexer.opened(2, 70, 31);
    demultiplexer.opened(1, 70, 11);
    connect(demultiplexer, 7, 70, 30);
    expect(told).toEqual({ 0: ['connect 7', 'flow 1'], 1: ['flow 2', 'connect 7'] });
    demultiplexer.over(7);
    expect(over).toEqual([0, 1]);
  });

  test('connect() that asks how the first one went is the same connection', () => {
    const { demultiplexer, told } = sorter();
    connect(demultiplexer, 7, 70, 10);
    connect(demultiplexer, 7, 70, 20);
    expect(told).toEqual({ 0: ['connect 7', 'connect 7'] });
  });

  test('the kernel uses a number again: the flow is the newer socket’s', () => {
    const { demultiplexer, told } = sorter();
    connect(demultiplexer, 7, 70, 10);
    demultiplexer.over(7);
    connect(demultiplexer, 8, 70, 20);
    demultiplexer.opened(1, 70, 21);
    expect(told).toEqual({ 0: ['connect 7'], 1: ['connect 8', 'flow 1'] });
  });

  test('a program whose calls nobody sees: each flow is a connection', () => {
    const { demultiplexer, told } = sorter();
    demultiplexer.opened(1, undefined, 1);
    demultiplexer.opened(2, undefined, 2);
    demultiplexer.wire(2, 'SYN');
    expect(told).toEqual({ 0: ['flow 1'], 1: ['flow 2', 'SYN'] });
  });

  test('connections beyond the most are counted, and nothing of them is passed on', () => {
    const { demultiplexer, told, over } = sorter(2);
    for (let socket = 0; socket < 5; socket += 1) connect(demultiplexer, socket, socket, socket);
    demultiplexer.opened(1, 4, 4);
    demultiplexer.wire(1, 'SYN');
    demultiplexer.over(4);
    expect(Object.keys(told)).toEqual(['0', '1']);
    expect(over).toEqual([]);
    expect(demultiplexer.leftOut).toBe(3);
    expect(demultiplexer.connectionOf(4)).toBeUndefined();
  });
});

test('however calls and wire are interleaved, each report goes to its own connection, once and in order', () => {
  const plan = fc.record({
    /** For each socket, how often it connects in vain before it has a connection. */
    failures: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
    /** Which of the two kinds of reports comes next. */
    turns: fc.infiniteStream(fc.boolean()),
  });
  fc.assert(
    fc.property(plan, ({ failures, turns }) => {
      const { demultiplexer, told } = sorter();
      const calls: (() => void)[] = [];
      const wire: (() => void)[] = [];
      const expected: string[][] = [];
      let at = 0;
      let flow = 0;
      failures.forEach((times, socket) => {
        for (let attempt = 0; attempt <= times; attempt += 1) {
          const [began, opened, ended] = [(at += 1), (at += 1), (at += 1)];
          const number = (flow += 1);
          calls.push(() => connect(demultiplexer, socket, 1000 + socket, began));
          if (attempt < times) calls.push(() => demultiplexer.failed(socket, ended));
          else calls.push(() => demultiplexer.call(socket, `send ${socket}`));
          wire.push(() => demultiplexer.opened(number, 1000 + socket, opened));
          for (const what of ['SYN', 'answer']) wire.push(() => demultiplexer.wire(number, `${what} ${number}`));
          const own = [`connect ${socket}`, `flow ${number}`, `SYN ${number}`, `answer ${number}`];
          expected.push(attempt < times ? own : [...own, `send ${socket}`]);
        }
      });
      while (calls.length + wire.length > 0) {
        const [first, second] = turns.next().value ? [calls, wire] : [wire, calls];
        (first.shift() ?? second.shift())!();
      }
      expect(Object.values(told).map((reports) => reports.toSorted())).toEqual(expected.map((own) => own.toSorted()));
      for (const reports of Object.values(told)) {
        const ofWire = reports.filter((report) => /^(flow|SYN|answer)/.test(report));
        expect(ofWire.map((report) => report.split(' ')[0])).toEqual(['flow', 'SYN', 'answer']);
      }
    }),
  );
});
