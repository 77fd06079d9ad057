import { inSeconds, patience, SECONDS, synAnswer, SYN_ANSWERS } from '../run-facts.ts';
import { PLAIN } from './numbers.ts';
import { became, returned, sent, sentAgain } from '../marks.ts';
import { scenario } from '../scenario.ts';

const SYN = { kind: 'SYN' } as const;

/** Ways in which a connection opens, or fails to. */
export const opening = {
  refused: scenario({
    script: PLAIN,
    server: 'nobody',
    rfc: 'RFC 9293 §3.5.2, §3.10.7.1',
    shows: (run) => run.outcome === 'refused' && synAnswer(run) === 'rst',
    question: { choices: SYN_ANSWERS, asks: sent('client', 'SYN'), tells: sent('server', 'any'), answer: synAnswer },
  }),
  unaccepted: scenario({
    script: [{ do: 'send', hex: '0079' }, { do: 'wait', ms: 300 }, { do: 'close' }],
    server: 'never-accepts',
    rfc: 'RFC 9293 §3.5, §3.9.1.1',
    shows: (run) =>
      run.connected &&
      run.call('server', 'accept') === undefined &&
      run.state('server', 'ESTABLISHED') !== undefined &&
      run.acks('server').some(({ ack }) => ack === 3),
    question: {
      choices: ['ok', 'refused', 'blocks'],
      asks: sent('client', 'SYN'),
      tells: returned('client', 'connect'),
      answer: (run) => {
        const { returnedAt } = run.call('client', 'connect') ?? {};
        return returnedAt === undefined ? 'blocks' : run.connected ? 'ok' : 'refused';
      },
    },
  }),
  backlog: scenario({
    script: PLAIN,
    server: 'full-backlog',
    rfc: 'RFC 9293 §3.9.1.1, §3.8.1',
    shows: (run) => {
      const [first, second] = run.flagged('client', 'SYN');
      const answer = run.flag('server', 'SYN');
      return first?.fate === 'delivered' && !!second && !!answer && answer.sentAt > second.sentAt && run.connected;
    },
    question: { choices: SYN_ANSWERS, asks: sent('client', 'SYN'), tells: sent('client', 'SYN', 2), answer: synAnswer },
  }),
  blackhole: scenario({
    script: PLAIN,
    link: { lossPercent: 100 },
    rfc: 'RFC 9293 §3.8.3; RFC 6298 §5',
    shows: (run) =>
      run.outcome === 'timeout' &&
      run.flagged('client', 'SYN').length > 2 &&
      run.segments.every(({ fate }) => fate === 'dropped'),
    question: {
      choices: ['same', 'double', 'once'],
      asks: sent('client', 'SYN', 2),
      tells: sent('client', 'SYN', 3),
      answer: (run) => {
        const [first, second, third] = run.flagged('client', 'SYN').map(({ sentAt }) => sentAt);
        if (first === undefined || second === undefined || third === undefined) return 'once';
        return third - second > 1.5 * (second - first) ? 'double' : 'same';
      },
    },
  }),
  lostSyn: scenario({
    script: PLAIN,
    link: { drop: [SYN] },
    rfc: 'RFC 6298 §2, §5',
    shows: (run) => run.connected && run.flag('client', 'SYN')?.fate === 'dropped',
    question: {
      choices: SECONDS,
      asks: sent('client', 'SYN'),
      tells: sentAgain,
      answer: (run) => inSeconds(patience(run, run.flag('client', 'SYN'))),
    },
  }),
  lostSynAck: scenario({
    script: PLAIN,
    link: { drop: [{ kind: 'SYN+ACK' }] },
    rfc: 'RFC 9293 §3.8.1, §3.10.7.4',
    shows: (run) => run.connected && run.flag('server', 'SYN')?.fate === 'dropped',
    question: {
      choices: ['client', 'server', 'nobody'],
      asks: sent('server', 'SYN'),
      tells: sentAgain,
      answer: (run) => run.segments.find(({ retransmissionOf }) => retransmissionOf !== undefined)?.from ?? 'nobody',
    },
  }),
  lostAck: scenario({
    script: PLAIN,
    link: { drop: [{ from: 'client', kind: 'ACK' }] },
    rfc: 'RFC 9293 §3.4, §3.5',
    shows: (run) => {
      const established = run.state('server', 'ESTABLISHED');
      const [data] = run.data('client');
      return (
        run.reply === 'ÍMPAR' &&
        run.acks('client')[0]?.fate === 'dropped' &&
        established !== undefined &&
        established.at >= (data?.arrivedAt ?? Infinity)
      );
    },
    question: {
      choices: ['ack', 'synack', 'nothing'],
      asks: sent('client', 'ACK'),
      tells: became('ESTABLISHED', 'server'),
      answer: (run) => {
        if (run.flagged('server', 'SYN').length > 1) return 'synack';
        const [lost, next] = run.acks('client');
        return lost && next?.ack === lost.ack ? 'ack' : 'nothing';
      },
    },
  }),
};
