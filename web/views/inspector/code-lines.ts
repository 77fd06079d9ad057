import type { Call } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/safe-lookup.ts';

/** The line of a program that makes a call, in three languages. */
export interface CodeLine {
  python: string;
  c: string;
  node: string;
}

/** Bytes written out in full; more would not be read anyway. */
const MOST_BYTES = 12;

export function codeOf(call: Call): CodeLine | undefined {
  const write = lookup(WRITERS, call.name);
  if (!write) return undefined;
  const hex = call.payload ?? '';
  const address = call.name === 'accept' ? '' : (call.peer ?? call.args[0] ?? '');
  const colon = address.lastIndexOf(':');
  return write({
    socket: call.side === 'client' ? 'sock' : 'conn',
    host: colon > 0 ? `'${address.slice(0, colon).replace(/[[\]]/g, '')}'` : 'host',
    port: colon > 0 ? address.slice(colon + 1) : 'port',
    bytes: hex.match(/../g) ?? [],
    length: call.bytes ?? 0,
    side: call.side,
  });
}

interface Parts {
  socket: 'sock' | 'conn';
  /** As they are written, or by name where nobody saw them. */
  host: string;
  port: string;
  bytes: string[];
  length: number;
  side: Call['side'];
}

const literal = ({ bytes, length }: Parts): { python: string; node: string } =>
  length > MOST_BYTES || bytes.length < length
    ? { python: 'data', node: 'data' }
    : {
        python: `b'${bytes.map((byte) => `\\x${byte}`).join('')}'`,
        node: `Buffer.from('${bytes.join('')}', 'hex')`,
      };

const WRITERS: Record<string, (parts: Parts) => CodeLine> = {
  socket: ({ side }) => ({
    python: 'sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)',
    c: 'int fd = socket(AF_INET, SOCK_STREAM, 0);',
    node: side === 'client' ? 'const socket = new net.Socket();' : 'const server = net.createServer();',
  }),
  bind: ({ host, port }) => ({
    python: `sock.bind((${host}, ${port}))`,
    c: 'bind(fd, (struct sockaddr *)&address, sizeof address);',
    node: `server.listen(${port}, ${host});  // bind() and listen()`,
  }),
  listen: ({ host, port }) => ({
    python: 'sock.listen()',
    c: 'listen(fd, SOMAXCONN);',
    node: `server.listen(${port}, ${host});  // bind() and listen()`,
  }),
  accept: () => ({
    python: 'conn, address = sock.accept()',
    c: 'int conn = accept(fd, NULL, NULL);',
    node: "server.on('connection', (socket) => { … });",
  }),
  connect: ({ host, port }) => ({
    python: `sock.connect((${host}, ${port}))`,
    c: 'connect(fd, (struct sockaddr *)&address, sizeof address);',
    node: `socket.connect(${port}, ${host});`,
  }),
  send: (parts) => ({
    python: `${parts.socket}.sendall(${literal(parts).python})`,
    c: `send(${descriptor(parts)}, data, ${parts.length}, 0);`,
    node: `socket.write(${literal(parts).node});`,
  }),
  recv: (parts) => ({
    python: `data = ${parts.socket}.recv(${parts.length > 1024 ? 65536 : 1024})`,
    c: `ssize_t count = recv(${descriptor(parts)}, data, sizeof data, 0);`,
    node: "socket.on('data', (data) => { … });",
  }),
  shutdown: (parts) => ({
    python: `${parts.socket}.shutdown(socket.SHUT_WR)`,
    c: `shutdown(${descriptor(parts)}, SHUT_WR);`,
    node: 'socket.end();',
  }),
  close: (parts) => ({
    python: `${parts.socket}.close()`,
    c: `close(${descriptor(parts)});`,
    node: 'socket.end();',
  }),
  reset: (parts) => ({
    python: `${parts.socket}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); ${parts.socket}.close()`,
    c: `setsockopt(${descriptor(parts)}, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)); close(${descriptor(parts)});`,
    node: 'socket.resetAndDestroy();',
  }),
};

const descriptor = ({ side }: Parts) => (side === 'client' ? 'fd' : 'conn');
