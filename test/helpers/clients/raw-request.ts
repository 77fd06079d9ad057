import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface RawAnswer {
  /** 0 if nothing came that is HTTP. */
  status: number;
  /** By name in lower case. */
  headers: ReadonlyMap<string, string>;
  body: string;
}

/** Opens a connection that is closed when the test is over. */
export async function connectRaw(port: number, localAddress = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** Sends these bytes as they are, never ends, and returns what came until the bridge hung up. */
export async function raw(port: number, sent: string | Buffer): Promise<RawAnswer> {
  const socket = await connectRaw(port);
  socket.write(typeof sent === 'string' ? Buffer.from(sent, 'latin1') : sent);
  return answerOf(await untilClosed(socket));
}

/** All bytes until the other side has closed or aborted the connection. */
export async function untilClosed(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (more: string) => (text += more));
  await once(socket, 'close');
  return text;
}

export function answerOf(text: string): RawAnswer {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => /^([^:]*): ?(.*)$/.exec(line)!);
  return {
    status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1] ?? 0),
    headers: new Map(headers.map(([, name, value]) => [name!.toLowerCase(), value!])),
    body: body.join('\r\n\r\n'),
  };
}
