import type { Segment } from '../../../bridge/trace/step.ts';
import { clientNoticesNothing, inSeconds, isBlocked, patience, SECONDS, type Facts } from '../run-facts.ts';
import { ones, PLAIN } from './numbers.ts';
import { called, on, returned, sent, sentAgain } from '../marks.ts';
import { scenario } from '../scenario.ts';

const FIRST_DATA = { from: 'client', kind: 'data' } as const;
/** The maximum segment size for an MTU of 128: without the IP and TCP headers. */
const SMALL = 88;
const EXCHANGES = [
  { do: 'send', hex: '00000007' },
  { do: 'recv', bytes: 6 },
] as const;
/** How often the client sends in the scenario of Nagle's algorithm. */
const SENDS = 6;
/** Bytes: more than the 128 KiB that Linux buffers by default for a program that does not read. */
const MUCH = 144 * 1024;
/** Microseconds. Linux delays an acknowledgment by at least 40 ms, but its clock may tick a little early. */
const DELAYED_US = 30_000;
/** Bytes of options in each segment with timestamps (RFC 7323 §3.2). */
const OPTIONS = 12;

/** What happens to segments on the wire, and how kernels react. */
export const onTheWay = {
  lostData: scenario({
    script: PLAIN,
    link: { drop: [FIRST_DATA] },
    rfc: 'RFC 9293 §3.8.1; RFC 6298 §2, §5',
    facts: {
      numberLost: (run) => run.data('client')[0]?.fate === 'dropped',
      noAck: (run) => {
        const [lost] = run.data('client');
        const again = run.again(lost)[0]?.sentAt ?? Infinity;
        return !!lost && run.acks('server').every(({ ack = 0, sentAt }) => ack <= lost.seq || sentAt > again);
      },
      sameBytesAgain: (run) => {
        const [lost] = run.data('client');
        const [again] = run.again(lost);
        return !!again && again.payload === lost!.payload && again.rawSeq === lost!.rawSeq;
      },
      programNoticesNothing: (run) => run.reply === 'ÍMPAR' && clientNoticesNothing(run),
    },
    question: {
      choices: SECONDS,
      asks: sent('client', 'data'),
      tells: sentAgain,
      answer: (run) => inSeconds(patience(run, run.data('client')[0])),
    },
  }),
  lostFin: scenario({
    script: PLAIN,
    link: { drop: [{ from: 'server', kind: 'FIN' }] },
    rfc: 'RFC 9293 §3.6, §3.8.1',
    facts: {
      finLost: (run) => run.flag('server', 'FIN')?.fate === 'dropped',
      replyArrives: (run) => run.outcome === 'replied' && run.data('server')[0]?.fate === 'delivered',
      stillBlocks: (run) => {
        const lost = run.flag('server', 'FIN');
        const last = run.calls('client', 'recv').findLast(({ bytes }) => bytes === 0);
        const read = run.calls('client', 'recv').find(({ bytes = 0 }) => bytes > 0)?.returnedAt ?? Infinity;
        const arrival = run.again(lost).find(({ arrivedAt }) => arrivedAt !== undefined)?.arrivedAt;
        return read < (arrival ?? 0) && isBlocked(last, last?.startedAt, arrival);
      },
      finWaitLasts: (run) => {
        const copies = run.again(run.flag('server', 'FIN')).flatMap(({ arrivedAt }) => arrivedAt ?? []);
        return copies.length > 0 && (run.leaves('server', 'FIN_WAIT_1') ?? Infinity) > Math.min(...copies);
      },
    },
    question: {
      choices: ['client', 'server', 'nobody'],
      asks: sent('server', 'FIN'),
      tells: sentAgain,
      answer: (run) => run.again(run.flag('server', 'FIN'))[0]?.from ?? 'nobody',
    },
  }),
  duplicate: scenario({
    script: PLAIN,
    link: { duplicatePercent: 100 },
    rfc: 'RFC 9293 §3.4, §3.10.7.4',
    facts: {
      everythingTwice: (run) => {
        const copied = new Set(run.copies.map(({ duplicateOf }) => duplicateOf));
        const sent = [...run.data('client'), ...run.data('server'), ...run.flagged('server', 'FIN')];
        const once = sent.filter(({ id }) => !copied.has(id));
        // The wire makes no copy of a segment that it held for the viewer.
        return sent.length > 2 && once.length <= 1 && once.every(({ id }) => id === run.data('client')[0]?.id);
      },
      copiesAcknowledgedAgain: (run) =>
        run.copies
          .filter(({ length, flags }) => length > 0 || flags.includes('FIN'))
          .every((copy) => run.acknowledgment(copy) !== undefined || isAnsweredByReset(run, copy)),
      eachByteOnce: (run) => run.reply === 'ÍMPAR' && run.bytesRead('client') === 6 && run.bytesRead('server') <= 2,
    },
    question: {
      choices: ['once', 'twice'],
      asks: sent('server', 'data'),
      tells: returned('client', 'recv', 0),
      answer: ({ reply }) => (({ ÍMPAR: 'once', ÍMPARÍMPAR: 'twice' }) as const)[reply],
    },
  }),
  reordered: scenario({
    script: [{ do: 'send', hex: ones(600) }, { do: 'recv' }, { do: 'close' }],
    // With this seed, the wire delays the first of the two data segments and nothing else near it.
    link: { mtu: 600, delayMs: 60, reorderPercent: 25, seed: 664 },
    rfc: 'RFC 9293 §3.4; RFC 5681 §4.2',
    facts: {
      overtaken: (run) => {
        const [first, second] = run.data('client');
        return (first?.arrivedAt ?? 0) > (second?.arrivedAt ?? Infinity);
      },
      asksForTheFirst: (run) => {
        const second = run.data('client')[1]?.arrivedAt ?? Infinity;
        return run.acks('server').some(({ ack, sentAt }) => ack === 1 && sentAt >= second);
      },
      allInOrder: ({ reply }) => reply === String(BigInt(`0x${ones(600)}`)),
    },
    question: {
      choices: ['yes', 'no'],
      asks: sent('client', 'data', 2),
      tells: sentAgain,
      answer: (run) => (run.again(run.data('client')[0]).length > 0 ? 'yes' : 'no'),
    },
  }),
  smallSegments: scenario({
    script: [{ do: 'send', hex: ones(1024) }, { do: 'recv' }, { do: 'close' }],
    link: { mtu: SMALL + 40 },
    rfc: 'RFC 9293 §3.7.1',
    // Ten segments leave at once (RFC 6928 §2). The others may never leave: a server that reads before they come
    // resets.
    facts: {
      manySegments: (run) => run.data('client').length >= 10,
      offered: (run) => run.flag('client', 'SYN')?.options?.includes(`mss ${SMALL}`) === true,
      optionsTakeRoom: (run) =>
        run.data('client').every(({ options = [] }) => options.some((option) => option.startsWith('timestamps '))),
      noneIsLarger: (run) =>
        run.data('client').every(({ length }) => length <= SMALL - OPTIONS) &&
        run.data('client')[0]?.length === SMALL - OPTIONS,
    },
    question: {
      choices: ['whole', 'part'],
      asks: sent('client', 'data'),
      tells: returned('server', 'recv'),
      answer: (run) => {
        const { bytes } = run.call('server', 'recv') ?? {};
        return bytes === undefined ? undefined : bytes < 1024 ? 'part' : 'whole';
      },
    },
  }),
  slowReader: scenario({
    script: [{ do: 'send', hex: ones(MUCH / 64), times: 64 }, { do: 'shutdown' }, { do: 'recv' }, { do: 'close' }],
    server: 'reads-slowly',
    rfc: 'RFC 9293 §3.8.6, §3.8.6.1',
    facts: {
      shrinks: (run) => (run.acks('server')[0]?.window ?? 0) > 0 && closedAt(run) !== undefined,
      opensAgain: (run) => {
        const closed = closedAt(run) ?? Infinity;
        return run.acks('server').some(({ window = 0, sentAt }) => window > 0 && sentAt > closed);
      },
      whenTheProgramReads: (run) => {
        const closed = closedAt(run) ?? Infinity;
        return run
          .calls('server', 'recv')
          .every(({ bytes = 0, returnedAt = Infinity }) => !bytes || returnedAt > closed);
      },
      everythingArrives: ({ reply }) => reply === String(MUCH),
    },
    question: {
      choices: ['asks', 'waits', 'resets'],
      asks: on((step) => step.kind === 'segment' && step.from === 'server' && step.window === 0),
      tells: on((step) => step.kind === 'segment' && step.probe === 'zero-window'),
      answer: (run) =>
        run.flag('client', 'RST')
          ? 'resets'
          : run.segments.some(({ probe }) => probe === 'zero-window')
            ? 'asks'
            : 'waits',
    },
  }),
  nagle: scenario({
    // A kernel acknowledges the first segments of a connection at once. After some exchanges it delays acknowledgments.
    script: [
      ...[...EXCHANGES, ...EXCHANGES, ...EXCHANGES, ...EXCHANGES],
      { do: 'send', hex: '0000', nagle: true },
      { do: 'send', hex: '0079', nagle: true },
      { do: 'recv', bytes: 6 },
      { do: 'close' },
    ],
    // The wait is then for the delayed acknowledgment alone, and not for the way there and back.
    link: { delayMs: 0 },
    server: 'four-bytes',
    rfc: 'RFC 9293 §3.7.4, §3.8.6.3; RFC 1122 §4.2.3.2',
    facts: {
      returnsAtOnce: (run) => {
        const { call, second } = lastPair(run);
        return (call?.returnedAt ?? Infinity) < (second?.sentAt ?? -Infinity);
      },
      leavesLater: (run) => {
        const { called, second } = lastPair(run);
        return !!second && second.sentAt - called > DELAYED_US;
      },
      leavesAfterAnAck: (run) => {
        const { second, acked } = lastPair(run);
        return !!second && !!acked && acked.arrivedAt! <= second.sentAt;
      },
      needsBoth: (run) => {
        const { second } = lastPair(run);
        const answer = run.data('server').at(-1);
        return !!second && !!answer && answer.sentAt >= second.arrivedAt!;
      },
    },
    question: {
      choices: ['once', 'ack', 'reply'],
      asks: called('client', 'send', SENDS),
      tells: sent('client', 'data', SENDS),
      answer: (run) => {
        const { called, second, acked } = lastPair(run);
        if (!second) return undefined;
        return second.sentAt - called < DELAYED_US ? 'once' : acked ? 'ack' : 'reply';
      },
    },
  }),
};

/** When the server announced a window of zero for the first time. */
function closedAt(run: Facts): number | undefined {
  return run.acks('server').find(({ window }) => window === 0)?.sentAt;
}

/** A copy that comes when its receiver's connection is gone is not acknowledged, but reset. */
function isAnsweredByReset(run: Facts, { from, arrivedAt = Infinity }: Segment): boolean {
  return run.segments.some((other) => other.from !== from && other.flags.includes('RST') && other.sentAt >= arrivedAt);
}

/** The last two small sends: when the second was called, its segment, and the earlier acknowledgment of the first. */
function lastPair(run: Facts) {
  const call = run.calls('client', 'send').at(-1);
  const called = call?.startedAt ?? Infinity;
  const [first, second] = run.data('client').slice(-2);
  const acked = run
    .acks('server')
    .find(({ ack = 0, sentAt }) => first && second && ack >= second.seq && sentAt < second.sentAt);
  return { call, called, second: first?.length === 2 ? second : undefined, acked };
}
