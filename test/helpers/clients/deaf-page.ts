import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A WebSocket whose page reads nothing after the upgrade; only a write shows it that the connection was aborted. */
export async function openDeaf({ port, origin }: { port: number; origin: string }): Promise<Socket> {
  const deaf = connect({ port, host: '127.0.0.1' });
  deaf.on('error', () => {});
  deaf.write(upgradeRequest({ port, origin }));
  await once(deaf, 'data');
  deaf.pause();
  return deaf;
}

/** RFC 6455 §4.1. */
export function upgradeRequest({ port, origin }: { port: number; origin: string }): string {
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
  const upgrade = ['GET /ws HTTP/1.1', `Host: 127.0.0.1:${port}`, `Origin: ${origin}`, 'Upgrade: websocket'];
  return [...upgrade, 'Connection: Upgrade', 'Sec-WebSocket-Version: 13', key, '', ''].join('\r\n');
}

/** A masked pong that nobody asked for (RFC 6455 §5.5.3). */
export const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);

/** A masked text frame of at most 125 bytes (RFC 6455 §5.2), its mask all zeroes. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  return Buffer.concat([Buffer.from([0x81, 0x80 | length, 0, 0, 0, 0]), Buffer.from(text)]);
}
