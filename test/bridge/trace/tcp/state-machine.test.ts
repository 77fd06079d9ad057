import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Endpoint, type SegmentHeader } from '../../../../bridge/trace/tcp/state-machine.ts';
import type { Flag, TcpState } from '../../../../bridge/trace/step.ts';

const segment = (flags: string, seq: number, ack?: number, length = 0): SegmentHeader => ({
  flags: flags.split(' ') as Flag[],
  seq,
  length,
  ...(ack !== undefined && { ack }),
});

/** Plays a dialogue: `>` is what this end sends, `<` what it receives. Answers the states in order, without repeats. */
function play(start: 'CLOSED' | 'LISTEN', dialogue: ['>' | '<', SegmentHeader][]): TcpState[] {
  const endpoint = new Endpoint(start);
  const states: TcpState[] = [];
  for (const [direction, header] of dialogue) {
    const state = direction === '>' ? endpoint.sent(header) : endpoint.received(header);
    if (state !== states.at(-1)) states.push(state);
  }
  return states;
}

const opened: ['>' | '<', SegmentHeader][] = [
  ['>', segment('SYN', 0)],
  ['<', segment('SYN ACK', 0, 1)],
  ['>', segment('ACK', 1, 1)],
];
const accepted: ['>' | '<', SegmentHeader][] = opened.map(([direction, header]) => [
  direction === '>' ? '<' : '>',
  header,
]);

describe('the paths of RFC 9293 §3.3.2', () => {
  test('the end that closes first goes to TIME_WAIT', () => {
    expect(
      play('CLOSED', [
        ...opened,
        ['>', segment('FIN ACK', 1, 1)],
        ['<', segment('ACK', 1, 2)],
        ['<', segment('FIN ACK', 1, 2)],
        ['>', segment('ACK', 2, 2)],
      ]),
    ).toEqual(['SYN_SENT', 'ESTABLISHED', 'FIN_WAIT_1', 'FIN_WAIT_2', 'TIME_WAIT']);
  });

  test('the other goes through CLOSE_WAIT and LAST_ACK', () => {
    expect(
      play('LISTEN', [
        ...accepted,
        ['<', segment('FIN ACK', 1, 1)],
        ['>', segment('ACK', 1, 2)],
        ['>', segment('FIN ACK', 1, 2)],
        ['<', segment('ACK', 2, 2)],
      ]),
    ).toEqual(['SYN_RCVD', 'ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
  });

  test('both close at once: CLOSING', () => {
    expect(
      play('CLOSED', [
        ...opened,
        ['>', segment('FIN ACK', 1, 1)],
        ['<', segment('FIN ACK', 1, 1)],
        ['>', segment('ACK', 2, 2)],
        ['<', segment('ACK', 2, 2)],
      ]),
    ).toEqual(['SYN_SENT', 'ESTABLISHED', 'FIN_WAIT_1', 'CLOSING', 'TIME_WAIT']);
  });

  test('a FIN that acknowledges ours leads from FIN_WAIT_1 to TIME_WAIT at once', () => {
    expect(play('CLOSED', [...opened, ['>', segment('FIN ACK', 1, 1)], ['<', segment('FIN ACK', 1, 2)]])).toEqual([
      'SYN_SENT',
      'ESTABLISHED',
      'FIN_WAIT_1',
      'TIME_WAIT',
    ]);
  });

  test('both open at once', () => {
    expect(
      play('CLOSED', [
        ['>', segment('SYN', 0)],
        ['<', segment('SYN', 0)],
        ['<', segment('SYN ACK', 0, 1)],
      ]),
    ).toEqual(['SYN_SENT', 'SYN_RCVD', 'ESTABLISHED']);
  });

  test('data that carry the lost ACK of the handshake establish the connection', () => {
    expect(
      play('LISTEN', [
        ['<', segment('SYN', 0)],
        ['>', segment('SYN ACK', 0, 1)],
        ['<', segment('PSH ACK', 1, 1, 2)],
      ]),
    ).toEqual(['SYN_RCVD', 'ESTABLISHED']);
  });

  test('a refusal counts only if it acknowledges the SYN', () => {
    expect(
      play('CLOSED', [
        ['>', segment('SYN', 0)],
        ['<', segment('RST ACK', 0, 7)],
      ]),
    ).toEqual(['SYN_SENT']);
    expect(
      play('CLOSED', [
        ['>', segment('SYN', 0)],
        ['<', segment('RST ACK', 0, 1)],
      ]),
    ).toEqual(['SYN_SENT', 'CLOSED']);
  });

  test('a reset half-way through the handshake brings a server back to LISTEN', () => {
    expect(
      play('LISTEN', [
        ['<', segment('SYN', 0)],
        ['<', segment('RST', 1)],
      ]),
    ).toEqual(['SYN_RCVD', 'LISTEN']);
  });

  test('a FIN ahead of a gap waits until the gap is filled', () => {
    const fin: ['<', SegmentHeader] = ['<', segment('FIN ACK', 5, 1)];
    expect(play('LISTEN', [...accepted, fin]).at(-1)).toBe('ESTABLISHED');
    expect(play('LISTEN', [...accepted, fin, ['<', segment('PSH ACK', 1, 1, 4)]]).at(-1)).toBe('CLOSE_WAIT');
  });

  test('a connection given up before it was there is closed without a segment', () => {
    const endpoint = new Endpoint('CLOSED');
    endpoint.sent(segment('SYN', 0));
    expect(endpoint.closed()).toBe('CLOSED');
  });

  test('only a RST with the number expected is heeded', () => {
    for (const seq of [0, 2, 3])
      expect(play('LISTEN', [...accepted, ['<', segment('RST', seq)]]).at(-1)).toBe('ESTABLISHED');
    expect(play('LISTEN', [...accepted, ['<', segment('RST', 1)]]).at(-1)).toBe('CLOSED');
  });

  test('or, as Linux has it, that of the peer’s FIN; but not in TIME_WAIT', () => {
    const fin: ['<', SegmentHeader] = ['<', segment('FIN ACK', 1, 1)];
    const early: ['<', SegmentHeader] = ['<', segment('RST', 1)];
    expect(play('LISTEN', [...accepted, fin, early]).at(-1)).toBe('CLOSED');
    const closing: ['>', SegmentHeader] = ['>', segment('FIN ACK', 1, 1)];
    const answered: ['<', SegmentHeader] = ['<', segment('FIN ACK', 1, 2)];
    expect(play('LISTEN', [...accepted, closing, answered, early]).at(-1)).toBe('TIME_WAIT');
    expect(play('LISTEN', [...accepted, closing, answered, ['<', segment('RST', 2)]]).at(-1)).toBe('CLOSED');
  });
});

describe('what the program asks for', () => {
  const after = (dialogue: ['>' | '<', SegmentHeader][]): Endpoint => {
    const endpoint = new Endpoint('LISTEN');
    for (const [direction, header] of dialogue) {
      if (direction === '>') endpoint.sent(header);
      else endpoint.received(header);
    }
    return endpoint;
  };

  test('an end changes the state at once, before its FIN has left, and the FIN does not change it again', () => {
    const first = after(accepted);
    expect(first.closing()).toBe('FIN_WAIT_1');
    expect(first.closing()).toBe('FIN_WAIT_1');
    expect(first.sent(segment('FIN ACK', 1, 1))).toBe('FIN_WAIT_1');
    expect(first.received(segment('ACK', 1, 2))).toBe('FIN_WAIT_2');
    const second = after([...accepted, ['<', segment('FIN ACK', 1, 1)]]);
    expect(second.closing()).toBe('LAST_ACK');
    expect(second.received(segment('ACK', 2, 1))).toBe('LAST_ACK');
    expect(second.sent(segment('FIN ACK', 1, 2))).toBe('LAST_ACK');
    expect(second.received(segment('ACK', 2, 2))).toBe('CLOSED');
  });

  test('after close(), new data end the connection, old data do not', () => {
    const number = segment('PSH ACK', 1, 1, 2);
    for (const late of [segment('PSH ACK', 3, 1, 1), segment('PSH ACK', 3, 2, 1), segment('PSH ACK', 9, 2, 1)]) {
      const endpoint = after([...accepted, ['<', number]]);
      endpoint.closed();
      endpoint.sent(segment('FIN ACK', 1, 3));
      expect(endpoint.received(number)).toBe('FIN_WAIT_1');
      expect(endpoint.received(late)).toBe('CLOSED');
    }
  });

  test('TIME_WAIT runs out, and nothing else does', () => {
    const inTimeWait = after([...accepted, ['>', segment('FIN ACK', 1, 1)], ['<', segment('FIN ACK', 1, 2)]]);
    expect(inTimeWait.state).toBe('TIME_WAIT');
    expect(inTimeWait.expired()).toBe('CLOSED');
    expect(after(accepted).expired()).toBe('ESTABLISHED');
  });

  test('a connection that is aborted is gone; a socket that listens is not', () => {
    expect(after(accepted).aborted()).toBe('CLOSED');
    expect(new Endpoint('LISTEN').aborted()).toBe('LISTEN');
  });
});

/**
 * The edges of RFC 9293's figure 5, with TIME_WAIT from FIN_WAIT_1 (its note 2) and the resets of §3.10.7. This is an
 * independent oracle, written from the RFC: it must not be derived from `state-table.ts`.
 */
const EDGES: Record<TcpState, TcpState[]> = {
  CLOSED: ['SYN_SENT'],
  LISTEN: ['SYN_RCVD'],
  SYN_SENT: ['SYN_RCVD', 'ESTABLISHED', 'CLOSED'],
  // A segment may both acknowledge our SYN and bring the peer's FIN.
  SYN_RCVD: ['ESTABLISHED', 'FIN_WAIT_1', 'CLOSE_WAIT', 'LISTEN', 'CLOSED'],
  ESTABLISHED: ['FIN_WAIT_1', 'CLOSE_WAIT', 'CLOSED'],
  FIN_WAIT_1: ['FIN_WAIT_2', 'CLOSING', 'TIME_WAIT', 'CLOSED'],
  FIN_WAIT_2: ['TIME_WAIT', 'CLOSED'],
  CLOSE_WAIT: ['LAST_ACK', 'CLOSED'],
  CLOSING: ['TIME_WAIT', 'CLOSED'],
  LAST_ACK: ['CLOSED'],
  TIME_WAIT: ['CLOSED'],
};

const anySegment = fc.record({
  flags: fc.subarray<Flag>(['SYN', 'ACK', 'PSH', 'FIN', 'RST']),
  seq: fc.nat(4),
  ack: fc.nat(4),
  length: fc.nat(3),
});

test('whatever segments come and go, only edges of the standard are taken', () => {
  const moves = fc.array(fc.tuple(fc.boolean(), anySegment), { maxLength: 30 });
  fc.assert(
    fc.property(fc.constantFrom('CLOSED', 'LISTEN'), moves, (start, dialogue) => {
      const endpoint = new Endpoint(start);
      for (const [sends, header] of dialogue) {
        const before = endpoint.state;
        const after = sends ? endpoint.sent(header) : endpoint.received(header);
        if (after !== before) expect(EDGES[before]).toContain(after);
      }
    }),
    { numRuns: 2000 },
  );
});

test('in whatever order the segments of one side arrive, the other ends in the same state', () => {
  const data = [segment('PSH ACK', 1, 1, 2), segment('PSH ACK', 3, 1, 2), segment('FIN ACK', 5, 1)];
  fc.assert(
    fc.property(fc.shuffledSubarray([...data, ...data], { minLength: 6 }), (arriving) => {
      expect(
        play('LISTEN', [...accepted, ...arriving.map((header): ['<', SegmentHeader] => ['<', header])]).at(-1),
      ).toBe('CLOSE_WAIT');
    }),
  );
});
