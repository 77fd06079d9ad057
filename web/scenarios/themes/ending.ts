import type { Script } from '../../../bridge/trace/script.ts';
import { closesFirst, ENDS, isBlocked, serverEnd, waiter, WAITERS, type Facts } from '../run-facts.ts';
import { PLAIN } from './numbers.ts';
import { became, ends, on, returned, sent } from '../marks.ts';
import { scenario } from '../scenario.ts';

const HALF_CLOSE: Script = [{ do: 'send', hex: '0079' }, { do: 'shutdown' }, { do: 'recv' }, { do: 'close' }];
/** Microseconds during which no segment crosses while the server thinks. */
const LONG_US = 700_000;
/** The same while the client is silent. */
const QUIET_US = 300_000;

/** Ways in which programs and their kernels end a connection, or fail to. */
export const ending = {
  clientResets: scenario({
    script: [{ do: 'send', hex: '0079' }, { do: 'wait', ms: 200 }, { do: 'reset' }],
    server: 'answers-late',
    rfc: 'RFC 9293 §3.5.3, §3.9.1.6',
    facts: {
      oneReset: (run) =>
        run.flagged('client', 'RST').length === 1 &&
        run.flag('client', 'RST')?.fate === 'delivered' &&
        run.flag('server', 'RST') === undefined,
      bothClosed: (run) => run.lastState('client') === 'CLOSED' && run.lastState('server') === 'CLOSED',
      noFin: (run) => run.flag('client', 'FIN') === undefined && run.flag('server', 'FIN') === undefined,
      nobodyWaits: (run) => waiter(run) === 'nobody',
      serverProgramLearns: (run) => run.calls('server', 'recv').some(({ result }) => result === 'ECONNRESET'),
    },
    question: {
      choices: ['ack', 'rst', 'nothing'],
      asks: sent('client', 'RST'),
      answer: (run) => {
        const heard = run.flag('client', 'RST')?.arrivedAt ?? Infinity;
        const answer = run.segments.find(({ from, sentAt }) => from === 'server' && sentAt > heard);
        return !answer ? 'nothing' : answer.flags.includes('RST') ? 'rst' : 'ack';
      },
    },
  }),
  clientFirst: scenario({
    script: [{ do: 'send', hex: '00000079' }, { do: 'recv', bytes: 6 }, { do: 'close' }],
    server: 'four-bytes',
    rfc: 'RFC 9293 §3.6, §3.6.1',
    facts: {
      clientFirst: (run) => closesFirst(run, 'client'),
      serverFollows: (run) =>
        (run.flag('server', 'FIN')?.sentAt ?? -Infinity) >= (run.flag('client', 'FIN')?.arrivedAt ?? Infinity),
      statesChangedSides: (run) =>
        run.lastState('client') === 'TIME_WAIT' &&
        run.state('server', 'LAST_ACK') !== undefined &&
        run.state('server', 'TIME_WAIT') === undefined,
    },
    question: { choices: WAITERS, asks: sent('client', 'FIN'), tells: became('TIME_WAIT'), answer: waiter },
  }),
  halfClose: scenario({
    script: HALF_CLOSE,
    server: 'answers-late',
    rfc: 'RFC 9293 §3.6.1',
    facts: {
      shutsDown: (run) => run.call('client', 'shutdown') !== undefined,
      sendsIn: (run) => {
        const [answer] = run.data('server');
        return (
          !!answer &&
          run.stateAt('client', answer.sentAt) === 'FIN_WAIT_2' &&
          run.stateAt('server', answer.sentAt) === 'CLOSE_WAIT'
        );
      },
      answered: (run) => run.reply === 'ÍMPAR' && answerAfterFin(run),
    },
    question: {
      choices: ['yes', 'no'],
      asks: became('CLOSE_WAIT', 'server'),
      tells: sent('server', 'data'),
      answer: (run) => (answerAfterFin(run) && run.reply !== '' ? 'yes' : 'no'),
    },
  }),
  killed: scenario({
    script: PLAIN,
    server: 'dies',
    rfc: 'RFC 9293 §3.6',
    facts: {
      firstBytes: (run) => run.bytesRead('server') > 0,
      noClose: (run) => run.call('server', 'close') === undefined && run.call('server', 'shutdown') === undefined,
      finComes: (run) => run.outcome === 'silent' && closesFirst(run, 'server'),
    },
    question: { choices: ENDS, asks: sent('client', 'data'), tells: ends('server'), answer: serverEnd },
  }),
  tooSlow: scenario({
    script: PLAIN,
    server: 'answers-late',
    rfc: 'RFC 9293 §3.8.3, §3.8.4',
    facts: {
      answered: ({ outcome }) => outcome === 'replied',
      clientBlocks: (run) => {
        const asked = run.acknowledgment(run.data('client')[0])?.arrivedAt;
        return isBlocked(run.call('client', 'recv'), asked, run.data('server')[0]?.arrivedAt);
      },
      nothingIsSent: (run) => {
        const [answer] = run.data('server');
        const known = run.acknowledgment(run.data('client')[0])?.arrivedAt;
        const isQuiet = !!answer && known !== undefined && run.between(known, answer.sentAt).length === 0;
        return isQuiet && meanwhile(run) === 'nothing';
      },
    },
    question: {
      choices: ['nothing', 'probes', 'again'],
      asks: returned('server', 'recv'),
      tells: sent('server', 'data'),
      answer: meanwhile,
    },
  }),
  silentClient: scenario({
    script: [{ do: 'wait', ms: 500 }, { do: 'shutdown' }, { do: 'recv' }, { do: 'close' }],
    rfc: 'RFC 9293 §3.6.1, §3.9.1.3',
    facts: {
      noByte: (run) => run.connected && run.data('client').length === 0,
      nothingIsSent: (run) => {
        const fin = run.flag('client', 'FIN')?.sentAt ?? -Infinity;
        return fin > 0 && run.between(fin - QUIET_US, fin).length === 0;
      },
      serverBlocks: (run) => {
        const fin = run.flag('client', 'FIN');
        const recv = run.call('server', 'recv');
        return recv?.bytes === 0 && isBlocked(recv, fin?.sentAt, fin?.arrivedAt);
      },
      answersAsForZero: ({ reply }) => reply === 'PAR',
    },
    question: {
      choices: ['zero', 'error', 'blocks'],
      asks: sent('client', 'FIN'),
      tells: returned('server', 'recv'),
      answer: (run) => {
        const { result, bytes } = run.call('server', 'recv') ?? {};
        return result === undefined ? 'blocks' : result === 'ok' && bytes === 0 ? 'zero' : 'error';
      },
    },
  }),
  restart: scenario({
    script: [{ do: 'send', hex: '0079' }, { do: 'recv' }, { do: 'shutdown' }, { do: 'wait', ms: 600 }, { do: 'close' }],
    server: 'restarts',
    rfc: 'RFC 9293 §3.6.1; RFC 1122 §4.2.2.13',
    facts: {
      serverFirst: (run) => closesFirst(run, 'server'),
      serverWaits: (run) => run.lastState('server') === 'TIME_WAIT',
      startsWhileItWaits: (run) =>
        (run.printedAt('started again:') ?? -Infinity) > (run.state('server', 'TIME_WAIT')?.at ?? Infinity),
      inUse: (run) => bindAgain(run) === 'inUse',
      inUseTwice: (run) => run.printed('with SO_REUSEADDR: bind() EADDRINUSE'),
    },
    question: {
      choices: ['ok', 'inUse'],
      asks: sent('client', 'FIN'),
      tells: on((step) => step.kind === 'output' && step.line.includes('started again')),
      answer: bindAgain,
    },
  }),
};

function answerAfterFin(run: Facts): boolean {
  const heard = run.flag('client', 'FIN')?.arrivedAt ?? Infinity;
  return run.data('server').some(({ sentAt }) => sentAt > heard);
}

/** The segments that cross the wire while the server thinks. */
function meanwhile(run: Facts): 'nothing' | 'probes' | 'again' | undefined {
  const [answer] = run.data('server');
  const [asked] = run.data('client');
  if (!answer || !asked || answer.sentAt - asked.sentAt < LONG_US) return undefined;
  const between = run.between(answer.sentAt - LONG_US, answer.sentAt);
  return between.length === 0 ? 'nothing' : between.some(({ probe }) => probe) ? 'probes' : 'again';
}

/** What bind() returned to the restarted server. */
function bindAgain(run: Facts): 'ok' | 'inUse' | undefined {
  if (run.printed('started again: bind() EADDRINUSE')) return 'inUse';
  return run.printed('started again: bind() ok') ? 'ok' : undefined;
}
