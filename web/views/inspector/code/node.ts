import type { CallParts, CodeLanguage } from './call-code.ts';

/** Node has one function for bind() and listen(), and reports connections and bytes by events. */
export const NODE: CodeLanguage = {
  name: 'Node',
  lines: {
    socket: ({ side }) =>
      side === 'client' ? 'const socket = new net.Socket();' : 'const server = net.createServer();',
    bind: listening,
    listen: listening,
    accept: () => "server.on('connection', (socket) => { … });",
    connect: ({ host, port }) => `socket.connect(${port}, ${host});`,
    send: ({ bytes }) => `socket.write(${bytes ? `Buffer.from('${bytes.join('')}', 'hex')` : 'data'});`,
    recv: () => "socket.on('data', (data) => { … });",
    shutdown: () => 'socket.end();',
    close: () => 'socket.end();',
    epoll_wait: waiting,
    poll: waiting,
    select: waiting,
    setsockopt: () => 'socket.setNoDelay(); socket.setKeepAlive(true);  // other options cannot be set',
    getsockopt: () => '// Node itself asks how connect() went',
    dup: () => '// Node has no call for it',
    fork: () => "child_process.fork(file).send('connection', socket);",
    exit: ({ args: [code = '0'] }) => `process.exit(${code});`,
    tls: () => 'const secure = tls.connect({ socket, servername: name });',
    reset: () => 'socket.resetAndDestroy();',
  },
};

/** No line of a program asks for it. */
function waiting(): string {
  return '// Node itself waits for all sockets';
}

function listening({ host, port }: CallParts): string {
  return `server.listen(${port}, ${host});  // bind() and listen()`;
}
