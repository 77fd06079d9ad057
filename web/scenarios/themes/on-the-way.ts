import { inSeconds, patience, SECONDS, type Facts } from '../run-facts.ts';
import { ones, PLAIN } from './numbers.ts';
import { scenario } from '../scenario.ts';

const FIRST_DATA = { from: 'client', kind: 'data' } as const;
/** The maximum segment size for an MTU of 128: without the IP and TCP headers. */
const SMALL = 88;
const EXCHANGES = [
  { do: 'send', hex: '00000007' },
  { do: 'recv', bytes: 6 },
] as const;
/** Bytes: more than the 128 KiB that Linux buffers by default for a program that does not read. */
const MUCH = 144 * 1024;
/** Microseconds. Linux delays an acknowledgment by at least 40 ms, so half of that is a safe threshold. */
const DELAYED_US = 20_000;

/** What happens to segments on the wire, and how kernels react. */
export const onTheWay = {
  lostData: scenario({
    script: PLAIN,
    link: { drop: [FIRST_DATA] },
    rfc: 'RFC 9293 §3.8.1; RFC 6298 §2, §5',
    shows: (run) => {
      const [lost] = run.data('client');
      return run.reply === 'ÍMPAR' && lost?.fate === 'dropped' && run.again(lost).length > 0;
    },
    question: {
      choices: SECONDS,
      answer: (run) => inSeconds(patience(run, run.data('client')[0])),
    },
  }),
  lostFin: scenario({
    script: PLAIN,
    link: { drop: [{ from: 'server', kind: 'FIN' }] },
    rfc: 'RFC 9293 §3.6, §3.8.1',
    shows: (run) => {
      const lost = run.flag('server', 'FIN');
      return run.outcome === 'replied' && lost?.fate === 'dropped' && run.again(lost).length > 0;
    },
    question: {
      choices: ['client', 'server', 'nobody'],
      answer: (run) => run.again(run.flag('server', 'FIN'))[0]?.from ?? 'nobody',
    },
  }),
  duplicate: scenario({
    script: PLAIN,
    link: { duplicatePercent: 100 },
    rfc: 'RFC 9293 §3.4, §3.10.7.4',
    shows: (run) => run.reply === 'ÍMPAR' && run.copies.some(({ from, length }) => from === 'server' && length > 0),
    question: {
      choices: ['once', 'twice'],
      stop: FIRST_DATA,
      answer: ({ reply }) => (({ ÍMPAR: 'once', ÍMPARÍMPAR: 'twice' }) as const)[reply],
    },
  }),
  reordered: scenario({
    script: [{ do: 'send', hex: ones(600) }, { do: 'recv' }, { do: 'close' }],
    // With this seed, the wire delays the first of the two data segments and nothing else near it.
    link: { mtu: 600, delayMs: 60, reorderPercent: 25, seed: 664 },
    rfc: 'RFC 9293 §3.4; RFC 5681 §4.2',
    shows: (run) => {
      const [first, second] = run.data('client');
      return (
        run.reply === String(BigInt(`0x${ones(600)}`)) &&
        (first?.arrivedAt ?? 0) > (second?.arrivedAt ?? Infinity) &&
        run.acks('server').some(({ ack, sentAt }) => ack === 1 && sentAt >= second!.arrivedAt!)
      );
    },
    question: {
      choices: ['yes', 'no'],
      answer: (run) => (run.again(run.data('client')[0]).length > 0 ? 'yes' : 'no'),
    },
  }),
  smallSegments: scenario({
    script: [{ do: 'send', hex: ones(1024) }, { do: 'recv' }, { do: 'close' }],
    link: { mtu: SMALL + 40 },
    rfc: 'RFC 9293 §3.7.1',
    // Ten segments leave at once (RFC 6928 §2). The others may never leave: a server that reads before they come
    // resets.
    shows: (run) =>
      run.data('client').length >= 10 &&
      run.data('client').every(({ length }) => length <= SMALL) &&
      run.flag('client', 'SYN')?.options?.includes(`mss ${SMALL}`) === true,
    question: {
      choices: ['whole', 'part'],
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
    shows: (run) => {
      const closed = run.acks('server').find(({ window }) => window === 0)?.sentAt ?? Infinity;
      const opens = run.acks('server').some(({ window = 0, sentAt }) => window > 0 && sentAt > closed);
      return opens && run.reply === String(MUCH);
    },
    question: {
      choices: ['asks', 'waits', 'resets'],
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
    shows: (run) => {
      const { called, second, acked } = lastPair(run);
      return !!second && !!acked && second.sentAt - called > DELAYED_US && acked.arrivedAt! <= second.sentAt;
    },
    question: {
      choices: ['once', 'ack', 'reply'],
      answer: (run) => {
        const { called, second, acked } = lastPair(run);
        if (!second) return undefined;
        return second.sentAt - called < DELAYED_US ? 'once' : acked ? 'ack' : 'reply';
      },
    },
  }),
};

/** The last two small sends: when the second was called, its segment, and the earlier acknowledgment of the first. */
function lastPair(run: Facts) {
  const called = run.calls('client', 'send').at(-1)?.startedAt ?? Infinity;
  const [first, second] = run.data('client').slice(-2);
  const acked = run
    .acks('server')
    .find(({ ack = 0, sentAt }) => first && second && ack >= second.seq && sentAt < second.sentAt);
  return { called, second: first?.length === 2 ? second : undefined, acked };
}
