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
    reset: () => 'socket.resetAndDestroy();',
  },
};

function listening({ host, port }: CallParts): string {
  return `server.listen(${port}, ${host});  // bind() and listen()`;
}
