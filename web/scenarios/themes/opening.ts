import type { Segment } from '../../../bridge/trace/step.ts';
import { type Facts, inSeconds, isBlocked, patience, SECONDS, synAnswer, SYN_ANSWERS } from '../run-facts.ts';
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
    facts: {
      twoSegments: (run) => run.segments.length === 2,
      synAndReset: (run) => run.flag('client', 'SYN') !== undefined && synAnswer(run) === 'rst',
      connectFails: (run) => run.call('client', 'connect')?.result === 'ECONNREFUSED',
    },
    question: { choices: SYN_ANSWERS, asks: sent('client', 'SYN'), tells: sent('server', 'any'), answer: synAnswer },
  }),
  unaccepted: scenario({
    script: [{ do: 'send', hex: '0079' }, { do: 'wait', ms: 300 }, { do: 'close' }],
    server: 'never-accepts',
    rfc: 'RFC 9293 §3.5, §3.9.1.1',
    facts: {
      bothEstablished: (run) =>
        run.connected &&
        run.state('client', 'ESTABLISHED') !== undefined &&
        run.state('server', 'ESTABLISHED') !== undefined,
      dataAcknowledged: (run) => run.acknowledgment(run.data('client')[0]) !== undefined,
      serverProgramSeesNothing: (run) =>
        (['accept', 'recv', 'send', 'close'] as const).every((name) => run.call('server', name) === undefined),
    },
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
    facts: {
      synArrives: (run) => run.flag('client', 'SYN')?.fate === 'delivered',
      nothingComesBack: (run) => {
        const [, second] = run.flagged('client', 'SYN');
        return !!second && run.segments.every(({ from, sentAt }) => from === 'client' || sentAt > second.sentAt);
      },
      answeredWhenThereIsRoom: (run) => {
        const room = run.printedAt('accepting again') ?? Infinity;
        return run.connected && (run.flag('server', 'SYN')?.sentAt ?? -Infinity) > room;
      },
      acceptedAfterThat: (run) => {
        const room = run.printedAt('accepting again') ?? Infinity;
        return run.calls('server', 'accept').every(({ returnedAt = Infinity }) => returnedAt > room);
      },
    },
    question: { choices: SYN_ANSWERS, asks: sent('client', 'SYN'), tells: sent('client', 'SYN', 2), answer: synAnswer },
  }),
  blackhole: scenario({
    script: PLAIN,
    link: { lossPercent: 100 },
    rfc: 'RFC 9293 §3.8.3; RFC 6298 §5',
    facts: {
      oneSynAfterAnother: (run) =>
        run.segments.length > 2 && run.segments.length === run.flagged('client', 'SYN').length,
      allLost: (run) => run.segments.every(({ fate }) => fate === 'dropped'),
      longerAndLonger: (run) => {
        const waits = run.segments.slice(1).map(({ sentAt }, index) => sentAt - run.segments[index]!.sentAt);
        return waits.slice(1).every((wait, index) => wait > waits[index]!);
      },
      kernelGivesUp: (run) => run.outcome === 'timeout' && run.call('client', 'connect')?.result === 'ETIMEDOUT',
    },
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
    facts: {
      firstSynLost: (run) => run.flag('client', 'SYN')?.fate === 'dropped',
      sameNumber: (run) => {
        const [first, second] = run.flagged('client', 'SYN');
        return second?.retransmissionOf === first?.id && second?.rawSeq === first?.rawSeq && !!second;
      },
      connectBlocks: (run) => {
        const [first, second] = run.flagged('client', 'SYN');
        return run.connected && isBlocked(run.call('client', 'connect'), first?.sentAt, second?.sentAt);
      },
    },
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
    facts: {
      answerLost: (run) => run.flag('server', 'SYN')?.fate === 'dropped',
      bothWait: (run) => {
        const again = firstAgain(run)?.sentAt ?? -Infinity;
        return run.stateAt('server', again) === 'SYN_RCVD' && run.stateAt('client', again) === 'SYN_SENT';
      },
      connectedInTheEnd: (run) => run.connected,
    },
    question: {
      choices: ['client', 'server', 'nobody'],
      asks: sent('server', 'SYN'),
      tells: sentAgain,
      answer: (run) => firstAgain(run)?.from ?? 'nobody',
    },
  }),
  lostAck: scenario({
    script: PLAIN,
    link: { drop: [{ from: 'client', kind: 'ACK' }] },
    rfc: 'RFC 9293 §3.4, §3.5',
    facts: {
      thirdLost: (run) => run.acks('client')[0]?.fate === 'dropped',
      dataEstablishes: (run) => {
        const [data] = run.data('client');
        const established = run.state('server', 'ESTABLISHED');
        return !!data && established?.cause === data.id && run.stateAt('server', data.sentAt) === 'SYN_RCVD';
      },
      dataAcknowledgesTheSyn: (run) => (run.data('client')[0]?.ack ?? 0) >= 1,
      answered: ({ reply }) => reply === 'ÍMPAR',
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

/** The first segment that a kernel sent again. */
function firstAgain(run: Facts): Segment | undefined {
  return run.segments.find(({ retransmissionOf }) => retransmissionOf !== undefined);
}
