type Side = 'client' | 'server';
const Program = (side: Side) => `The ${side} program`;

/** What a call asks for, what it returns, and what it means if it fails. */
export const calls = {
  call: {
    socket: {
      what: (side: Side) => `${Program(side)} asked its kernel for a TCP socket.`,
      why: 'A socket is the program’s handle on what TCP will do for it: one connection, or listening for many. Nothing is sent: the kernel only makes a record of it.',
    },
    bind: {
      what: (side: Side, address: string) =>
        address
          ? `${Program(side)} tied its socket to the address ${address}.`
          : `${Program(side)} tied its socket to an address.`,
      why: 'Clients must know where to connect, so a server chooses its address and port itself. A client usually leaves this to connect(), which takes a free port.',
    },
    listen: {
      what: (side: Side) => `${Program(side)} set its socket to listen.`,
      why: 'This is the passive open: the socket waits in LISTEN. From now on the kernel completes handshakes by itself, even before the program calls accept().',
    },
    accept: {
      what: (side: Side) => `${Program(side)} asked for the next connection.`,
      why: 'accept() blocks until the kernel has a connection whose handshake is complete. It returns a new socket for that one connection; the listening socket stays as it is.',
    },
    connect: {
      what: (side: Side, address: string) =>
        address
          ? `${Program(side)} asked its kernel to connect to ${address}.`
          : `${Program(side)} asked its kernel to connect.`,
      why: 'This is the active open: the kernel sends a SYN, and the program sleeps until the answer arrives, or until the kernel gives up.',
    },
    send: {
      what: (side: Side, bytes: string) => `${Program(side)} handed its kernel ${bytes} to send.`,
      why: 'send() returns as soon as the kernel has copied the bytes into its send buffer; only if the buffer is full, it waits for room. Success does not mean that anything has arrived.',
    },
    recv: {
      what: (side: Side) => `${Program(side)} asked for the bytes that have arrived.`,
      why: 'TCP carries a stream of bytes, not messages: recv() returns what has arrived, however it was cut into segments. If nothing has arrived, it blocks until something does, even if that is only the end.',
    },
    shutdown: {
      what: (side: Side) => `${Program(side)} said that it will send nothing more.`,
      why: 'This is a half-close: the kernel sends a FIN after the last byte, and the program can still read. When the peer has read all bytes, its recv() finds the end of the stream.',
    },
    close: {
      what: (side: Side) => `${Program(side)} closed its socket.`,
      why: 'Closing says “I have no more data to send”: the kernel sends what is left, then a FIN. If bytes arrived that were never read, it sends a RST in place of the FIN, so that the peer learns that data was lost.',
    },
    reset: {
      what: (side: Side) => `${Program(side)} aborted the connection.`,
      why: 'An abort is a close() with a linger time of zero: the kernel drops what is unsent and sends the peer a RST. It does not wait in TIME_WAIT afterwards.',
    },
    tls: {
      what: (side: Side) => `${Program(side)} began TLS on its connection.`,
      why: 'TLS is a layer between the program and TCP: both ends agree on keys, and from then on each record is encrypted. TCP carries the records as it carries any bytes; who looks at the wire sees how many there are, and not what they say.',
    },
    setsockopt: {
      what: (side: Side, option: string) => `${Program(side)} set an option of its socket: ${option}.`,
      why: 'Options change how the kernel treats one connection: whether small segments wait (TCP_NODELAY), how long a call may block (SO_RCVTIMEO), whether a silent peer is asked for a sign of life (SO_KEEPALIVE). Nothing is sent.',
    },
    getsockopt: {
      what: (side: Side, option: string) => `${Program(side)} read an option of its socket: ${option}.`,
      why: 'SO_ERROR is how a program that did not wait in connect() learns how it went: 0 is success, anything else is the error. Reading it also clears it. Nothing is sent.',
    },
    dup: {
      what: (side: Side) => `${Program(side)} made another descriptor for the same socket.`,
      why: 'Both descriptors stand for one connection. A close() of one does not end it: the kernel sends the FIN only when the last one is closed.',
    },
    fork: {
      what: (side: Side, child: string) =>
        child
          ? `${Program(side)} made another process, ${child}, which has the connection too.`
          : `${Program(side)} asked for another process, which would have the connection too.`,
      why: 'The child gets a copy of each descriptor. So one process can accept connections and leave each to a child; the parent then closes its own copy, and the connection ends only when the child has closed too.',
    },
    exit: {
      what: (side: Side) => `${Program(side)} ended without closing its socket.`,
      why: 'The kernel closes what a process leaves open, and nothing else stood for this connection. The peer cannot tell this from a close(): it gets a FIN, or a RST if bytes were left unread.',
    },
    epoll_wait: {
      what: (side: Side) => `${Program(side)} asked which of its sockets have something for it (epoll).`,
      why: 'One thread can serve many connections like this: it sleeps here until any of them has something, and not in accept() or recv(). Those calls then return at once, because what they ask for is there already.',
    },
    poll: {
      what: (side: Side) => `${Program(side)} asked which of several sockets have something for it.`,
      why: 'poll() sleeps until one of the sockets has something, or until its time is up. The accept() or recv() that follows then returns at once, because what it asks for is there already.',
    },
    select: {
      what: (side: Side) => `${Program(side)} asked which of several sockets have something for it.`,
      why: 'select() sleeps until one of the sockets has something, or until its time is up. The accept() or recv() that follows then returns at once, because what it asks for is there already.',
    },
  },
  /** Of a close() after the connection has ended. */
  closeOfNothing: 'The connection no longer exists: nothing is sent, and the kernel only releases the socket.',
  callEnd: {
    open: 'It is still blocked.',
    unseen: 'Its return was not seen.',
    seenBlocked: (at: string, before: string) =>
      `It was seen blocked ${at ? `at ${at}` : 'before the run'}${before && `, and had begun at most ${before} before`}.`,
    seenOver: (at: string, before: string) =>
      before ? `At ${at} it was over: it returned at most ${before} before that.` : `By ${at} it was over.`,
    /** Of a call that nobody saw. */
    between: (call: string, from: string, until: string) =>
      `${call}() ${call === 'accept' ? 'returned' : 'began'} between ${from} and ${until}: nothing that was seen says when.`,
    ok: (took: string) => `It returned after ${took}.`,
  },
  /** The return of a call that can block, or that failed, has sentences of its own. */
  callReturn: {
    returned: (call: string, side: Side, value: string, took: string, woke: string) =>
      `${call}() of the ${side} program returned${value && ` ${value}`}${took && `, after ${took}`}${woke && `: ${woke}`}.`,
    failed: (call: string, side: Side, took: string, error: string, means: string) =>
      `${call}() of the ${side} program failed${took && ` after ${took}`} with ${error}${means && `: ${means}`}.`,
    unseen: 'What it returned was not seen.',
    values: {
      connectionFrom: (peer: string) => `a connection from ${peer}`,
      aConnection: 'a connection',
      end: '0\u00a0bytes, the end of the stream',
      timeUp: 'nothing, because its time was up',
    },
    woke: {
      connect: 'the SYN+ACK that arrived woke it',
      accept: 'the segment that completed the handshake woke it',
      bytes: 'the bytes that arrived woke it',
      fin: 'the FIN that arrived woke it',
    },
    why: {
      accept:
        'The kernel had completed the handshake by itself. accept() takes the connection out of the queue and returns a new socket for it; the listening socket stays as it is.',
      connect:
        'This side knows now that its SYN arrived and was accepted. The third segment of the handshake may still be on its way, and the server program need not have called accept().',
      timeUp:
        'The program asked to be woken after a certain time at the latest. No socket had anything by then, and that is no error.',
      wait: 'It says only which sockets have something, and takes nothing: the call that takes it comes next, on that socket.',
      recv: 'TCP carries a stream of bytes, not messages: recv() returns what has arrived so far, however it was cut into segments. More may follow.',
      end: 'The peer’s FIN arrived, and every byte before it has been read. That is no error: the peer sends no more, but this side still may.',
    },
  },
  /** What each error means, by its name; if it means something else for one call, by the call’s name and its own. */
  failures: {
    ECONNREFUSED: {
      means: 'a RST answered the SYN, because nobody listens there',
      why: 'The other host is there and answers, so the program learns it at once. Without any answer, the kernel would repeat the SYN, and connect() would block.',
    },
    ECONNRESET: {
      means: 'a RST arrived and ended the connection',
      why: 'A RST ends both directions at once, and it is not an ordinary end: bytes that were on their way can be lost, and nobody can tell which ones.',
    },
    ETIMEDOUT: {
      means: 'what was sent was never acknowledged, so the kernel gave up',
      why: 'A kernel repeats what is not acknowledged only for so long. How long is a setting: where nothing is set, Linux goes on for about a quarter of an hour.',
    },
    'connect ETIMEDOUT': {
      means: 'no answer to any SYN came, so the kernel gave up',
      why: 'Silence says nothing: the SYN, the answer or the host may be gone. How often the kernel repeats the SYN is a setting: where nothing is set, Linux goes on for more than two minutes.',
    },
    EPIPE: {
      means: 'this side of the connection can no longer send',
      why: 'Either the program has ended this direction itself, or a RST has ended the connection. Nothing is sent. Many systems also raise the signal SIGPIPE.',
    },
    EADDRINUSE: {
      means: 'the address is already in use',
      why: 'Another socket has this address and port: one that listens, or what is left of a connection in TIME_WAIT. SO_REUSEADDR permits the second if both sockets have it.',
    },
    EAGAIN: {
      means: 'it would have had to wait',
      why: 'The program has asked not to be blocked, or only for a certain time. This is no fault of the connection: the same call may succeed later.',
    },
    ECONNABORTED: {
      means: 'the connection was gone before accept() could return it',
      why: 'The handshake was complete, but the client reset the connection while it waited in the queue. The listening socket is not affected.',
    },
    ECANCELED: {
      means: 'its program gave it up',
      why: 'Nothing arrived that ended the call: this side did not want to wait any longer.',
    },
    EHOSTUNREACH: {
      means: 'there is no way to that host',
      why: 'This host or a router on the way reported it. It says nothing of the port, for the SYN never came so far.',
    },
    ENETUNREACH: {
      means: 'there is no way to that network',
      why: 'This host or a router on the way reported it. It says nothing of the port, for the SYN never came so far.',
    },
  } as Record<string, { means: string; why: string }>,
  otherFailure: {
    means: '',
    why: 'A call that fails returns a number in place of what was asked for, and the number has a name. The manual page of the call says what it means.',
  },
};
