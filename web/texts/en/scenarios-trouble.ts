import type { TroubleTexts } from '../scenario-texts.ts';

export const seconds = { fifth: 'about 0.2\u00a0seconds', one: 'about 1\u00a0second', three: 'about 3\u00a0seconds' };
export const waiters = { client: 'The client', server: 'The server', nobody: 'Nobody' };

/** The scenarios about what happens on the way, and about the end of a connection. */
export const trouble: TroubleTexts = {
  lostData: {
    name: 'Lost data',
    sentence: 'The segment with the number is lost.',
    look: 'No ACK comes, and the client’s kernel sends the same bytes with the same sequence number; the program knows nothing of it.',
    question: 'After how long are the bytes sent again?',
    choices: seconds,
    explanation:
      'The time-out follows from the measured round trip. On a path as short as this, what counts is the least that Linux allows: 200\u00a0ms, where RFC 6298 would have a whole second.',
  },
  lostFin: {
    name: 'A lost FIN',
    sentence: 'The server’s FIN is lost, after the reply has arrived.',
    look: 'The client has its reply and still blocks in recv(): the end has not come. FIN_WAIT_1 lasts until it does.',
    question: 'Who notices that the FIN is missing?',
    choices: waiters,
    explanation:
      'A FIN has a sequence number and must be acknowledged like data. Whoever sent it repeats it; the receiver cannot miss what it never knew of.',
  },
  duplicate: {
    name: 'Duplicates',
    sentence: 'The wire delivers every segment twice.',
    look: 'The kernels answer copies with one more ACK and throw them away; the programs see each byte once.',
    question: 'The reply arrives twice. How often does recv() return it?',
    choices: { once: 'Once', twice: 'Twice' },
    explanation: 'Sequence numbers tell a copy from something new: bytes that were received already are dropped.',
  },
  reordered: {
    name: 'Out of order',
    sentence: 'Of two segments, the first is delayed and the second overtakes it.',
    look: 'The second waits in the server’s kernel, which acknowledges byte 1 once more; recv() gets all bytes in order.',
    question: 'Nothing was lost. Will the client’s kernel still send something again?',
    choices: { yes: 'Yes', no: 'No' },
    explanation:
      'A repeated acknowledgment looks as if a segment was lost. Linux waits a fraction of the round trip for it and then sends again; whether the late one comes in time differs from run to run.',
  },
  smallSegments: {
    name: 'Small segments',
    sentence: 'A number of 1024\u00a0bytes over a wire whose largest segment has 88\u00a0bytes.',
    look: 'The SYN offers “mss 88”; options take 12\u00a0bytes of each segment, so 76 are left for data.',
    question: 'How much of the number does the server’s first recv() get?',
    choices: { whole: 'All 1024\u00a0bytes', part: 'Only a part' },
    explanation:
      'It gets what has arrived when it looks: on some runs all, on others a part, and then the answer is to another number. A program that relies on one recv() works by luck.',
  },
  slowReader: {
    name: 'A slow reader',
    sentence: 'The client sends 144 KiB to a server that reads nothing for two seconds.',
    look: 'The window in the server’s ACKs shrinks to 0, and opens again when the program reads.',
    question: 'What does the client’s kernel do while the window is closed?',
    choices: { asks: 'It asks now and then', waits: 'It just waits', resets: 'It resets the connection' },
    explanation:
      'The segment that opens the window could be lost, and then both would wait for ever. So the sender probes a closed window, ever less often, and each probe is answered with the window of now.',
  },
  nagle: {
    name: 'Nagle and the delayed ACK',
    sentence: 'Two small sends in a row, with Nagle’s algorithm on, to a server that needs both before it answers.',
    look: 'The second send() returns at once, but its segment leaves only when an ACK has come, some 40\u00a0ms later.',
    question: 'When does the second small segment leave?',
    choices: { once: 'At once', ack: 'After the ACK of the first', reply: 'After the server’s reply' },
    explanation:
      'Nagle’s algorithm holds small segments back while another is unacknowledged; the server’s kernel holds its ACK back, hoping for data to go with it. Each waits for the other until the ACK’s timer ends it. TCP_NODELAY is the way out.',
  },
  clientResets: {
    name: 'The client resets',
    sentence: 'While the server thinks, the client aborts the connection.',
    look: 'One RST, and both ends are CLOSED at once: no FIN, no TIME_WAIT. The server’s recv() fails with ECONNRESET.',
    question: 'What does the server’s kernel send in answer to the RST?',
    choices: { ack: 'An ACK', rst: 'A RST', nothing: 'Nothing' },
    explanation:
      'A RST is never acknowledged: what it ends is gone, and two hosts that reset each other would not stop.',
  },
  clientFirst: {
    name: 'The client closes first',
    sentence: 'A server that goes on serving until the client closes.',
    look: 'The first FIN is the client’s, the server follows: the states have changed sides.',
    question: 'Who will be in TIME_WAIT at the end?',
    choices: waiters,
    explanation: 'TIME_WAIT belongs to whoever closes first, be it client or server: here it is the client.',
  },
  halfClose: {
    name: 'Half-close',
    sentence: 'The client ends its own direction with shutdown(), and the server answers a second later.',
    look: 'The client is in FIN_WAIT_2, the server in CLOSE_WAIT, and data still goes from one to the other.',
    question: 'The client’s FIN has arrived. Can the server still send its answer?',
    choices: { yes: 'Yes', no: 'No' },
    explanation:
      'A connection has two directions, and each ends by itself. A FIN says “I have no more to send”, not “I am gone”.',
  },
  killed: {
    name: 'The server is killed',
    sentence: 'On the first bytes, the server program is ended by SIGKILL.',
    look: 'No program calls close(), and still there is an end: the kernel cleans up behind the dead program.',
    question: 'What does the client hear?',
    choices: { fin: 'A FIN', rst: 'A RST', nothing: 'Nothing' },
    explanation:
      'The kernel closes what a dead program leaves open, and to the client that looks like any other end. Had there been unread bytes, it would have been a RST. Only a dead host is silent.',
  },
  tooSlow: {
    name: 'A slow answer',
    sentence: 'The server has read the number and thinks for a second before it answers.',
    look: 'The client blocks in recv(), and the wire is empty: an idle connection costs nothing.',
    question: 'What crosses the wire during that second?',
    choices: { nothing: 'Nothing', probes: 'Keep-alives', again: 'The number, again' },
    explanation:
      'The number has been acknowledged, so there is nothing to repeat. TCP has no time limit for an answer, and keep-alives must be asked for. How long to wait is for the program to say.',
  },
  silentClient: {
    name: 'A silent client',
    sentence: 'The client connects, says nothing for half a second, and ends its side without a byte.',
    look: 'The server blocks in recv() all the while; then it returns 0, and the server answers as to the number 0.',
    question: 'No byte ever came. What does the server’s recv() return in the end?',
    choices: { zero: '0', error: 'An error', blocks: 'It never returns' },
    explanation:
      'The FIN ends the stream, also an empty one: 0\u00a0bytes. This server takes no bytes for the number 0: PAR.',
  },
  restart: {
    name: 'Address already in use',
    sentence: 'A server that closed first starts again at once, on the same port.',
    look: 'The server’s kernel is in TIME_WAIT, and what the program printed says what bind() returned, twice.',
    question: 'What does bind() return to the server that starts again?',
    choices: { ok: 'Success', inUse: 'EADDRINUSE' },
    explanation:
      'The connection in TIME_WAIT still has the address. On Linux not even SO_REUSEADDR helps now, as the printed line shows: the socket before must have had it too. So servers set it always; Node does.',
  },
};
