import { describe, expect, test } from 'vitest';
import type { Report } from '../../../../bridge/trace/report.ts';
import { PAYLOAD_SHOWN, type Call, type Segment } from '../../../../bridge/trace/step.ts';
import {
  captured,
  listening,
  opening,
  plainCaptured,
  plainClient,
  plainServer,
} from '../../../helpers/simulated/reports.ts';
import {
  inferredCalls,
  linked,
  path,
  toldCaptured as told,
  type Telling,
} from '../../../helpers/simulated/told-captured.ts';

describe('of a server that nobody watches', () => {
  const proved = (more: readonly Report[], options: Telling = {}): Call[] =>
    inferredCalls(told([...plainClient, ...more], { serverWatched: 'no', ...options })).filter(
      ({ name }) => !['socket', 'bind', 'listen'].includes(name),
    );

  test('accept(), send() and close() follow from what it sent', () => {
    expect(proved(plainCaptured)).toMatchObject([
      { name: 'accept', startedAt: 200, reason: 'only-an-accepted-socket-can-send' },
      { name: 'send', startedAt: 410, bytes: 6, payload: 'c38d4d504152', reason: 'peer-got-these-bytes' },
      { name: 'close', startedAt: 435, reason: 'peer-saw-the-end' },
    ]);
    const steps = told([...plainClient, ...plainCaptured], { serverWatched: 'no' });
    expect(linked(steps, 'causedBy')).toMatchObject({
      'server.PSH+ACK.410': 'server.send.0',
      'server.FIN+ACK.435': 'server.close',
    });
  });

  test('not once more from copies and repetitions', () => {
    const more = plainCaptured.flatMap((segment): Segment[] => [
      { ...segment, id: `${segment.id}.copy`, duplicateOf: segment.id },
      {
        ...segment,
        id: `${segment.id}.again`,
        at: segment.at + 100,
        sentAt: segment.at + 100,
        arrivedAt: segment.at + 200,
        retransmissionOf: segment.id,
      },
    ]);
    expect(proved([...plainCaptured, ...more])).toEqual(proved(plainCaptured));
  });

  test('a reply that was lost was sent all the same', () => {
    const lost = plainCaptured.map((segment): Segment => {
      if (segment.id !== 'server.PSH+ACK.410') return segment;
      const { arrivedAt: _never, ...rest } = segment;
      return { ...rest, fate: 'dropped' };
    });
    expect(proved(lost)).toEqual(proved(plainCaptured));
  });

  const reply = (seq: number, sentAt: number, text: string): Segment =>
    captured('server', 'PSH ACK', {
      seq,
      ack: 3,
      sentAt,
      arrivedAt: sentAt + 10,
      length: text.length / 2,
      payload: text,
    });

  test('several segments of one reply are one send()', () => {
    const acknowledged = captured('client', 'ACK', { seq: 3, ack: 3, sentAt: 415, arrivedAt: 420 });
    const parts = [reply(1, 410, '0102'), acknowledged, reply(3, 421, '0304'), reply(5, 422, '05')];
    expect(proved([...plainCaptured.slice(0, 4), ...parts]).slice(1)).toMatchObject([
      { name: 'send', startedAt: 410, bytes: 5, payload: '0102030405' },
    ]);
  });

  test('but what comes after more of the client’s data is another', () => {
    const more = captured('client', 'PSH ACK', {
      seq: 3,
      ack: 3,
      sentAt: 415,
      arrivedAt: 420,
      length: 1,
      payload: '01',
    });
    expect(
      proved([...plainCaptured.slice(0, 4), reply(1, 410, '0102'), more, reply(3, 430, '03')]).slice(1),
    ).toMatchObject([
      { id: 'server.send.0', bytes: 2, payload: '0102' },
      { id: 'server.send.1', bytes: 1, payload: '03' },
    ]);
  });

  test('of a long reply the first bytes are told', () => {
    const parts = Array.from({ length: 6 }, (_, index) => reply(1 + 1000 * index, 410 + index, 'ab'.repeat(1000)));
    const [, send] = proved([...plainCaptured.slice(0, 4), ...parts]);
    expect(send).toMatchObject({ bytes: 6000, payload: 'ab'.repeat(PAYLOAD_SHOWN) });
  });

  test('nothing, where it sent nothing but a RST', () => {
    expect(proved([...opening, captured('server', 'RST', { seq: 1, sentAt: 300, arrivedAt: 310 })])).toEqual([]);
  });
});

describe('an end that nobody saw the server make', () => {
  const number = (more: Partial<Segment>): Segment =>
    captured('client', 'PSH ACK', { seq: 1, ack: 2, sentAt: 310, arrivedAt: 340, length: 2, ...more });
  const fin = captured('server', 'FIN ACK', { seq: 1, ack: 1, sentAt: 250, arrivedAt: 280 });
  const acknowledged = captured('server', 'ACK', { seq: 2, ack: 3, sentAt: 350, arrivedAt: 360 });
  const reset = captured('server', 'RST', { seq: 2, sentAt: 350, arrivedAt: 360 });
  const serverPath = (...more: Report[]): string =>
    path(told([...plainClient.slice(0, 3), ...opening, fin, ...more], { serverWatched: 'no' }), 'server');

  test('may have been a shutdown(): data that are acknowledged prove it', () => {
    expect(serverPath(number({}), acknowledged)).toBe('LISTEN SYN_RCVD ESTABLISHED FIN_WAIT_1 FIN_WAIT_2');
  });

  test('was a close() where data draw a RST', () => {
    expect(serverPath(number({}), reset)).toBe('LISTEN SYN_RCVD ESTABLISHED FIN_WAIT_1 CLOSED');
  });

  test('but not where something else did, or the program itself reset later', () => {
    const own = captured('server', 'RST ACK', { seq: 2, ack: 3, sentAt: 400, arrivedAt: 410 });
    expect(serverPath(number({}), acknowledged, own)).toBe('LISTEN SYN_RCVD ESTABLISHED FIN_WAIT_1 FIN_WAIT_2 CLOSED');
  });
});

describe('of a server that is watched', () => {
  const proved = (reports: readonly Report[], options: Telling = {}): Call[] =>
    inferredCalls(told([...plainClient, ...plainCaptured, ...reports], options)).filter(
      ({ name }) => !['socket', 'bind'].includes(name),
    );

  test('nothing is inferred twice', () => {
    expect(proved(plainServer)).toEqual([]);
    expect(proved(plainServer, { serverWatched: 'no' })).toEqual([]);
  });

  test('nothing is inferred while its reports may yet come', () => {
    expect(proved(listening, { serverWatched: 'pending', final: false })).toEqual([]);
    expect(proved(listening, { serverWatched: 'yes', final: false })).toEqual([]);
    expect(proved(listening, { serverWatched: 'no', final: false })).toHaveLength(3);
  });

  test('what it sent beyond what it was seen to send is inferred; but no close(), where its kernel made the end', () => {
    const some = plainServer.map((report) =>
      report.id === 'server.send.0' ? { ...(report as Call), bytes: 2, payload: 'c38d' } : report,
    );
    expect(proved(some.filter(({ id }) => id !== 'server.close'))).toMatchObject([
      { name: 'send', id: 'server.send.1', bytes: 4, payload: '4d504152' },
    ]);
  });
});
