import type { ChoiceOf, ScenarioKey, ThemeKey } from '../scenarios/shelf.ts';

/** What is said of one scenario. */
export interface ScenarioText<Choice extends string> {
  name: string;
  /** What happens, in one sentence. */
  sentence: string;
  /** What to look for in the picture. */
  look: string;
  question: string;
  choices: Record<Choice, string>;
  /** Why the answer is what it is; true whatever the run did. */
  explanation: string;
}

/** A scenario, or a choice, without its words fails the type check, in either language. */
export interface ScenarioTexts {
  themes: Record<ThemeKey, string>;
  shelf: { [Key in ScenarioKey]: ScenarioText<ChoiceOf<Key>> };
}

const seconds = { fifth: 'about 0.2 seconds', one: 'about 1 second', three: 'about 3 seconds' };
const waiters = { client: 'The client', server: 'The server', nobody: 'Nobody' };
const parity = { even: 'PAR (even)', odd: 'ÍMPAR (odd)', silence: 'Nothing at all' };
const synAnswers = { synack: 'SYN+ACK', rst: 'RST', nothing: 'Nothing' };

/** The shelf of scenarios in English. */
export const enScenarios: ScenarioTexts = {
  themes: {
    numbers: 'A number and its answer',
    opening: 'Opening a connection',
    onTheWay: 'On the way',
    ending: 'Ending a connection',
  },
  shelf: {
    plain: {
      name: 'Plain',
      sentence: 'The client sends 121 in two bytes, the server answers and closes, and the client closes after it.',
      look: 'Three segments open the connection; the server’s FIN comes first, so the server is left in TIME_WAIT.',
      question: 'Who will be in TIME_WAIT at the end?',
      choices: waiters,
      explanation:
        'Whoever sends its FIN first waits in TIME_WAIT, to answer should its last ACK be lost. This server closes as soon as it has answered.',
    },
    zero: {
      name: 'Zero',
      sentence: 'The client sends the number 0, as two zero bytes.',
      look: 'Zero bytes are data like any other: they have sequence numbers and are acknowledged.',
      question: 'What does the server answer to zero?',
      choices: parity,
      explanation: 'Two bytes of zero are two bytes, not “nothing”. The server reads the number 0, and 0 is even.',
    },
    silence: {
      name: 'Ten digits: silence',
      sentence: 'To a number of exactly ten digits the server’s protocol has no answer: it closes without a byte.',
      look: 'No data comes from the server, only its FIN: that is what recv() sees as the end of the stream.',
      question: 'What does the client’s recv() return?',
      choices: { bytes: 'Some bytes', zero: '0: no bytes, and no error', error: 'An error' },
      explanation: 'A FIN without data is an ordinary end: recv() returns 0. Only a RST would make it an error.',
    },
    echo: {
      name: 'A big number',
      sentence: 'A number of more than ten digits comes back in decimal: 12345678901 goes out in five bytes.',
      look: 'The same number has other bytes in each direction: an integer goes out, decimal digits come back.',
      question: 'Five bytes go to the server. How many come back?',
      choices: { five: '5', eleven: '11', none: 'None' },
      explanation:
        'TCP carries bytes and knows nothing of numbers. In decimal, each digit is a byte of its own: eleven.',
    },
    split: {
      name: 'A split number',
      sentence: 'The two bytes of 121 are sent one by one, with 50 ms between them.',
      look: 'The server reads once, gets the first byte alone, and answers to that; the second byte meets a RST.',
      question: '121 is odd. What does the server answer?',
      choices: parity,
      explanation:
        'TCP is a stream of bytes without messages in it: recv() returns what has arrived. The first byte alone is 0, and 0 is even. A program must know by itself where a message ends.',
    },
    two: {
      name: 'Two numbers',
      sentence: 'The client has its answer and sends a second number on the same connection.',
      look: 'send() returns without an error, though the server has closed: its kernel answers the bytes with a RST.',
      question: 'What becomes of the second number?',
      choices: {
        answered: 'It is answered too',
        reset: 'The server’s kernel answers with a RST',
        nothing: 'No reaction',
      },
      explanation:
        'This server serves one number and closes. Data that arrives for a closed socket can reach nobody, and a RST tells the sender so. send() only hands bytes to the own kernel.',
    },
    unread: {
      name: 'More than 1024 bytes',
      sentence: 'The client sends 1100 bytes, of which the server uses 1024.',
      look: 'The reply comes first, and then a RST in place of the FIN: recv() ends with ECONNRESET.',
      question: 'How does the server’s side end?',
      choices: { fin: 'With a FIN', rst: 'With a RST', nothing: 'It stays open' },
      explanation:
        'Closing with unread bytes sends a RST, so that the peer learns that data was lost. The published server leaves that to its kernel; a Node program has read all there was, so this one asks for it.',
    },
    refused: {
      name: 'No server',
      sentence: 'The client connects to a port on which nobody listens.',
      look: 'Two segments and all is over: SYN, RST. connect() returns ECONNREFUSED.',
      question: 'What does the server’s kernel answer to the SYN?',
      choices: synAnswers,
      explanation:
        'The host is there and the port is not: its kernel refuses at once, with a RST that acknowledges the SYN.',
    },
    unaccepted: {
      name: 'A server that never accepts',
      sentence: 'The server listens and then sleeps for ever: it never calls accept().',
      look: 'Both ends are ESTABLISHED and the data is acknowledged, while no program has seen the connection.',
      question: 'Nobody calls accept(). What does the client’s connect() do?',
      choices: { ok: 'It succeeds', refused: 'It fails', blocks: 'It blocks' },
      explanation:
        'Kernels shake hands, programs do not: the connection waits, complete, in the queue of the listening socket. accept() only takes it out of there.',
    },
    backlog: {
      name: 'Backlog full',
      sentence: 'The server’s queue of connections to accept is full; after two and a half seconds it accepts again.',
      look: 'The SYN arrives and nothing comes back. The client’s kernel repeats it until one finds room.',
      question: 'What does the server’s kernel answer to the first SYN?',
      choices: synAnswers,
      explanation:
        'Linux drops a SYN that finds the queue full, and says nothing: the client sends it again after 1 second, then 2, and by then there may be room. A RST would have made it give up.',
    },
    blackhole: {
      name: 'A black hole',
      sentence: 'The wire loses everything; the client’s kernel goes on for 15 seconds.',
      look: 'One SYN after another, each wait longer than the one before, until connect() returns ETIMEDOUT.',
      question: 'The SYN is sent again. How long are the waits?',
      choices: { same: 'Always the same', double: 'Each twice the one before', once: 'There is only one SYN' },
      explanation:
        'Each time-out doubles the next, so that a jammed network is not jammed further. The lab lets its client repeat the SYN three times; Linux by itself does it six times or more, for a minute or two.',
    },
    lostSyn: {
      name: 'A lost SYN',
      sentence: 'The wire loses the first SYN.',
      look: 'connect() blocks all the time; the second SYN has the same sequence number as the first.',
      question: 'After how long does the client’s kernel send it again?',
      choices: seconds,
      explanation: 'Nothing is known of the path yet, so the first time-out is one second, as RFC 6298 has it.',
    },
    lostSynAck: {
      name: 'A lost SYN+ACK',
      sentence: 'The server’s answer to the SYN is lost, so that both sides wait.',
      look: 'The server is in SYN_RCVD, the client still in SYN_SENT: both have a timer running.',
      question: 'Whose kernel is the first to send again?',
      choices: waiters,
      explanation:
        'Both have sent something that was not acknowledged, and both wait about a second. The client’s timer began first; whoever is first, a repeated SYN is answered with the SYN+ACK once more.',
    },
    lostAck: {
      name: 'A lost ACK',
      sentence: 'The third segment of the handshake is lost, and the number follows right behind it.',
      look: 'The server stays in SYN_RCVD until the data arrives: that acknowledges its SYN as well.',
      question: 'What must be sent again?',
      choices: { ack: 'The ACK', synack: 'The SYN+ACK', nothing: 'Nothing' },
      explanation:
        'Acknowledgments are cumulative, and every segment after the SYN carries one: the next makes up for the lost one. Without data, the server would repeat its SYN+ACK.',
    },
    lostData: {
      name: 'Lost data',
      sentence: 'The segment with the number is lost.',
      look: 'No ACK comes, and the client’s kernel sends the same bytes with the same sequence number; the program knows nothing of it.',
      question: 'After how long are the bytes sent again?',
      choices: seconds,
      explanation:
        'The time-out follows from the measured round trip. On a path as short as this, what counts is the least that Linux allows: 200 ms, where RFC 6298 would have a whole second.',
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
      sentence: 'A number of 1024 bytes over a wire whose largest segment has 88 bytes.',
      look: 'The SYN offers “mss 88”; options take 12 bytes of each segment, so 76 are left for data.',
      question: 'How much of the number does the server’s first recv() get?',
      choices: { whole: 'All 1024 bytes', part: 'Only a part' },
      explanation:
        'It gets what has arrived when it looks: on some runs all, on others a part, and then the answer is to another number. A program that relies on one recv() works by luck.',
    },
    slowReader: {
      name: 'A slow reader',
      sentence: 'The client sends 144 KiB to a server that reads nothing for a second.',
      look: 'The window in the server’s ACKs shrinks to 0, and opens again when the program reads.',
      question: 'What does the client’s kernel do while the window is closed?',
      choices: { asks: 'It asks now and then', waits: 'It just waits', resets: 'It resets the connection' },
      explanation:
        'The segment that opens the window could be lost, and then both would wait for ever. So the sender probes a closed window, ever less often, and each probe is answered with the window of now.',
    },
    nagle: {
      name: 'Nagle and the delayed ACK',
      sentence: 'Two small sends in a row, with Nagle’s algorithm on, to a server that needs both before it answers.',
      look: 'The second send() returns at once, but its segment leaves only when an ACK has come, some 40 ms later.',
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
        'The FIN ends the stream, also an empty one: 0 bytes. This server takes no bytes for the number 0: PAR.',
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
  },
};
