import type { Script } from '../../../bridge/trace/script.ts';
import { ENDS, serverEnd, waiter, WAITERS, type Facts } from '../run-facts.ts';
import { PLAIN } from './numbers.ts';
import { became, ends, on, returned, sent } from '../marks.ts';
import { scenario } from '../scenario.ts';

const HALF_CLOSE: Script = [{ do: 'send', hex: '0079' }, { do: 'shutdown' }, { do: 'recv' }, { do: 'close' }];
/** Microseconds during which no segment crosses while the server thinks. */
const LONG_US = 700_000;

/** Ways in which programs and their kernels end a connection, or fail to. */
export const ending = {
  clientResets: scenario({
    script: [{ do: 'send', hex: '0079' }, { do: 'wait', ms: 200 }, { do: 'reset' }],
    server: 'answers-late',
    rfc: 'RFC 9293 §3.5.3, §3.9.1.6',
    shows: (run) =>
      run.flag('client', 'RST')?.fate === 'delivered' &&
      run.state('client', 'CLOSED') !== undefined &&
      run.state('server', 'CLOSED') !== undefined &&
      waiter(run) === 'nobody',
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
    shows: (run) => {
      const [client, server] = [run.flag('client', 'FIN'), run.flag('server', 'FIN')];
      return !!client && !!server && client.sentAt < server.sentAt && waiter(run) === 'client';
    },
    question: { choices: WAITERS, asks: sent('client', 'FIN'), tells: became('TIME_WAIT'), answer: waiter },
  }),
  halfClose: scenario({
    script: HALF_CLOSE,
    server: 'answers-late',
    rfc: 'RFC 9293 §3.6.1',
    shows: (run) => run.reply === 'ÍMPAR' && answerAfterFin(run) && run.state('client', 'FIN_WAIT_2') !== undefined,
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
    shows: (run) =>
      run.outcome === 'silent' &&
      run.calls('server', 'recv').some(({ bytes = 0 }) => bytes > 0) &&
      run.calls('server', 'close').every(({ evidence }) => evidence === 'inferred'),
    question: { choices: ENDS, asks: sent('client', 'data'), tells: ends('server'), answer: serverEnd },
  }),
  tooSlow: scenario({
    script: PLAIN,
    server: 'answers-late',
    rfc: 'RFC 9293 §3.8.3, §3.8.4',
    shows: (run) => run.outcome === 'replied' && meanwhile(run) === 'nothing',
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
    shows: (run) => run.data('client').length === 0 && run.connected && run.reply === 'PAR',
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
    shows: (run) => run.state('server', 'TIME_WAIT') !== undefined && bindAgain(run) === 'inUse',
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
  const since = answer.sentAt - LONG_US;
  const between = run.segments.filter(({ sentAt }) => sentAt > since && sentAt < answer.sentAt);
  return between.length === 0 ? 'nothing' : between.some(({ probe }) => probe) ? 'probes' : 'again';
}

/** What bind() returned to the restarted server. */
function bindAgain(run: Facts): 'ok' | 'inUse' | undefined {
  if (run.printed('started again: bind() EADDRINUSE')) return 'inUse';
  return run.printed('started again: bind() ok') ? 'ok' : undefined;
}
