import { describe, expect, test, vi } from 'vitest';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import { CaptureFlow } from '../../../../bridge/sources/capture/flow.ts';
import { LocalTimes, RemoteTimes, type CaptureTimes } from '../../../../bridge/sources/capture/times.ts';
import type { Segment, Side } from '../../../../bridge/trace/step.ts';
import { ipv4Bytes, tcpBytes, type TcpFields } from '../../../helpers/packets/packets.ts';

const CLIENT_PORT = 40000;
const SERVER_PORT = 65432;

/** A flow, what it told, and packets to give it. */
function flow(times: CaptureTimes = new LocalTimes()) {
  const child = { dropped: 0, ended: false, countDropped: vi.fn(async () => {}) };
  const told: Segment[] = [];
  const settled = vi.fn();
  const onStop = vi.fn();
  const sink = (report: unknown) => void told.push(report as Segment);
  const onPort = vi.fn();
  const subject = new CaptureFlow({ zero: 1000, sink, tcpdump: child, times, onPort, onStop });
  const take = (from: Side, at: number, fields: TcpFields, sure = true) => {
    const [sourcePort, destinationPort] = from === 'client' ? [CLIENT_PORT, SERVER_PORT] : [SERVER_PORT, CLIENT_PORT];
    subject.take(from, decodeTcpPacket(ipv4Bytes(tcpBytes({ sourcePort, destinationPort, ...fields }))), {
      at: 1000 + at,
      sure,
    });
  };
  /** The latest of each segment. */
  const segments = () => [...new Map(told.map((segment) => [segment.id, segment])).values()];
  return { subject, child, told, segments, settled, onStop, take };
}

type Subject = ReturnType<typeof flow>;

/** A connection whose round trips take 100 µs, opened and used; the client's SYN is seen at 0. */
function open({ subject, take }: Subject): void {
  subject.connectedFrom(CLIENT_PORT);
  take('client', 0, { seq: 500, flags: ['SYN'] });
  take('server', 100, { seq: 900, ack: 501, flags: ['SYN', 'ACK'] });
  take('client', 110, { seq: 501, ack: 901 });
  take('client', 200, { seq: 501, ack: 901, flags: ['PSH', 'ACK'], payload: Uint8Array.of(0, 121) });
}

function close({ take }: Subject): void {
  take('server', 310, { seq: 901, ack: 503, flags: ['FIN', 'ACK'] });
  take('client', 400, { seq: 503, ack: 902, flags: ['FIN', 'ACK'] });
  take('server', 500, { seq: 902, ack: 504 });
}

const settledSoon = (subject: Subject) => vi.waitFor(() => expect(subject.settled).toHaveBeenCalledTimes(1));

describe('what belongs to a connection', () => {
  test('what comes before its SYN is of an earlier one', () => {
    const subject = flow();
    subject.subject.connectedFrom(CLIENT_PORT);
    subject.take('server', 0, { seq: 77, ack: 12, flags: ['FIN', 'ACK'] });
    subject.take('client', 1, { seq: 12, ack: 78 });
    expect(subject.told).toEqual([]);
    open(subject);
    expect(subject.told.map(({ id }) => id)).toEqual(['client.syn', 'server.syn', 'client.ack.1', 'client.data.1']);
  });

  test('another SYN begins a later one, of somebody else', () => {
    const subject = flow();
    open(subject);
    close(subject);
    const count = subject.told.length;
    subject.take('client', 600, { seq: 7000, flags: ['SYN'] });
    subject.take('server', 610, { seq: 8000, ack: 7001, flags: ['SYN', 'ACK'] });
    expect(subject.told).toHaveLength(count);
  });

  test('the same SYN again is a repetition', () => {
    const subject = flow();
    subject.take('client', 0, { seq: 500, flags: ['SYN'] });
    subject.take('client', 1_000_000, { seq: 500, flags: ['SYN'] });
    expect(subject.told.map(({ retransmissionOf }) => retransmissionOf)).toEqual([undefined, 'client.syn']);
  });

  test('after a stop nothing is told; a second stop is nothing', () => {
    const subject = flow();
    open(subject);
    subject.subject.stop();
    subject.subject.stop();
    const count = subject.told.length;
    close(subject);
    expect(subject.told).toHaveLength(count);
    expect(subject.onStop.mock.calls).toEqual([[CLIENT_PORT]]);
  });
});

describe('when it is over', () => {
  test('both FINs are acknowledged', async () => {
    const subject = flow();
    open(subject);
    subject.subject.whenSettled(subject.settled);
    subject.take('server', 310, { seq: 901, ack: 503, flags: ['FIN', 'ACK'] });
    subject.take('client', 400, { seq: 503, ack: 902, flags: ['FIN', 'ACK'] });
    await new Promise(setImmediate);
    expect(subject.settled).not.toHaveBeenCalled();
    subject.take('server', 500, { seq: 902, ack: 504 });
    await settledSoon(subject);
    expect(subject.subject.status()).toEqual({ name: 'capture', active: true });
  });

  test('a RST, also before the question', async () => {
    const subject = flow();
    open(subject);
    subject.take('server', 300, { seq: 901, flags: ['RST'] });
    subject.subject.whenSettled(subject.settled);
    await settledSoon(subject);
  });

  test('a connection that was never asked for', () => {
    const subject = flow();
    subject.subject.whenSettled(subject.settled);
    expect(subject.settled).toHaveBeenCalledTimes(1);
    expect(subject.subject.status()).toEqual({ name: 'capture', active: true });
  });
});

describe('what it says of itself', () => {
  test('the clock was set, and when a packet came is not sure', () => {
    const subject = flow();
    subject.subject.connectedFrom(CLIENT_PORT);
    subject.take('client', 0, { seq: 500, flags: ['SYN'] }, false);
    expect(subject.told).toHaveLength(1);
    expect(subject.subject.status()).toEqual({ name: 'capture', active: true, why: 'CAPTURE_CLOCK_SET' });
  });

  test('lost packets are counted at the end, and before that where the end does not come', async () => {
    const subject = flow();
    open(subject);
    subject.child.countDropped.mockImplementation(async () => void (subject.child.dropped = 3));
    subject.subject.whenSettled(subject.settled);
    await vi.waitFor(() =>
      expect(subject.subject.status()).toEqual({ name: 'capture', active: true, why: 'CAPTURE_LOST_PACKETS' }),
    );
    expect(subject.settled).not.toHaveBeenCalled();
  });

  test('what others lost before is not counted', async () => {
    const subject = flow();
    subject.child.dropped = 0;
    open(subject);
    close(subject);
    subject.subject.whenSettled(subject.settled);
    await settledSoon(subject);
    expect(subject.subject.status()).toEqual({ name: 'capture', active: true });
  });

  test('a capture that ends: nothing more comes', () => {
    const subject = flow();
    open(subject);
    subject.subject.whenSettled(subject.settled);
    subject.child.ended = true;
    subject.subject.tcpdumpEnded();
    expect(subject.settled).toHaveBeenCalledTimes(1);
    expect(subject.subject.status()).toEqual({ name: 'capture', active: true, why: 'CAPTURE_ENDED_EARLY' });
  });

  test('one that has seen nothing does not claim to have captured, and sticks to that', async () => {
    const subject = flow();
    subject.subject.connectedFrom(CLIENT_PORT);
    subject.subject.whenSettled(subject.settled);
    await settledSoon(subject);
    open(subject);
    expect(subject.told).toEqual([]);
    expect(subject.subject.status()).toEqual({ name: 'capture', active: false, why: 'CAPTURE_SAW_NOTHING' });
  });
});

describe('times', () => {
  test('here: left and arrived next to each other, in order also where the clock stood', () => {
    const subject = flow();
    subject.take('client', 0, { seq: 500, flags: ['SYN'] });
    subject.take('server', 0, { seq: 900, ack: 501, flags: ['SYN', 'ACK'] });
    subject.take('client', -1, { seq: 501, ack: 901 });
    expect(subject.told.map(({ sentAt, arrivedAt, fate }) => [sentAt, arrivedAt, fate])).toEqual([
      [0, 0.1, 'delivered'],
      [0.2, 0.3, 'delivered'],
      [0.4, 0.5, 'delivered'],
    ]);
  });

  test('elsewhere: what is acknowledged has arrived; half a round trip is estimated, and marked', () => {
    const subject = flow(new RemoteTimes());
    open(subject);
    const table = () =>
      subject.segments().map(({ id, sentAt, arrivedAt, fate, estimated }) => [id, sentAt, arrivedAt, fate, estimated]);
    expect(table()).toEqual([
      ['client.syn', 0, 50, 'delivered', 'arrivedAt'],
      ['server.syn', 50, 100, 'delivered', 'sentAt'],
      ['client.ack.1', 110, undefined, 'unknown', undefined],
      ['client.data.1', 200, undefined, 'unknown', undefined],
    ]);
    close(subject);
    expect(table().slice(3)).toEqual([
      ['client.data.1', 200, 250, 'delivered', 'arrivedAt'],
      ['server.fin', 260, 310, 'delivered', 'sentAt'],
      ['client.fin', 400, 450, 'delivered', 'arrivedAt'],
      ['server.ack.4', 450, 500, 'delivered', 'sentAt'],
    ]);
  });

  test('elsewhere: a shorter round trip than the first keeps causes before effects', () => {
    const subject = flow(new RemoteTimes());
    open(subject);
    subject.take('server', 240, { seq: 901, ack: 503 });
    const data = subject.segments().find(({ id }) => id === 'client.data.1')!;
    const ack = subject.segments().find(({ id }) => id === 'server.ack.3')!;
    expect([data.sentAt, data.arrivedAt, ack.sentAt, ack.arrivedAt]).toEqual([200, 220, 220, 240]);
  });

  test('elsewhere: of two copies the last that can have arrived did, and tells nothing of the round trip', () => {
    const subject = flow(new RemoteTimes());
    open(subject);
    subject.take('client', 200_200, { seq: 501, ack: 901, flags: ['PSH', 'ACK'], payload: Uint8Array.of(0, 121) });
    subject.take('client', 400_200, { seq: 501, ack: 901, flags: ['PSH', 'ACK'], payload: Uint8Array.of(0, 121) });
    subject.take('server', 400_220, { seq: 901, ack: 503 });
    const copies = subject.segments().filter(({ length }) => length > 0);
    expect(copies.map(({ fate, arrivedAt }) => [fate, arrivedAt])).toEqual([
      ['unknown', undefined],
      ['delivered', 200_250],
      ['unknown', undefined],
    ]);
    expect(subject.segments().at(-1)).toMatchObject({ sentAt: 400_170, arrivedAt: 400_220 });
  });

  test('elsewhere: after a RST, what was under way may come for a round trip', async () => {
    const subject = flow(new RemoteTimes());
    open(subject);
    subject.subject.whenSettled(subject.settled);
    subject.take('client', 300, { seq: 503, ack: 901, flags: ['RST', 'ACK'] });
    subject.take('server', 310, { seq: 901, ack: 503, payload: Uint8Array.of(1) });
    await settledSoon(subject);
    expect(subject.told.at(-1)).toMatchObject({ id: 'server.data.1' });
  });
});
