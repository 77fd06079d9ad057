import { trouble, seconds, waiters } from './scenarios-trouble.ts';
import type { ScenarioTexts } from '../scenario-texts.ts';

const parity = { even: 'PAR (even)', odd: 'ÍMPAR (odd)', silence: 'Nothing at all' };
const synAnswers = { synack: 'SYN+ACK', rst: 'RST', nothing: 'Nothing' };

/** The shelf of scenarios. */
export const scenarios: ScenarioTexts = {
  words: {
    skip: 'Go on without a guess',
    run: 'Run this scenario',
    again: 'Run it again',
    edit: 'Edit its script',
    right: 'Right.',
    wrong: (answer) => `In this run it was: ${answer}.`,
    answer: (answer) => `In this run: ${answer}.`,
    untold: 'This run does not show it.',
    shown: 'Look:',
    notShown: 'This run went another way. What to look for:',
  },
  themes: {
    numbers: 'A number and its answer',
    opening: 'Opening a connection',
    onTheWay: 'On the way',
    ending: 'Ending a connection',
  },
  shelf: {
    plain: {
      name: 'Plain',
      sentence: 'The client sends 121 in two bytes, the server answers and closes, and then the client closes.',
      look: 'Three segments open the connection; the server’s FIN comes first, so the server stays in TIME_WAIT.',
      question: 'Who will be in TIME_WAIT at the end?',
      choices: waiters,
      explanation:
        'The side that sends its FIN first waits in TIME_WAIT, so that it can answer if its last ACK is lost. This server closes as soon as it has answered.',
    },
    zero: {
      name: 'Zero',
      sentence: 'The client sends the number 0, as two bytes 00.',
      look: 'Bytes of value 0 are data like any other: each takes a sequence number and is acknowledged.',
      question: 'What does the server answer to zero?',
      choices: parity,
      explanation:
        'Two bytes 00 are two bytes, not “nothing”. The server reads the number 0, and 0 is even. Zero has one digit, though this server counts none; either way it is fewer than ten.',
    },
    silence: {
      name: 'Ten digits: silence',
      sentence:
        'The server’s protocol has no answer to a number of exactly ten digits: the server closes without sending a byte.',
      look: 'The server acknowledges the number and sends no data, only its FIN: recv() sees that as the end of the stream.',
      question: 'What does the client’s recv() return?',
      choices: { bytes: 'Some bytes', zero: '0: no bytes, and no error', error: 'An error' },
      explanation: 'A FIN without data is an ordinary end: recv() returns 0. A RST would make it an error.',
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
      sentence: 'The two bytes of 121 are sent one by one, with 0.8\u00a0seconds between them.',
      look: 'The server reads once, gets only the first byte and answers that; a RST answers the second byte.',
      question: '121 is odd. What does the server answer?',
      choices: parity,
      explanation:
        'TCP carries a stream of bytes, not messages: recv() returns what has arrived. The first byte alone is 0, and 0 is even. The program itself must know where a message ends.',
    },
    two: {
      name: 'Two numbers',
      sentence: 'The client has its answer and sends a second number on the same connection.',
      look: 'send() returns without an error. The bytes reach a server that has closed, and its kernel answers them with a RST.',
      question: 'What happens to the second number?',
      choices: {
        answered: 'It is answered too',
        reset: 'The server’s kernel answers with a RST',
        nothing: 'No reaction',
      },
      explanation:
        'This server serves one number and closes. Data that arrives for a closed socket reaches nobody, and a RST reports that to the sender. send() only hands the bytes to the client’s own kernel.',
    },
    unread: {
      name: 'More than 1024\u00a0bytes',
      sentence: 'The client sends 1100\u00a0bytes, of which the server uses 1024.',
      look: 'The reply comes first, and then a RST in place of the FIN: the last recv() fails with ECONNRESET.',
      question: 'How does the server’s side end?',
      choices: { fin: 'With a FIN', rst: 'With a RST', nothing: 'It stays open' },
      explanation:
        'Closing with unread bytes sends a RST, so that the peer learns that data was lost. The published server leaves that to its kernel; a Node program has already read everything, so this one asks for the RST.',
    },
    refused: {
      name: 'No server',
      sentence: 'The client connects to a port on which nobody listens.',
      look: 'Two segments, SYN and RST, and it is over: connect() fails with ECONNREFUSED.',
      question: 'What does the server’s kernel answer to the SYN?',
      choices: synAnswers,
      explanation:
        'The host exists, but nobody listens on the port: its kernel refuses at once, with a RST that acknowledges the SYN. Without any answer, the client’s kernel would repeat the SYN, and connect() would block.',
    },
    unaccepted: {
      name: 'A server that never accepts',
      sentence: 'The server listens and then sleeps forever: it never calls accept().',
      look: 'Both ends are ESTABLISHED and the data is acknowledged, but the server program has seen nothing of it.',
      question: 'Nobody calls accept(). What does the client’s connect() do?',
      choices: { ok: 'It succeeds', refused: 'It fails', blocks: 'It blocks' },
      explanation:
        'The kernels shake hands, not the programs: the complete connection waits in the queue of the listening socket. accept() only takes it out of the queue.',
    },
    backlog: {
      name: 'Backlog full',
      sentence: 'The server’s queue of connections to accept is full; after two and a half seconds it accepts again.',
      look: 'The SYN arrives and nothing comes back. The client’s kernel repeats it until there is room.',
      question: 'What does the server’s kernel answer to the first SYN?',
      choices: synAnswers,
      explanation:
        'If the queue is full, Linux silently drops the SYN: the client’s kernel sends it again after 1\u00a0second, then 2, and by then there may be room. A RST would have let connect() fail at once.',
    },
    blackhole: {
      name: 'A black hole',
      sentence: 'The wire loses everything; the client’s kernel goes on for 15\u00a0seconds.',
      look: 'One SYN after another, each wait longer than the one before, until connect() fails with ETIMEDOUT.',
      question: 'The SYN is sent again. How long are the waits?',
      choices: { same: 'Always the same', double: 'Each twice the one before', once: 'There is only one SYN' },
      explanation:
        'Each wait is twice the one before, so that a congested network does not get more congested. Then the kernel gives up, not the program. The lab lets its client repeat the SYN three times; where nothing is set, Linux goes on for more than two minutes, and RFC 9293 asks for at least three.',
    },
    lostSyn: {
      name: 'A lost SYN',
      sentence: 'The wire loses the first SYN.',
      look: 'connect() stays blocked; the second SYN has the same sequence number as the first.',
      question: 'After how long does the client’s kernel send it again?',
      choices: seconds,
      explanation: 'Nothing is known about the path yet, so the first time-out is one second, as RFC 6298 says.',
    },
    lostSynAck: {
      name: 'A lost SYN+ACK',
      sentence: 'The server’s answer to the SYN is lost, so both sides wait.',
      look: 'The server is in SYN_RCVD, the client still in SYN_SENT: each has sent something that is not acknowledged.',
      question: 'Whose kernel is the first to send again?',
      choices: waiters,
      explanation:
        'Each has a timer, and each waits about a second. The client’s timer began first. Whichever side is first, the server answers a repeated SYN with the SYN+ACK once more.',
    },
    lostAck: {
      name: 'A lost ACK',
      sentence: 'The third segment of the handshake is lost, and the number follows right behind it.',
      look: 'The server stays in SYN_RCVD until the data arrives: the data acknowledges its SYN as well.',
      question: 'What must be sent again?',
      choices: { ack: 'The ACK', synack: 'The SYN+ACK', nothing: 'Nothing' },
      explanation:
        'Acknowledgments are cumulative, and every segment after the SYN carries one: the next one makes up for the lost one. If the client sent nothing, the server would repeat its SYN+ACK.',
    },
    ...trouble,
  },
};
