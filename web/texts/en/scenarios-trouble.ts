import type { TroubleTexts } from '../scenario-texts.ts';

export const seconds = { fifth: 'about 0.2\u00a0seconds', one: 'about 1\u00a0second', three: 'about 3\u00a0seconds' };
export const waiters = { client: 'The client', server: 'The server', nobody: 'Nobody' };

/** The scenarios about what happens on the way, and about the end of a connection. */
export const trouble: TroubleTexts = {
  lostData: {
    name: 'Lost data',
    sentence: 'The segment with the number is lost.',
    look: 'No ACK comes, and the client’s kernel sends the same bytes with the same sequence number; no call of the program fails.',
    question: 'After how long are the bytes sent again?',
    choices: seconds,
    explanation:
      'The time-out is computed from the measured round trip. On a short path, the minimum of Linux counts: 200\u00a0ms more than the round trip. RFC 6298 §2 asks for a whole second.',
  },
  lostFin: {
    name: 'A lost FIN',
    sentence: 'The server’s FIN is lost, after the reply has arrived.',
    look: 'The client has its reply and still blocks in recv(): the end has not arrived. The server is in FIN_WAIT_1 until it does.',
    question: 'Who notices that the FIN is missing?',
    choices: waiters,
    explanation:
      'A FIN takes a sequence number and must be acknowledged like data. The side that sent it repeats it; the receiver cannot miss what it never knew about.',
  },
  duplicate: {
    name: 'Duplicates',
    sentence: 'The wire delivers every segment twice.',
    look: 'The kernels drop each copy. To one of data or of a FIN they answer with one more ACK, to one of a bare ACK with nothing. The programs see each byte once.',
    question: 'The reply arrives twice. How often does recv() return it?',
    choices: { once: 'Once', twice: 'Twice' },
    explanation:
      'Sequence numbers tell a copy from new data: the kernel drops bytes that it already has. A copy that comes when the connection is gone is answered with a RST, which can even end the other side’s TIME_WAIT (RFC 1337).',
  },
  reordered: {
    name: 'Out of order',
    sentence: 'Of two segments, the first is delayed and the second overtakes it.',
    look: 'The second waits in the server’s kernel, whose ACK says once more that it expects byte 1; the program gets all bytes in order.',
    question: 'Nothing was lost. Will the client’s kernel still send something again?',
    choices: { yes: 'Yes', no: 'No' },
    explanation:
      'A repeated acknowledgment looks as if a segment was lost. Linux waits a fraction of the round trip and then sends that segment again (RFC 8985 §6); whether the late one is acknowledged in time differs from run to run.',
  },
  smallSegments: {
    name: 'Small segments',
    sentence: 'A number of 1024\u00a0bytes crosses a wire whose largest segment has 88\u00a0bytes.',
    look: 'The SYN offers “mss 88”; options take 12\u00a0bytes of each segment, so at most 76 are left for data.',
    question: 'How much of the number does the server’s first recv() get?',
    choices: { whole: 'All 1024\u00a0bytes', part: 'Only a part' },
    explanation:
      'It gets what has arrived by then: in some runs all of it, in others a part, and then the answer is for another number. A program that relies on one recv() works by luck.',
  },
  slowReader: {
    name: 'A slow reader',
    sentence: 'The client sends 144 KiB to a server that reads nothing for two seconds.',
    look: 'The window in the server’s ACKs shrinks to 0, and opens again when the program reads.',
    question: 'What does the client’s kernel do while the window is closed?',
    choices: { asks: 'It asks now and then', waits: 'It just waits', resets: 'It resets the connection' },
    explanation:
      'The segment that opens the window could be lost, and then both would wait for ever. So the sender probes a closed window, less and less often, and each answer reports the current window.',
  },
  nagle: {
    name: 'Nagle and the delayed ACK',
    sentence: 'Two small sends follow each other, with Nagle’s algorithm on. The server needs both before it answers.',
    look: 'The second send() returns at once, but its segment leaves only after an ACK, which comes some 40\u00a0ms later, or more.',
    question: 'When does the second small segment leave?',
    choices: { once: 'At once', ack: 'After the ACK of the first', reply: 'After the server’s reply' },
    explanation:
      'Nagle’s algorithm holds small segments back while another is unacknowledged; the server’s kernel holds its ACK back, so that it can travel with data. Each waits for the other until the ACK’s timer expires. The way out is one send() for both, or TCP_NODELAY.',
  },
  clientResets: {
    name: 'The client resets',
    sentence: 'While the server thinks, the client aborts the connection.',
    look: 'One RST, and each end is CLOSED as soon as it has sent or received it: no FIN, no TIME_WAIT. The server’s recv() fails with ECONNRESET.',
    question: 'What does the server’s kernel send in answer to the RST?',
    choices: { ack: 'An ACK', rst: 'A RST', nothing: 'Nothing' },
    explanation:
      'A RST is never acknowledged: the connection is gone, and two hosts that answer a RST with a RST would never stop.',
  },
  clientFirst: {
    name: 'The client closes first',
    sentence: 'The server goes on serving until the client closes.',
    look: 'The client sends the first FIN, and the server follows: the states have changed sides.',
    question: 'Who will be in TIME_WAIT at the end?',
    choices: waiters,
    explanation: 'The side that closes first stays in TIME_WAIT, client or server: here it is the client.',
  },
  halfClose: {
    name: 'Half-close',
    sentence: 'The client ends its own direction with shutdown(), and the server answers a second later.',
    look: 'The client is in FIN_WAIT_2, the server in CLOSE_WAIT, and the server still sends data.',
    question: 'The client’s FIN has arrived. Can the server still send its answer?',
    choices: { yes: 'Yes', no: 'No' },
    explanation:
      'A connection has two directions, and each ends by itself. A FIN says “I have no more to send”, not “I am gone”.',
  },
  killed: {
    name: 'The server is killed',
    sentence: 'When the first bytes arrive, SIGKILL ends the server program.',
    look: 'The server program does not call close(), but its FIN comes: the kernel cleans up after the dead program.',
    question: 'What does the client receive?',
    choices: { fin: 'A FIN', rst: 'A RST', nothing: 'Nothing' },
    explanation:
      'The kernel closes what a dead program leaves open, and to the client that looks like any other end. With unread bytes, it would have been a RST. Only a dead host is silent.',
  },
  tooSlow: {
    name: 'A slow answer',
    sentence: 'The server has read the number and thinks for a second before it answers.',
    look: 'The client blocks in recv(). Once its number is acknowledged, nothing is sent until the answer.',
    question: 'What crosses the wire during that second?',
    choices: { nothing: 'Nothing', probes: 'Keep-alives', again: 'The number, again' },
    explanation:
      'The number has been acknowledged, so there is nothing to repeat. TCP has no time limit for an answer, and keep-alives must be asked for. The program decides how long to wait.',
  },
  silentClient: {
    name: 'A silent client',
    sentence: 'The client connects, says nothing for half a second, and ends its side without sending a byte.',
    look: 'For half a second nothing is sent, and the server blocks in recv(). Then recv() returns 0, and the server answers as for the number 0.',
    question: 'No byte ever came. What does the server’s recv() return in the end?',
    choices: { zero: '0', error: 'An error', blocks: 'It never returns' },
    explanation:
      'The FIN ends the stream, even an empty one: 0\u00a0bytes. To this server, no bytes mean the number 0: PAR.',
  },
  restart: {
    name: 'Address already in use',
    sentence: 'The server closes first and soon starts again, on the same port.',
    look: 'The server’s kernel is in TIME_WAIT, and the program prints what bind() returned, twice: EADDRINUSE.',
    question: 'What does bind() return to the server that starts again?',
    choices: { ok: 'Success', inUse: 'EADDRINUSE' },
    explanation:
      'The connection in TIME_WAIT still holds the address. On Linux not even SO_REUSEADDR helps now, as the printed line shows: the earlier socket needed it too. That is why a server should always set it before bind(), as Node does.',
  },
};
