import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { decodeTcpPacket } from '../../../../../bridge/packet/packet.ts';
import { ACK, data, PlayedFlow, SYN } from '../../../../helpers/simulated/played-flow.ts';

beforeEach(() => vi.useFakeTimers({ now: 0 }));
afterEach(() => vi.useRealTimers());

describe('settled', () => {
  test('when both kernels are done with it', () => {
    const played = new PlayedFlow();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.look('client', 'LAST_ACK');
    played.look('server', 'TIME_WAIT');
    expect(settled).not.toHaveBeenCalled();
    played.look('client', 'CLOSED');
    played.look('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('at once, where they are already', () => {
    const played = new PlayedFlow();
    played.look('client', 'TIME_WAIT');
    played.look('server', 'LISTEN');
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    expect(settled).toHaveBeenCalledOnce();
  });

  test('not while a packet is under way or unconfirmed', () => {
    const played = new PlayedFlow({ delayMs: 10 });
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.send('server', { ...ACK, seq: 7001, ack: 1001 });
    played.look('client', 'LAST_ACK');
    vi.runAllTimers();
    expect(settled).not.toHaveBeenCalled();
    played.confirm('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('not before anything is known of the client, and without a server that was never reached', () => {
    const played = new PlayedFlow();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    expect(settled).not.toHaveBeenCalled();
    played.look('client', 'SYN_SENT');
    expect(settled).not.toHaveBeenCalled();
    played.look('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('an end that is done is given the time to answer what still comes to it', () => {
    const played = new PlayedFlow();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.send('client', { ...ACK, flags: ['FIN', 'ACK'] });
    played.look('server', 'LISTEN');
    played.look('client', 'TIME_WAIT');
    played.confirm('server', 'LISTEN');
    expect(settled).not.toHaveBeenCalled();
    played.send('server', { flags: ['RST'], seq: 7001 });
    vi.runAllTimers();
    expect(settled).not.toHaveBeenCalled();
    played.confirm('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
    expect(played.segments.at(-1)).toMatchObject({ id: 'server.rst', fate: 'delivered' });
  });

  test('what has been answered is not waited for: a server that listens answers each SYN', () => {
    const played = new PlayedFlow();
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.look('server', 'LISTEN');
    played.send('client', SYN);
    played.confirm('server', 'SYN_RCVD');
    played.send('server', { flags: ['RST', 'ACK'], seq: 7000, ack: 1001 });
    played.look('server', 'LISTEN');
    played.confirm('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });

  test('an end that is done may leave it unanswered, and never answers a reset', () => {
    for (const [flags, waits] of [
      [['ACK'], true],
      [['RST'], false],
    ] as const) {
      const played = new PlayedFlow();
      const settled = vi.fn();
      played.look('client', 'TIME_WAIT');
      played.look('server', 'LISTEN');
      played.send('server', { flags: [...flags], seq: 7001 });
      played.confirm('client', 'TIME_WAIT');
      played.flow.whenSettled(settled);
      expect(settled).toHaveBeenCalledTimes(waits ? 0 : 1);
      vi.runAllTimers();
      expect(settled).toHaveBeenCalledOnce();
    }
  });

  test('a lost segment does not keep it open', () => {
    const played = new PlayedFlow({ drop: [{ every: true }] });
    played.send('client', SYN);
    const settled = vi.fn();
    played.flow.whenSettled(settled);
    played.look('client', 'CLOSED');
    expect(settled).toHaveBeenCalledOnce();
  });
});

describe('after stop', () => {
  test('nothing is told, and the wire is told once that the run is over', () => {
    const played = new PlayedFlow({ delayMs: 10 });
    played.send('client', SYN);
    played.flow.stop();
    expect(played.stopped).toBe(1);
    const before = played.reports.length;
    played.look('client', 'CLOSED');
    vi.runAllTimers();
    played.confirm('server', 'SYN_RCVD');
    expect(played.reports).toHaveLength(before);
  });

  test('packets that were under way are delivered all the same, in order', () => {
    const played = new PlayedFlow({ delayMs: 10, jitterMs: 5, duplicatePercent: 100, seed: 1 });
    for (let index = 0; index < 5; index += 1) played.send('client', data('x', 2000 + index), index * 700);
    played.flow.stop();
    vi.runAllTimers();
    expect(played.deliveries.map(({ packet }) => decodeTcpPacket(packet).tcp.seq)).toEqual(
      [0, 0, 1, 1, 2, 2, 3, 3, 4, 4].map((index) => 2000 + index),
    );
  });
});
