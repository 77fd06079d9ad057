import { describe, expect, it } from 'vitest';
import type { Call, Segment } from '../../../bridge/trace/step.ts';
import { unreadAtClose } from '../../../web/reading/unread-at-close.ts';
import { call, segment } from '../fixtures/traces.ts';

const close = call('server', 'close', 20, 21);
const captured = (...[from, flags, sentAt, arrivedAt, extra]: Parameters<typeof segment>): Segment =>
  segment(from, flags, sentAt, arrivedAt, { evidence: 'captured', ...extra });
const data = (seq: number, length: number, arrivedAt: number | undefined) =>
  captured('client', ['PSH', 'ACK'], 5, arrivedAt, { seq, ack: 1, length });
const rst = captured('server', ['RST', 'ACK'], 22, 23, { seq: 1, causedBy: close.id });
const recv = (bytes: number | undefined, extra: Partial<Call> = {}) =>
  call('server', 'recv', 8, 9, { ...(bytes !== undefined && { bytes }), ...extra });
const begun = [captured('client', ['SYN'], 0, 1), data(1, 100, 6)];

describe('bytes that nobody had read at close()', () => {
  it('are those that arrived and that no recv() returned', () => {
    const unread = { side: 'server', bytes: 80, reset: rst };
    expect(unreadAtClose([...begun, recv(20), close, rst])).toEqual(unread);
    expect(unreadAtClose([...begun, recv(100), data(101, 80, 7), close, rst])).toEqual(unread);
  });

  it('are counted once, and only as they arrived in order before it', () => {
    const steps = [...begun, data(1, 100, 7), data(201, 50, 7), data(101, 50, 30), recv(20), close, rst];
    expect(unreadAtClose(steps)?.bytes).toBe(80);
  });

  it('are not those at which a recv() only looked', () => {
    expect(unreadAtClose([...begun, recv(100, { args: ['100', 'MSG_PEEK'] }), recv(20), close, rst])?.bytes).toBe(80);
  });

  it('are no reason for the RST if everything was read, or if something else caused it', () => {
    expect(unreadAtClose([...begun, recv(100), close, rst])).toBeUndefined();
    expect(unreadAtClose([...begun, recv(20), close, { ...rst, causedBy: undefined as never }])).toBeUndefined();
    expect(unreadAtClose([...begun, recv(20), close, { ...rst, flags: ['FIN', 'ACK'] }])).toBeUndefined();
  });

  it('are not told if a recv() is inferred, or its bytes are unknown', () => {
    expect(unreadAtClose([...begun, recv(20, { evidence: 'inferred' }), close, rst])).toBeUndefined();
    expect(unreadAtClose([...begun, recv(undefined), close, rst])).toBeUndefined();
    expect(unreadAtClose([...begun, recv(20), { ...close, evidence: 'inferred' }, rst])).toBeUndefined();
  });
});
