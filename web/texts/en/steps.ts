type Side = 'client' | 'server';
const Program = (side: Side) => `The ${side} program`;
const Kernel = (side: Side) => `The ${side}’s kernel`;

/** What a step is, and why it happens. */
export const steps = {
  call: {
    socket: {
      what: (side: Side) => `${Program(side)} asked its kernel for a TCP socket.`,
      why: 'A socket is the program’s handle on a connection that does not exist yet. Nothing is sent: the kernel only opens a record for it.',
    },
    bind: {
      what: (side: Side, address: string) =>
        address
          ? `${Program(side)} tied its socket to the address ${address}.`
          : `${Program(side)} tied its socket to an address.`,
      why: 'Clients must know where to connect, so a server chooses its address and port itself. A client usually leaves this to connect(), which takes any free port.',
    },
    listen: {
      what: (side: Side) => `${Program(side)} set its socket to listen.`,
      why: 'This is the passive open: the socket waits in LISTEN. From now on the kernel completes handshakes by itself, even before the program calls accept().',
    },
    accept: {
      what: (side: Side) => `${Program(side)} asked for the next connection.`,
      why: 'accept() blocks until the kernel has a connection whose handshake is complete: the client’s ACK, the third segment, completes it. accept() returns a new socket for that one connection; the listening socket stays as it is.',
    },
    connect: {
      what: (side: Side, address: string) =>
        address
          ? `${Program(side)} asked its kernel to connect to ${address}.`
          : `${Program(side)} asked its kernel to connect.`,
      why: 'This is the active open: the kernel sends a SYN, and the program sleeps until the answer arrives. When connect() returns, the third segment of the handshake may still be on its way.',
    },
    send: {
      what: (side: Side, bytes: string) => `${Program(side)} handed its kernel ${bytes} to send.`,
      why: 'send() returns as soon as the kernel has copied the bytes into its send buffer. It does not wait for the peer: success here does not mean that anything has arrived.',
    },
    recv: {
      what: (side: Side) => `${Program(side)} asked for the bytes that have arrived.`,
      why: 'TCP carries a stream of bytes, not messages: recv() returns what has arrived, however it was cut into segments. If nothing has arrived, it blocks; 0\u00a0bytes mean that the peer has sent its FIN.',
    },
    shutdown: {
      what: (side: Side) => `${Program(side)} said that it will send nothing more.`,
      why: 'This is a half-close: the kernel sends a FIN after the last byte, and the program can still read. The peer’s recv() will reach the end of the stream.',
    },
    close: {
      what: (side: Side) => `${Program(side)} closed its socket.`,
      why: 'Closing says “I have no more data to send”: the kernel sends what is left, then a FIN. If bytes arrived that were never read, it sends a RST in place of the FIN.',
    },
    reset: {
      what: (side: Side) => `${Program(side)} aborted the connection.`,
      why: 'An abort is a close() with a linger time of zero: the kernel drops what is unsent and sends the peer a RST. There is no TIME_WAIT afterwards.',
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
    returned: (what: string) => `It returned ${what}.`,
    ok: (took: string) => `It returned after ${took}.`,
    peer: (took: string, peer: string) => `It returned after ${took} with a connection from ${peer}.`,
    bytes: (took: string, bytes: string) => `It returned after ${took} with ${bytes}.`,
    end: (took: string) => `It returned after ${took} with 0\u00a0bytes: the peer has closed its side.`,
    error: (took: string, error: string) => `It failed after ${took} with ${error}.`,
  },
  bytes: {
    withText: (bytes: string, text: string) => `${bytes} (the text ${text})`,
    withHex: (bytes: string, hex: string) => `${bytes} (${hex})`,
  },
  segment: {
    syn: {
      what: (side: Side) => `${Kernel(side)} sent a SYN: it asks for a connection and names its first sequence number.`,
      why: 'Both sides must agree on where counting begins before a byte can be numbered. The SYN itself counts as one, so the first byte of data has the relative number 1.',
    },
    synAck: {
      what: (side: Side) =>
        `${Kernel(side)} answered with SYN+ACK: it agrees, names its own first sequence number and acknowledges the SYN.`,
      why: 'One segment does two jobs. The side that receives it knows that segments travel both ways; the side that sent it does not know that yet.',
    },
    handshakeAck: {
      what: (side: Side) => `${Kernel(side)} acknowledged the other side’s SYN: the third segment of the handshake.`,
      why: 'Only this segment tells the server that its own SYN has arrived. That is why the handshake takes three segments and not two.',
    },
    ack: {
      what: (side: Side, ack: number) =>
        `${Kernel(side)} acknowledged everything before relative byte ${ack}, which it expects next.`,
      why: 'An acknowledgment is cumulative: it names the next byte expected, so one can cover several segments. A bare ACK takes no sequence number and is not itself acknowledged.',
    },
    data: {
      what: (side: Side, bytes: string, isSeen: boolean) =>
        `${Kernel(side)} sent ${bytes} in one segment${isSeen ? '' : ', or in several: nobody saw how many'}.`,
      why: 'The sender keeps the bytes until they are acknowledged, in case they must be sent again. PSH asks the receiving kernel to hand them over at once, which wakes a blocked recv().',
    },
    fin: {
      what: (side: Side) => `${Kernel(side)} sent a FIN: this side has nothing more to send.`,
      why: 'A FIN closes one direction only. Like a SYN it takes one sequence number, so that it can be acknowledged; the other direction stays open until its side sends a FIN too.',
    },
    dataFin: {
      what: (side: Side, bytes: string) =>
        `${Kernel(side)} sent ${bytes} and with them a FIN: nothing more will follow.`,
      why: 'A FIN may travel with the last bytes. It closes one direction only, and it takes one sequence number after the data, so that it can be acknowledged.',
    },
    refusal: {
      what: (side: Side) => `${Kernel(side)} refused the SYN with a RST: nobody listens on that port.`,
      why: 'The RST lets connect() fail at once instead of waiting. If a firewall silently drops the SYN, the kernel sends it again and again until connect() gives up.',
    },
    rst: {
      what: (side: Side) => `${Kernel(side)} sent a RST: the connection is over at once.`,
      why: 'A RST is neither negotiated nor acknowledged: the receiver drops the connection, and its next call fails with ECONNRESET. Bytes that were on their way, or not yet read, can be lost.',
      whatAnswer: (side: Side) => `${Kernel(side)} answered with a RST: it no longer has this connection.`,
      whyCopy:
        'The first copy has already ended the connection. A RST without a connection is dropped: it is never answered, and no program learns of it.',
      whyAnswer: (flags: string) =>
        `On this side the connection was already gone, so the ${flags} that arrived belonged to none. The kernel answers every such segment with a RST. Only a RST gets no answer: otherwise two kernels would never stop.`,
    },
    retransmission: {
      what: 'This is another copy of a segment that was sent before.',
      why: 'No acknowledgment came in time, so the kernel sends the same bytes again under the same sequence numbers. Each further wait of the retransmission timer is twice as long.',
    },
    duplicate: {
      what: 'The wire made this copy: the kernel sent the segment once.',
      why: 'Networks can deliver a packet twice. The receiver already has these numbers: it drops the bytes and acknowledges again. The program notices nothing.',
    },
    probe: {
      'keep-alive': {
        what: (side: Side) => `${Kernel(side)} asked whether the other side is still there: a keep-alive probe.`,
        why: 'It carries a number that is already acknowledged, so the other side must answer with an ACK. Nothing new is sent. If several probes get no answer, the kernel gives up the connection.',
      },
      'zero-window': {
        what: (side: Side) => `${Kernel(side)} asked whether there is room again: a zero-window probe.`,
        why: 'The other side reported a window of zero: it accepts no more for now. The report of new room could be lost, so the sender keeps asking, less and less often.',
      },
    },
    repeats: (count: number) =>
      `While the wire held it, the kernel sent it again ${count === 1 ? 'once' : `${count}\u00a0times`}.`,
    fate: {
      delivered: (took: string) => `It arrived ${took} later.`,
      atOnce: 'It arrived at the same moment.',
      dropped: 'It was lost on the way.',
      underway: 'It is under way.',
      held: 'It is held on the wire.',
      behind: 'It waits on the wire behind a segment that is held.',
      unknown: 'Nothing shows whether it arrived.',
    },
  },
  state: {
    what: (side: Side, from: string, to: string) => `The ${side}’s side of the connection went from ${from} to ${to}.`,
    listens: 'The server’s kernel now listens on its port.',
    disagrees: {
      what: (side: Side, state: string, expected: string) =>
        `The ${side}’s kernel was seen in ${state}, but the standard’s state machine says ${expected}.`,
      why: 'The kernel itself reported this, and it is shown as it is. Either the kernel departs from RFC 9293, or it knew of something that was not seen here.',
    },
    lasts: (duration: string) => `This kernel stays in it for ${duration}.`,
    why: {
      CLOSED: 'The connection no longer exists: the kernel has released its record. The port pair may be used again.',
      LISTEN:
        'A listening socket waits for SYNs from anyone. It is not a connection: each one that arrives gets a record of its own.',
      SYN_SENT:
        'Our SYN is out and unanswered. If no answer comes, the kernel sends it again after about a second, then after two, four and so on.',
      SYN_RCVD:
        'A SYN arrived and was answered; it is not known yet whether the answer arrived. Until then, the program does not see the connection.',
      ESTABLISHED:
        'This side knows that both SYNs have arrived, so data may flow both ways. The other side may reach this state a little earlier or later.',
      FIN_WAIT_1: 'This side closed first: its FIN is out and not yet acknowledged. It can still receive.',
      FIN_WAIT_2: 'Our FIN is acknowledged; now it is the peer’s turn to close. Until then it may go on sending.',
      CLOSE_WAIT:
        'The peer’s FIN arrived: the peer will send no more. The kernel waits for its own program to close; if the program forgets, the connection stays here.',
      CLOSING:
        'Both sides closed at the same time: the peer’s FIN arrived before the acknowledgment of ours. Only that acknowledgment is missing.',
      LAST_ACK:
        'Both sides have closed, and our FIN is the last thing not acknowledged. With that acknowledgment the record is gone.',
      TIME_WAIT:
        'The side that closes first waits here for twice the longest life of a segment (on Linux, 60\u00a0seconds). If the last ACK is lost, it can be sent again, and late segments are not mistaken for those of a new connection.',
    },
  },
  output: {
    what: (side: Side) => `${Program(side)} printed a line.`,
    why: 'Programs print for people: none of this travels on the connection.',
  },
  evidenceMeans: {
    captured: 'The packet itself was seen on the wire.',
    observed: 'A program or a kernel reported it.',
    inferred: 'Nobody saw it, but it must have happened.',
  },
  reason: {
    'listening-needs-a-bound-socket':
      'The server listens, and only a socket that was created, bound and set to listen can do that.',
    'connect-begins-with-syn': 'connect() was called, and that always begins with a SYN.',
    'connect-succeeded': 'connect() succeeded, and that takes all three segments of the handshake.',
    'connect-was-reset':
      'connect() failed with “reset”, which is reported only of a connection that existed: an attempt is “refused”.',
    'connect-refused': 'connect() failed with “refused”, which is how a RST in answer to the SYN is reported.',
    'peer-got-these-bytes': 'The other program received these bytes, so they must have been sent.',
    'program-sent-these-bytes': 'The program handed these bytes to its kernel, which sends them as soon as it may.',
    'program-closed': 'The program closed its socket, and the kernel then sends a FIN.',
    'peer-saw-the-end': 'The other program reached the end of the stream, so a FIN must have arrived.',
    'program-reset': 'The program aborted the connection, and that sends a RST.',
    'peer-saw-a-reset': 'A reset was reported to the other program, so a RST must have arrived.',
    'data-after-close': 'Data arrived for a closed socket, or was left unread in it: the kernel answers with a RST.',
    'ack-within-half-a-second':
      'Data that arrived must be acknowledged within half a second. The exact moment is a guess.',
    'fin-must-be-acknowledged': 'A FIN that arrived must be acknowledged.',
    'only-an-accepted-socket-can-send': 'The server program used this connection, so it must have accepted it first.',
    'state-follows-segment': 'With that segment, the standard’s state machine goes to this state.',
  },
};
