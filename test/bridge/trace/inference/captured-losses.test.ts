import { describe, expect, test } from 'vitest';
import type { Segment, Side, Step } from '../../../../bridge/trace/step.ts';
import {
  call,
  captured,
  listening,
  opening,
  plainCaptured,
  plainClient,
  plainServer,
  sighting,
} from '../../../helpers/simulated/reports.ts';
import { inferredCalls, linked, path, toldCaptured as told } from '../../../helpers/simulated/told-captured.ts';
import { states } from '../../../helpers/trace-checks.ts';

const causes = (steps: Step[], side: Side): (string | undefined)[] => states(steps, side).map(({ cause }) => cause);

const FIRST_TO_CLOSE = 'FIN_WAIT_1 FIN_WAIT_2 TIME_WAIT';
const SECOND_TO_CLOSE = 'CLOSE_WAIT LAST_ACK CLOSED';
const CLIENT_OPENS = 'SYN_SENT ESTABLISHED';
const SERVER_OPENS = 'LISTEN SYN_RCVD ESTABLISHED';

const connected = [call('client', 'socket', 0, 20), call('client', 'connect', 25, 240)];
const accepted = [...listening, call('server', 'accept', -4900, 260)];

describe('losses', () => {
  const again = (segment: Segment, later: number, arrives: boolean): Segment => {
    const { arrivedAt: _its, ...rest } = segment;
    const sentAt = segment.sentAt + later;
    const id = `${segment.id}.again`;
    const arrival = arrives ? { arrivedAt: segment.arrivedAt! + later } : {};
    return {
      ...rest,
      id,
      at: sentAt,
      sentAt,
      fate: arrives ? 'delivered' : 'dropped',
      ...arrival,
      retransmissionOf: segment.id,
    };
  };
  const lost = (segment: Segment): Segment => {
    const { arrivedAt: _never, ...rest } = segment;
    return { ...rest, fate: 'dropped' };
  };

  test('SYN, SYN+ACK, data and FIN, each lost once: the same states, by the copies that arrived', () => {
    // Each time the clock stands still for the rest, as nobody sends meanwhile.
    const [syn, synAck, ack] = opening as [Segment, Segment, Segment];
    const number = captured('client', 'PSH ACK', { seq: 1, ack: 1, sentAt: 310, length: 2, payload: '0079' });
    const reply = captured('server', 'PSH ACK', { seq: 1, ack: 3, sentAt: 700, length: 6, payload: 'c38d4d504152' });
    const fin = captured('server', 'FIN ACK', { seq: 7, ack: 3, sentAt: 720 });
    const steps = told([
      call('client', 'connect', 25, 190),
      call('client', 'send', 300, 320, { id: 'client.send.0', bytes: 2 }),
      call('client', 'recv', 330, 1_000, { id: 'client.recv.0', bytes: 6 }),
      call('client', 'recv', 1_010, 1_100, { id: 'client.recv.1', bytes: 0 }),
      call('client', 'close', 1_110, 1_120),
      ...listening,
      call('server', 'accept', -4900, 260),
      call('server', 'recv', 270, 650, { id: 'server.recv.0', bytes: 2 }),
      call('server', 'send', 690, 695, { id: 'server.send.0', bytes: 6 }),
      call('server', 'close', 710, 715),
      lost({ ...syn, sentAt: 40, at: 40, id: 'client.SYN.40' }),
      { ...syn, retransmissionOf: 'client.SYN.40' },
      lost({ ...synAck, sentAt: 100, at: 100, id: 'server.SYN.100' }),
      { ...synAck, retransmissionOf: 'server.SYN.100' },
      ack,
      number,
      again({ ...number, arrivedAt: 330 }, 300, true),
      captured('server', 'ACK', { seq: 1, ack: 3, sentAt: 640, arrivedAt: 660 }),
      reply,
      fin,
      again({ ...reply, arrivedAt: 730 }, 200, true),
      again({ ...fin, arrivedAt: 740 }, 300, true),
      captured('client', 'ACK', { seq: 3, ack: 8, sentAt: 1_050, arrivedAt: 1_060 }),
      captured('client', 'FIN ACK', { seq: 3, ack: 8, sentAt: 1_115, arrivedAt: 1_125 }),
      captured('server', 'ACK', { seq: 8, ack: 4, sentAt: 1_130, arrivedAt: 1_140 }),
    ]);
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} ${SECOND_TO_CLOSE}`);
    expect(path(steps, 'server')).toBe(`${SERVER_OPENS} ${FIRST_TO_CLOSE}`);
    expect(linked(steps, 'causedBy')).toEqual({
      'client.SYN.40': 'client.connect',
      'client.PSH+ACK.310': 'client.send.0',
      'server.PSH+ACK.700': 'server.send.0',
      'server.FIN+ACK.720': 'server.close',
      'client.FIN+ACK.1115': 'client.close',
    });
    expect(linked(steps, 'woke')).toEqual({
      'server.SYN+ACK.120': 'client.connect',
      'client.ACK.180': 'server.accept',
      'client.PSH+ACK.310.again': 'server.recv.0',
      'server.PSH+ACK.700.again': 'client.recv.0',
      'server.FIN+ACK.720.again': 'client.recv.1',
    });
    expect(causes(steps, 'client').slice(0, 3)).toEqual([
      'client.SYN.40',
      'server.SYN+ACK.120',
      'server.FIN+ACK.720.again',
    ]);
    expect(causes(steps, 'server').slice(1, 4)).toEqual(['client.SYN.60', 'client.ACK.180', 'server.FIN+ACK.720']);
  });

  test('the handshake’s ACK is lost: the data establish the connection and wake accept()', () => {
    const steps = told([
      ...plainClient,
      ...listening,
      call('server', 'accept', -4900, 345),
      call('server', 'recv', 346, 350, { id: 'server.recv.0', bytes: 2 }),
      ...plainCaptured.map((segment) => (segment.id === 'client.ACK.180' ? lost(segment) : segment)),
    ]);
    expect(states(steps, 'server').find(({ to }) => to === 'ESTABLISHED')).toMatchObject({
      at: 340,
      cause: 'client.PSH+ACK.310',
    });
    expect(linked(steps, 'woke')).toMatchObject({ 'client.PSH+ACK.310': 'server.accept' });
    expect(linked(steps, 'woke')).not.toHaveProperty(['client.ACK.180']);
  });

  test('all SYN+ACKs are lost: the server’s kernel is in SYN_RCVD, and something must listen there', () => {
    const [syn, synAck] = opening as [Segment, Segment];
    const reports = [call('client', 'connect', 25, 900, { result: 'ETIMEDOUT' }), syn, lost(synAck)];
    const steps = told([...reports, sighting('server', 'SYN_RCVD', 95)], { serverWatched: 'no' });
    expect(path(steps, 'server')).toBe(SERVER_OPENS.replace(' ESTABLISHED', ''));
    expect(states(steps).some(({ expected }) => expected)).toBe(false);
    expect(inferredCalls(steps).map(({ name }) => name)).toEqual(['socket', 'bind', 'listen']);
  });

  test('the last ACK is lost: a repeated FIN draws it once more, and no state twice', () => {
    const [fin, ack] = plainCaptured.slice(-2) as [Segment, Segment];
    const steps = told([
      ...plainClient,
      ...plainServer,
      ...plainCaptured.slice(0, -1),
      lost(ack),
      again(fin, 200, true),
      again(ack, 200, true),
    ]);
    expect(path(steps, 'client')).toBe(`${CLIENT_OPENS} ${SECOND_TO_CLOSE}`);
    expect(states(steps, 'client').at(-1)).toMatchObject({ to: 'CLOSED', cause: `${ack.id}.again`, at: 800 });
    expect(
      path(steps, 'server')
        .split(' ')
        .filter((state) => state === 'TIME_WAIT'),
    ).toHaveLength(1);
  });
});

test('a duplicate wakes nobody, is nobody’s doing and changes no state', () => {
  const plain = told([...plainClient, ...plainServer, ...plainCaptured]);
  const copies = plainCaptured.map((segment) => ({
    ...segment,
    id: `${segment.id}.copy`,
    duplicateOf: segment.id,
    arrivedAt: segment.arrivedAt! + 0.5,
  }));
  const steps = told([...plainClient, ...plainServer, ...plainCaptured, ...copies]);
  expect(linked(steps, 'woke')).toEqual(linked(plain, 'woke'));
  expect(linked(steps, 'causedBy')).toEqual(linked(plain, 'causedBy'));
  expect(states(steps)).toEqual(states(plain));
});

describe('data in the wrong order', () => {
  const early = captured('client', 'PSH ACK', {
    seq: 3,
    ack: 1,
    sentAt: 320,
    arrivedAt: 350,
    length: 2,
    payload: '0304',
  });
  const filling = captured('client', 'PSH ACK', {
    seq: 1,
    ack: 1,
    sentAt: 310,
    arrivedAt: 380,
    length: 2,
    payload: '0102',
  });
  const sends = [
    call('client', 'send', 300, 305, { id: 'client.send.0', bytes: 2 }),
    call('client', 'send', 315, 318, { id: 'client.send.1', bytes: 2 }),
  ];

  test('the segment that fills the gap wakes recv(), not the one that came early', () => {
    const recv = call('server', 'recv', 260, 390, { id: 'server.recv.0', bytes: 4, payload: '01020304' });
    const steps = told([...connected, ...sends, ...accepted, recv, ...opening, early, filling]);
    expect(linked(steps, 'woke')).toMatchObject({ [filling.id]: 'server.recv.0' });
    expect(linked(steps, 'woke')).not.toHaveProperty([early.id]);
    expect(linked(steps, 'causedBy')).toMatchObject({ [filling.id]: 'client.send.0', [early.id]: 'client.send.1' });
  });

  test('a FIN that came early ends nothing before the gap is filled', () => {
    const fin = captured('client', 'FIN ACK', { seq: 3, ack: 1, sentAt: 320, arrivedAt: 350 });
    const steps = told([
      ...connected,
      ...sends.slice(0, 1),
      call('client', 'close', 319, 321),
      ...accepted,
      ...opening,
      fin,
      filling,
    ]);
    expect(states(steps, 'server').at(-1)).toMatchObject({ to: 'CLOSE_WAIT', at: 380, cause: filling.id });
  });
});
