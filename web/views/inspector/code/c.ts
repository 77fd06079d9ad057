import type { CallParts, CodeLanguage } from './call-code.ts';

export const C: CodeLanguage = {
  name: 'C',
  lines: {
    socket: ({ family }) => `int fd = socket(${family}, SOCK_STREAM, 0);`,
    bind: () => 'bind(fd, (struct sockaddr *)&address, sizeof address);',
    listen: () => 'listen(fd, SOMAXCONN);',
    accept: () => 'int conn = accept(fd, NULL, NULL);',
    connect: () => 'connect(fd, (struct sockaddr *)&address, sizeof address);',
    send: (parts) => `send(${descriptorOf(parts)}, data, ${parts.length}, 0);`,
    recv: (parts) => `ssize_t count = recv(${descriptorOf(parts)}, data, sizeof data, 0);`,
    shutdown: (parts) => `shutdown(${descriptorOf(parts)}, SHUT_WR);`,
    close: (parts) => `close(${descriptorOf(parts)});`,
    epoll_wait: () => 'int count = epoll_wait(set, events, MAX_EVENTS, -1);',
    poll: () => 'int count = poll(sockets, number_of_sockets, -1);',
    select: () => 'int count = select(highest + 1, &readable, NULL, NULL, NULL);',
    setsockopt: (parts) => {
      const [level, option, value = ''] = parts.args;
      const set = /^-?\d+$/.test(value) ? `&(int){${value}}, sizeof(int)` : '&value, sizeof value';
      return `setsockopt(${descriptorOf(parts)}, ${level}, ${option}, ${set});`;
    },
    getsockopt: (parts) => `getsockopt(${descriptorOf(parts)}, ${parts.args.join(', ')}, &value, &length);`,
    dup: (parts) => `int copy = dup(${descriptorOf(parts)});`,
    fork: () => 'pid_t child = fork();',
    exit: ({ args: [code = '0'] }) => `exit(${code});`,
    tls: () => 'SSL_set_fd(tls, fd); SSL_connect(tls);',
    reset: (parts) => {
      const fd = descriptorOf(parts);
      return `setsockopt(${fd}, SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger)); close(${fd});`;
    },
  },
};

const descriptorOf = ({ side }: CallParts) => (side === 'client' ? 'fd' : 'conn');
