import { trouble, seconds, waiters } from './scenarios-trouble.ts';
import type { ScenarioTexts } from '../scenario-texts.ts';

const parity = { even: 'PAR (even)', odd: 'ÍMPAR (odd)', silence: 'Nothing at all' };
const synAnswers = { synack: 'SYN+ACK', rst: 'RST', nothing: 'Nothing' };

/** The shelf of scenarios. */
export const scenarios: ScenarioTexts = {
  words: {
    stop: 'Stop the run where its question is asked',
    goesOn: 'The run goes on until its question is asked …',
    held: 'The wire holds a segment. What comes next?',
    letGo: 'Let it go',
    run: 'Run this scenario',
    again: 'Run it again',
    edit: 'Edit its script',
    right: 'Right.',
    wrong: (answer) => `In this run it was: ${answer}.`,
    answer: (answer) => `In this run: ${answer}.`,
    untold: 'This run does not tell.',
    shown: 'Look at it:',
    notShown: 'This run went another way. To look for:',
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
      sentence: 'The two bytes of 121 are sent one by one, with 0.8\u00a0seconds between them.',
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
      name: 'More than 1024\u00a0bytes',
      sentence: 'The client sends 1100\u00a0bytes, of which the server uses 1024.',
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
        'Linux drops a SYN that finds the queue full, and says nothing: the client sends it again after 1\u00a0second, then 2, and by then there may be room. A RST would have made it give up.',
    },
    blackhole: {
      name: 'A black hole',
      sentence: 'The wire loses everything; the client’s kernel goes on for 15\u00a0seconds.',
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
    ...trouble,
  },
};
