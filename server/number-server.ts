import { createServer, isIPv6, type Server, type Socket } from 'node:net';
import { answer, READ_LIMIT, type Answers } from './answer.ts';

export interface NumberServerOptions {
  answers: Answers;
  /** One connection is served, then the server stops listening. */
  once?: boolean;
  /** Told of every peer (`host:port`), and of every connection that broke. Must not throw. */
  say?: (line: string) => void;
}

/**
 * The raw TCP number server: one read, at most one reply, then it closes. Not yet listening.
 *
 *     peer ──bytes──▶ one read ──▶ answer ──▶ one write ──▶ close
 *
 * A broken connection ends alone: it is told to `say`, and never becomes an error of the server.
 */
export function createNumberServer({ answers, once = false, say = () => {} }: NumberServerOptions): Server {
  // allowHalfOpen: without it Node answers the peer's FIN with its own, before this program has said a word.
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
  // Null: the peer shut its side down without a byte. The published program counts that as the number 0.
  const received = (socket.read() as Buffer | null) ?? Buffer.alloc(0);
  const reply = answer(received, answers);

  // A program that closes with unread bytes makes its kernel send RST instead of FIN (RFC 1122 §4.2.2.13), and so the peer
  // of a program that reads 1024 bytes learns that the rest was thrown away. Node has already taken up to 64 KiB out of the
  // kernel, which therefore knows of nothing unread: here the reset has to be asked for.
  const close = () => (received.length > READ_LIMIT ? socket.resetAndDestroy() : socket.destroy());

  // Not end(): that is shutdown(2), a half-close. The published program calls close(2), which is what destroy() does, and
  // the write callback means that the kernel has the whole reply.
  if (reply === undefined) close();
  else socket.write(reply, close);
}

function nameOf(socket: Socket): string {
  // A peer may have reset the connection before it was accepted; then the kernel no longer knows its name.
  if (socket.remoteAddress === undefined) return 'a peer that has already gone';
  return formatAddress(socket.remoteAddress, socket.remotePort);
}

/** `host:port`, with brackets around an IPv6 host (RFC 3986 §3.2.2). */
export function formatAddress(host: string, port: number | undefined): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}
