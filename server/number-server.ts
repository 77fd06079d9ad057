/**
 * The raw TCP number server: it makes one read and at most one reply, then closes. The caller has to make it listen.
 *
 *     peer ──bytes──▶ one read ──▶ answer ──▶ one write ──▶ close
 *
 * A broken connection ends alone: it is reported to `say`, and is never an error of the server.
 */
import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { answer, READ_LIMIT, type Answers } from './answer.ts';

export interface NumberServerOptions {
  answers: Answers;
  /** Stop listening after the first connection. */
  once?: boolean;
  /** Called with a line for every peer (`host:port`), and for every connection that broke. Must not throw. */
  say?: (line: string) => void;
}

export function createNumberServer({ answers, once = false, say = () => {} }: NumberServerOptions): Server {
  // Without allowHalfOpen, Node answers the peer's FIN with its own before this program has replied.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    if (once) server.close();
    const peer = nameOf(socket);
    say(`connection from ${peer}`);
    socket.once('readable', () => serve(socket, answers));
    socket.on('error', (error: NodeJS.ErrnoException) => say(`connection from ${peer} broke: ${error.code}`));
  });
  return server;
}

function serve(socket: Socket, answers: Answers): void {
  // Null: the peer shut its side down without a byte. The published program takes that for the number 0.
  const received = (socket.read() as Buffer | null) ?? Buffer.alloc(0);
  const reply = answer(received, answers);

  // If a program closes with unread bytes, its kernel sends RST instead of FIN (RFC 1122 §4.2.2.13). So the peer of a
  // program that reads 1024 bytes learns that the rest was thrown away. Node has already taken up to 64 KiB from the
  // kernel, which sees nothing unread: here the program has to ask for the reset.
  const close = () => (received.length > READ_LIMIT ? socket.resetAndDestroy() : socket.destroy());

  // Not end(): that is shutdown(2), a half-close. The published program calls close(2), as destroy() does. The write
  // callback means that the kernel has the whole reply.
  if (reply === undefined) close();
  else socket.write(reply, close);
}

function nameOf(socket: Socket): string {
  // If the peer reset the connection before it was accepted, the kernel no longer knows the peer's address.
  if (socket.remoteAddress === undefined) return 'a peer that has already gone';
  return formatAddress(socket.remoteAddress, socket.remotePort);
}

/** `host:port`, with brackets around an IPv6 host (RFC 3986 §3.2.2). */
export function formatAddress(host: string, port: number | undefined): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
