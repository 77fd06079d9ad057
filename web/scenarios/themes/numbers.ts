import { plainScript, type Script } from '../../../bridge/trace/script.ts';
import {
  closesFirst,
  ENDS,
  opensWithThree,
  parity,
  PARITY,
  resetsAfter,
  serverEnd,
  waiter,
  WAITERS,
} from '../run-facts.ts';
import { became, ends, returned, sent } from '../marks.ts';
import { scenario } from '../scenario.ts';
import type { Facts } from '../run-facts.ts';
import type { Side } from '../../../bridge/trace/step.ts';

/** Sends 121, which is odd. */
export const PLAIN: Script = plainScript(121n);
/** Hex of so many bytes with the value 1. */
export const ones = (bytes: number): string => '01'.repeat(bytes);

/** How the number server's protocol treats what the client sends. */
export const numbers = {
  plain: scenario({
    script: PLAIN,
    rfc: 'RFC 9293 §3.5, §3.6',
    facts: {
      threeOpen: opensWithThree,
      oneNumber: (run) => payloads(run, 'client') === '0079',
      answered: ({ reply }) => reply === 'ÍMPAR',
      serverClosesFirst: (run) => closesFirst(run, 'server'),
      clientCloses: (run) => run.flag('client', 'FIN') !== undefined,
      serverWaits: (run) => run.lastState('server') === 'TIME_WAIT' && run.state('client', 'TIME_WAIT') === undefined,
    },
    question: { choices: WAITERS, asks: sent('server', 'FIN'), tells: became('TIME_WAIT'), answer: waiter },
  }),
  zero: scenario({
    script: plainScript(0n),
    rfc: 'RFC 9293 §3.4',
    facts: {
      onlyZeros: (run) => /^(00)+$/.test(payloads(run, 'client')),
      acknowledged: (run) => run.acknowledgment(run.data('client')[0]) !== undefined,
      answered: ({ reply }) => reply === 'PAR',
    },
    question: { choices: PARITY, asks: sent('client', 'data'), tells: sent('server', 'data'), answer: parity },
  }),
  silence: scenario({
    script: plainScript(1_000_000_000n),
    rfc: 'RFC 9293 §3.6',
    facts: {
      acknowledged: (run) => run.acknowledgment(run.data('client')[0]) !== undefined,
      noData: (run) => run.data('server').length === 0,
      fin: (run) => closesFirst(run, 'server') && run.flag('server', 'RST') === undefined,
      endOfStream: (run) => run.outcome === 'silent' && run.call('client', 'recv')?.bytes === 0,
    },
    question: {
      choices: ['bytes', 'zero', 'error'],
      asks: sent('client', 'data'),
      tells: returned('client', 'recv'),
      answer: (run) => {
        const { bytes } = run.call('client', 'recv') ?? {};
        return bytes === undefined ? 'error' : bytes > 0 ? 'bytes' : 'zero';
      },
    },
  }),
  echo: scenario({
    script: plainScript(12_345_678_901n),
    rfc: 'RFC 9293 §2.2',
    facts: {
      bigNumber: ({ reply }) => reply.length > 10,
      sameNumber: (run) => {
        const sent = payloads(run, 'client');
        return sent !== '' && run.reply === String(BigInt(`0x${sent}`));
      },
      otherBytes: (run) => payloads(run, 'server') !== '' && payloads(run, 'server') !== payloads(run, 'client'),
    },
    question: {
      choices: ['five', 'eleven', 'none'],
      asks: sent('client', 'data'),
      tells: sent('server', 'data'),
      answer: ({ reply }) => (({ 0: 'none', 5: 'five', 11: 'eleven' }) as const)[reply.length],
    },
  }),
  split: scenario({
    script: [
      { do: 'send', hex: '00' },
      { do: 'wait', ms: 800 },
      { do: 'send', hex: '79' },
      { do: 'recv' },
      { do: 'close' },
    ],
    rfc: 'RFC 9293 §2.2, §3.7',
    facts: {
      oneByOne: (run) => payloads(run, 'client', ',') === '00,79',
      readsOne: (run) =>
        run.calls('server', 'recv').every(({ bytes = 0 }) => bytes <= 1) && run.bytesRead('server') <= 1,
      answersThat: ({ reply }) => reply === 'PAR',
      resetAnswersTheSecond: (run) => resetsAfter(run, run.data('client')[1]?.arrivedAt),
    },
    question: { choices: PARITY, asks: sent('client', 'data'), tells: sent('server', 'data'), answer: parity },
  }),
  two: scenario({
    script: [
      { do: 'send', hex: '0007' },
      { do: 'recv', bytes: 6 },
      { do: 'send', hex: '0008' },
      { do: 'recv' },
      { do: 'close' },
    ],
    rfc: 'RFC 9293 §3.6.1',
    facts: {
      twoNumbers: (run) => payloads(run, 'client', ',') === '0007,0008',
      firstAnswered: ({ reply }) => reply === 'ÍMPAR',
      sendSucceeds: (run) => run.calls('client', 'send')[1]?.result === 'ok',
      serverHasClosed: (run) => {
        const [, second] = run.data('client');
        return (run.flag('server', 'FIN')?.sentAt ?? Infinity) <= (second?.arrivedAt ?? -Infinity);
      },
      resetAnswersTheSecond: (run) => resetsAfter(run, run.data('client')[1]?.arrivedAt),
    },
    question: {
      choices: ['answered', 'reset', 'nothing'],
      asks: sent('client', 'data', 2),
      tells: sent('server', 'RST'),
      answer: (run) => (run.data('server').length > 1 ? 'answered' : run.flag('server', 'RST') ? 'reset' : 'nothing'),
    },
  }),
  unread: scenario({
    script: [{ do: 'send', hex: ones(1100) }, { do: 'recv' }, { do: 'close' }],
    rfc: 'RFC 9293 §3.6.1',
    facts: {
      moreThanItReads: (run) => payloads(run, 'client').length === 2 * 1100,
      replyFirst: (run) => {
        const reset = run.flag('server', 'RST');
        return run.reply !== '' && run.data('server').every(({ sentAt }) => sentAt <= (reset?.sentAt ?? -Infinity));
      },
      noFin: (run) => run.flag('server', 'FIN') === undefined,
      recvFails: (run) => run.outcome === 'reset' && run.calls('client', 'recv').at(-1)?.result === 'ECONNRESET',
    },
    question: { choices: ENDS, asks: sent('client', 'data'), tells: ends('server'), answer: serverEnd },
  }),
};

/** What a side sent, each number once. */
function payloads(run: Facts, side: Side, between = ''): string {
  return run
    .data(side)
    .map(({ payload }) => payload)
    .join(between);
}
