import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Step } from '../../../../bridge/trace/step.ts';
import {
  call,
  captured,
  heard,
  listening,
  opening,
  plainCaptured,
  plainClient,
  plainServer,
  sighting,
} from '../../../helpers/simulated/reports.ts';
import { inferredCalls, linked, path, toldCaptured as told } from '../../../helpers/simulated/told-captured.ts';
import { segments, states } from '../../../helpers/trace-checks.ts';

const FIRST_TO_CLOSE = 'FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT';
const SECOND_TO_CLOSE = 'CLOSE_WAIT LAST_ACK CLOSED';
const CLIENT_OPENS = 'SYN_SENT ESTABLISHED';
const SERVER_OPENS = 'LISTEN SYN_RCVD ESTABLISHED';

const connected = [call('client', 'socket', 0, 20), call('client', 'connect', 25, 240)];
const accepted = [...listening, call('server', 'accept', -4900, 260)];

describe('a plain run', () => {
  const steps = told([...plainClient, ...plainServer, ...plainCaptured]);

  test('has the segments that were captured, and no other', () => {
    expect(segments(steps).map(({ id }) => id)).toEqual(plainCaptured.map(({ id }) => id).toSorted(bySending));
  });

  test('names the call that made a kernel send, and none for what it sends by itself', () => {
    expect(linked(steps, 'causedBy')).toEqual({
      'client.SYN.60': 'client.connect',
      'client.PSH+ACK.310': 'client.send.0',
      'server.PSH+ACK.410': 'server.send.0',
      'server.FIN+ACK.435': 'server.close',
      'client.FIN+ACK.545': 'client.close',
    });
  });

  test('names the call that was blocked until it arrived', () => {
    expect(linked(steps, 'woke')).toEqual({
      'server.SYN+ACK.120': 'client.connect',
      'client.ACK.180': 'server.accept',
      'client.PSH+ACK.310': 'server.recv.0',
      'server.PSH+ACK.410': 'client.recv.0',
    });
  });

  test('goes through the states of the standard, each caused by a segment', () => {
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} ${SECOND_TO_CLOSE}`);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} FIN_WAIT_1 TIME_WAIT`);
    expect(states(steps, 'client').map(({ cause }) => cause)).toEqual([
      'client.SYN.60',
      'server.SYN+ACK.120',
      'server.FIN+ACK.435',
      'client.FIN+ACK.545',
      'server.ACK.580',
    ]);
  });

  test('infers the two calls before listen() alone', () => {
    expect(inferredCalls(steps).map(({ name }) => name)).toEqual(['socket', 'bind']);
  });
});

function bySending(a: string, b: string): number {
  return Number(a.split('.').at(-1)) - Number(b.split('.').at(-1));
}

test('no segment is inferred where packets are captured, whatever else was seen', () => {
  const reports = [...plainClient, ...plainServer, ...plainCaptured, heard('server', 600, 'fin')];
  fc.assert(
    fc.property(
      fc.subarray(reports),
      fc.constantFrom('yes', 'no', 'pending'),
      fc.boolean(),
      (some, serverWatched, final) => {
        told(some, { serverWatched, final });
      },
    ),
    { numRuns: 500 },
  );
  expect(segments(told([...plainClient, ...plainServer]))).toEqual([]);
});

test('a segment that is under way is told without an arrival, and so are the states that wait for it', () => {
  const { arrivedAt: _unknown, ...synAck } = opening[1]!;
  const steps = told([call('client', 'connect', 25), ...listening, opening[0]!, { ...synAck, fate: 'underway' }], {
    final: false,
  });
  expect(path(steps, 'client')).toBe('SYN_SENT');
  expect(path(steps, 'server')).toBe('LISTEN SYN_RCVD');
  expect(linked(steps, 'woke')).toEqual({});
});

describe('resets', () => {
  test('a server that closes with bytes unread: the reply, then a RST that wakes the client', () => {
    const rst = captured('server', 'RST ACK', { seq: 7, ack: 3, sentAt: 435, arrivedAt: 560 });
    const steps = told([
      ...plainClient.filter(({ at }) => at < 520),
      heard('client', 562, 'rst'),
      call('client', 'recv', 522, 563, { id: 'client.recv.1', result: 'ECONNRESET' }),
      call('client', 'close', 570, 580),
      ...plainServer,
      ...plainCaptured.slice(0, 6),
      rst,
    ]);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} CLOSED`);
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} CLOSED`);
    expect(linked(steps, 'causedBy')).toMatchObject({ [rst.id]: 'server.close' });
    expect(linked(steps, 'woke')).toMatchObject({ [rst.id]: 'client.recv.1' });
  });

  test('a refusal wakes connect(), and is no call’s doing', () => {
    const steps = told([
      call('client', 'connect', 25, 90, { result: 'ECONNREFUSED' }),
      call('client', 'close', 95, 99),
      captured('client', 'SYN', { seq: 0, sentAt: 40, arrivedAt: 50 }),
      captured('server', 'RST ACK', { seq: 0, ack: 1, sentAt: 60, arrivedAt: 70 }),
    ]);
    expect(path(steps, 'client')).toBe('SYN_SENT CLOSED');
    expect(path(steps, 'server')).toBe('');
    expect(linked(steps, 'woke')).toEqual({ 'server.RST+ACK.60': 'client.connect' });
    expect(linked(steps, 'causedBy')).toEqual({ 'client.SYN.40': 'client.connect' });
  });

  test('the client resets', () => {
    const steps = told([
      ...connected,
      call('client', 'reset', 300, 310),
      ...accepted,
      ...opening,
      captured('client', 'RST ACK', { seq: 1, ack: 1, sentAt: 305, arrivedAt: 320 }),
    ]);
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} CLOSED`);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} CLOSED`);
    expect(linked(steps, 'causedBy')).toMatchObject({ 'client.RST+ACK.305': 'client.reset' });
  });

  test('data for a program that has left are answered with a RST, at once and with nothing between', () => {
    const number = captured('client', 'PSH ACK', { seq: 1, ack: 1, sentAt: 310, arrivedAt: 440, length: 2 });
    const reports = [
      ...connected,
      call('client', 'send', 300, 320, { id: 'client.send.0', bytes: 2 }),
      ...accepted,
      call('server', 'close', 290, 295),
      ...opening,
      captured('server', 'FIN ACK', { seq: 1, ack: 1, sentAt: 292, arrivedAt: 400 }),
      number,
      // That acknowledges the FIN and brings data: RFC 9293 §3.6.1 has no FIN_WAIT_2 before the RST.
      captured('client', 'PSH ACK', { seq: 3, ack: 2, sentAt: 410, arrivedAt: 445, length: 2 }),
      captured('server', 'RST', { seq: 1, sentAt: 450, arrivedAt: 470 }),
    ];
    const steps = told(reports);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} FIN_WAIT_1 CLOSED`);
    expect(states(steps, 'server').at(-1)).toMatchObject({ at: 440, cause: number.id });
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} CLOSE_WAIT CLOSED`);
    expect(linked(steps, 'causedBy')).not.toHaveProperty(['server.RST.450']);
    const acknowledging = { ...number, ack: 2 };
    expect(path(told([...reports.filter((report) => report !== number), acknowledging]), 'server')).toBe(
      `${SERVER_OPENS} FIN_WAIT_1 CLOSED`,
    );
  });

  test('a RST with a number other than that expected is not heeded', () => {
    for (const seq of [0, 2, 99]) {
      const steps = told([
        ...connected,
        ...accepted,
        ...opening,
        captured('client', 'RST', { seq, sentAt: 300, arrivedAt: 310 }),
      ]);
      expect(path(steps, 'server')).toBe(SERVER_OPENS);
    }
  });
});

describe('the end', () => {
  test('a RST that is still to leave: the connection is gone when its kernel says so', () => {
    const rst = captured('server', 'RST ACK', { seq: 1, ack: 1, sentAt: 320, arrivedAt: 340 });
    const fin = captured('client', 'FIN ACK', { seq: 1, ack: 1, sentAt: 300, arrivedAt: 310 });
    const steps = told([
      ...connected,
      call('client', 'close', 295, 299),
      ...accepted,
      call('server', 'reset', 301, 303),
      ...opening,
      sighting('server', 'LISTEN', 309),
      fin,
      sighting('server', 'LISTEN', 311),
      rst,
    ]);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} CLOSED`);
    expect(states(steps, 'server').at(-1)).toMatchObject({ at: 309, cause: 'server.reset', evidence: 'observed' });
    expect(states(steps).some(({ expected }) => expected)).toBe(false);
  });

  test('half-close: the FIN of shutdown(), and data still come', () => {
    const fin = captured('client', 'FIN ACK', { seq: 3, ack: 1, sentAt: 330, arrivedAt: 350 });
    const steps = told([
      ...plainClient.filter(({ at }) => at < 330),
      call('client', 'shutdown', 322, 335),
      call('client', 'recv', 340, 520, { id: 'client.recv.0', bytes: 6 }),
      call('client', 'recv', 522, 526, { id: 'client.recv.1', bytes: 0 }),
      call('client', 'close', 540, 550),
      ...plainServer,
      ...plainCaptured.slice(0, 4),
      fin,
      captured('server', 'ACK', { seq: 1, ack: 4, sentAt: 360, arrivedAt: 380 }),
      captured('server', 'PSH ACK', { seq: 1, ack: 4, sentAt: 410, arrivedAt: 500, length: 6 }),
      captured('server', 'FIN ACK', { seq: 7, ack: 4, sentAt: 435, arrivedAt: 525 }),
      captured('client', 'ACK', { seq: 4, ack: 8, sentAt: 530, arrivedAt: 545 }),
    ]);
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} ${FIRST_TO_CLOSE}`);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} ${SECOND_TO_CLOSE}`);
    expect(linked(steps, 'causedBy')).toMatchObject({
      [fin.id]: 'client.shutdown',
      'server.FIN+ACK.435': 'server.close',
    });
    expect(linked(steps, 'woke')).toMatchObject({ 'server.FIN+ACK.435': 'client.recv.1' });
  });

  test('both close at once: CLOSING on both sides', () => {
    const steps = told([
      ...connected,
      call('client', 'close', 300, 305),
      ...accepted,
      call('server', 'close', 301, 306),
      ...opening,
      captured('client', 'FIN ACK', { seq: 1, ack: 1, sentAt: 302, arrivedAt: 330 }),
      captured('server', 'FIN ACK', { seq: 1, ack: 1, sentAt: 303, arrivedAt: 331 }),
      captured('client', 'ACK', { seq: 2, ack: 2, sentAt: 340, arrivedAt: 350 }),
      captured('server', 'ACK', { seq: 2, ack: 2, sentAt: 341, arrivedAt: 351 }),
    ]);
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} FIN_WAIT_1 CLOSING TIME_WAIT`);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} FIN_WAIT_1 CLOSING TIME_WAIT`);
  });

  test('a FIN that must wait: the state changes when the program asks, as its kernel says', () => {
    const fin = captured('server', 'FIN ACK', { seq: 7, ack: 3, sentAt: 600, arrivedAt: 620 });
    const reports = [...plainClient, ...plainServer, ...plainCaptured.slice(0, 6), fin];
    const state = (steps: Step[]) => states(steps, 'server').find(({ to }) => to === 'FIN_WAIT_1')!;
    expect(state(told(reports))).toMatchObject({ at: 600, cause: fin.id, evidence: 'inferred' });
    const seen = state(told([...reports, sighting('server', 'FIN_WAIT_1', 445)]));
    expect(seen).toMatchObject({ at: 445, cause: 'server.close', seenAt: 445, evidence: 'observed' });
    expect(seen).not.toHaveProperty('reason');
  });
});
