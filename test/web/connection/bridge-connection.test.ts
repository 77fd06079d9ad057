import { describe, expect, it } from 'vitest';
import type { BridgeMessage } from '../../../bridge/protocol/messages.ts';
import { BridgeConnection, type Socket } from '../../../web/connection/bridge-connection.ts';
import { hello } from '../fixtures/traces.ts';

class FakeSocket implements Socket {
  sent: string[] = [];
  readonly #listeners = new Map<string, (event: { data: unknown }) => void>();
  addEventListener(type: string, listener: (event: { data: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  tell(type: 'open' | 'close' | 'message', data?: unknown): void {
    this.#listeners.get(type)?.({ data });
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.tell('close');
  }
}

function connect() {
  const sockets: FakeSocket[] = [];
  const pauses: number[] = [];
  const tasks: (() => void)[] = [];
  const seen = { messages: [] as BridgeMessage[], statuses: [] as string[], nonsense: 0 };
  const connection = new BridgeConnection({
    open: () => {
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket;
    },
    onmessage: (message) => seen.messages.push(message),
    onstatus: (status) => seen.statuses.push(status),
    onnonsense: () => (seen.nonsense += 1),
    schedule: (task, ms) => {
      pauses.push(ms);
      tasks.push(task);
    },
  });
  return { connection, sockets, pauses, seen, retry: () => tasks.shift()!() };
}

describe('the connection to the bridge', () => {
  it('sends only while it is open, and says whether it did', () => {
    const { connection, sockets } = connect();
    expect(connection.send({ type: 'cancel', id: 1 })).toBe(false);
    sockets[0]!.tell('open');
    expect(connection.send({ type: 'cancel', id: 1 })).toBe(true);
    expect(sockets[0]!.sent).toEqual(['{"type":"cancel","id":1}']);
    sockets[0]!.tell('close');
    expect(connection.send({ type: 'cancel', id: 2 })).toBe(false);
  });

  it('comes back by itself, with longer and longer pauses', () => {
    const { sockets, pauses, retry } = connect();
    for (let round = 0; round < 7; round++) {
      sockets.at(-1)!.tell('close');
      retry();
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
  });

  it('starts again with short pauses only after a message from the bridge', () => {
    const { sockets, pauses, retry, seen } = connect();
    sockets[0]!.tell('close');
    retry();
    sockets[1]!.tell('open');
    sockets[1]!.tell('close');
    retry();
    sockets[2]!.tell('open');
    sockets[2]!.tell('message', JSON.stringify(hello()));
    sockets[2]!.tell('close');
    expect(pauses).toEqual([250, 500, 250]);
    expect(seen.statuses).toEqual(['connecting', 'lost', 'connecting', 'open', 'lost', 'connecting', 'open', 'lost']);
  });

  it('says so when something unreadable comes', () => {
    const { sockets, seen } = connect();
    sockets[0]!.tell('message', 'nonsense');
    sockets[0]!.tell('message', new ArrayBuffer(1));
    expect(seen).toMatchObject({ nonsense: 2, messages: [] });
  });

  it('once closed, stays closed', () => {
    const { connection, pauses, seen } = connect();
    connection.close();
    expect(pauses).toEqual([]);
    expect(seen.statuses).toEqual(['connecting']);
  });
});
