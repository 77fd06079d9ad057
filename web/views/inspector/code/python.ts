import type { CallParts, CodeLanguage } from './call-code.ts';

export const PYTHON: CodeLanguage = {
  name: 'Python',
  lines: {
    socket: ({ family }) => `sock = socket.socket(socket.${family}, socket.SOCK_STREAM)`,
    bind: ({ host, port }) => `sock.bind((${host}, ${port}))`,
    listen: () => 'sock.listen()',
    accept: () => 'conn, address = sock.accept()',
    connect: ({ host, port }) => `sock.connect((${host}, ${port}))`,
    send: (parts) => `${socketOf(parts)}.sendall(${literal(parts)})`,
    recv: (parts) => `data = ${socketOf(parts)}.recv(${parts.length > 1024 ? 65536 : 1024})`,
    shutdown: (parts) => `${socketOf(parts)}.shutdown(socket.SHUT_WR)`,
    close: (parts) => `${socketOf(parts)}.close()`,
    epoll_wait: () => 'events = epoll.poll()',
    poll: () => 'events = poll.poll()',
    select: () => 'readable, _, _ = select.select(sockets, [], [])',
    setsockopt: (parts) => {
      const [level, option, value = ''] = parts.args;
      const set = /^-?\d+$/.test(value) ? value : 'value';
      return `${socketOf(parts)}.setsockopt(socket.${level}, socket.${option}, ${set})`;
    },
    getsockopt: (parts) => {
      const [level, option] = parts.args;
      return `value = ${socketOf(parts)}.getsockopt(socket.${level}, socket.${option})`;
    },
    dup: (parts) => `copy = ${socketOf(parts)}.dup()`,
    fork: () => 'child = os.fork()',
    exit: ({ args: [code = '0'] }) => `sys.exit(${code})`,
    tls: () => 'sock = context.wrap_socket(sock, server_hostname=name)',
    reset: (parts) => {
      const socket = socketOf(parts);
      return `${socket}.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); ${socket}.close()`;
    },
  },
};

const socketOf = ({ side }: CallParts) => (side === 'client' ? 'sock' : 'conn');

const literal = ({ bytes }: CallParts) => (bytes ? `b'${bytes.map((byte) => `\\x${byte}`).join('')}'` : 'data');
