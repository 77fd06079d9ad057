import { plainScript, type Script } from '../../../bridge/trace/script.ts';
import { ENDS, parity, PARITY, serverEnd, waiter, WAITERS } from '../run-facts.ts';
import { became, ends, returned, sent } from '../marks.ts';
import { scenario } from '../scenario.ts';

/** Sends 121, which is odd. */
export const PLAIN: Script = plainScript(121n);
/** Hex of so many bytes with the value 1. */
export const ones = (bytes: number): string => '01'.repeat(bytes);

/** How the number server's protocol treats what the client sends. */
export const numbers = {
  plain: scenario({
    script: PLAIN,
    rfc: 'RFC 9293 §3.5, §3.6',
    shows: (run) =>
      run.reply === 'ÍMPAR' &&
      run.segments.slice(0, 3).every(({ flags }, index) => flags.join() === ['SYN', 'SYN,ACK', 'ACK'][index]) &&
      run.data('client').length === 1 &&
      run.flag('server', 'FIN') !== undefined &&
      run.flag('client', 'FIN') !== undefined,
    question: { choices: WAITERS, asks: sent('server', 'FIN'), tells: became('TIME_WAIT'), answer: waiter },
  }),
  zero: scenario({
    script: plainScript(0n),
    rfc: 'RFC 9293 §3.4',
    shows: (run) => run.reply === 'PAR' && /^(00)+$/.test(run.data('client')[0]?.payload ?? ''),
    question: { choices: PARITY, asks: sent('client', 'data'), tells: sent('server', 'data'), answer: parity },
  }),
  silence: scenario({
    script: plainScript(1_000_000_000n),
    rfc: 'RFC 9293 §3.6',
    shows: (run) =>
      run.outcome === 'silent' && run.data('server').length === 0 && run.call('client', 'recv')?.bytes === 0,
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
    shows: (run) => {
      const sent = run.data('client')[0]?.payload;
      return sent !== undefined && run.reply.length > 10 && run.reply === String(BigInt(`0x${sent}`));
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
    shows: (run) =>
      run.reply === 'PAR' &&
      run
        .data('client')
        .map(({ payload }) => payload)
        .join() === '00,79',
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
    shows: (run) => run.reply === 'ÍMPAR' && run.data('client').length === 2 && run.flag('server', 'RST') !== undefined,
    question: {
      choices: ['answered', 'reset', 'nothing'],
      asks: sent('client', 'data', 2),
      tells: sent('server', 'RST'),
      answer: (run) => (run.data('server').length > 1 ? 'answered' : run.flag('server', 'RST') ? 'reset' : 'nothing'),
    },
  }),
  unread: scenario({
    script: [{ do: 'send', hex: ones(1100) }, { do: 'recv' }, { do: 'close' }],
    rfc: 'RFC 1122 §4.2.2.13',
    shows: (run) => run.outcome === 'reset' && run.reply.length > 0 && run.flag('server', 'RST') !== undefined,
    question: { choices: ENDS, asks: sent('client', 'data'), tells: ends('server'), answer: serverEnd },
  }),
};
