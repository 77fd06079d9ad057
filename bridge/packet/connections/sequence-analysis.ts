/**
 * What a connection's segments say together: which come again, which are missing, which windows are full. It follows any
 * number of connections at once, and keeps for each direction a few numbers in typed arrays; only gaps and selective
 * acknowledgments have objects. It makes none for an ordinary segment. It must not know files, addresses or ports.
 *
 *     fields of a segment, in the order of capture ─▶ analyse ─▶ bits of MARK
 */
import {
  BASE,
  NEXT,
  LAST_ACK,
  WINDOW,
  DUPLICATES,
  REPORTED,
  BITS,
  STRIDE,
  SEEN,
  HAS_MISSING,
  HAS_BLOCKS,
  WINDOW_OF_SYN,
  REPORTED_SET,
  SYN_SEEN,
  SHIFT_KNOWN,
  SHIFT_AT,
  SHIFT_MASK,
  LAST_KEEP_ALIVE,
  LAST_PROBE,
  HAS_ACKED,
  NEXT_TIME,
  ACK_TIME,
  TIMES,
  DirectionStates,
} from './direction-state.ts';
import { grown } from './grown.ts';
import { ACK, FIN, MARK, RST, SYN } from './marks.ts';
import { before, MissingRanges } from './missing-ranges.ts';
import type { SegmentOptions } from './segment-options.ts';

const MEANT = SYN | FIN | RST;
/** A retransmission this soon after a duplicate acknowledgment answers it. Nanoseconds. */
const FAST_NS = 20_000_000;
/** What comes this soon after the highest number was out of order, if no round trip was measured. Nanoseconds. */
const REORDERED_NS = 3_000_000;

export class SequenceAnalysis {
  readonly states = new DirectionStates();
  /** By connection: when its last SYN was seen, and the first round trip. Nanoseconds; 0 if unknown. */
  #handshakes = new Float64Array(64);
  readonly #missing = new Map<number, MissingRanges>();
  readonly #blocks = new Map<number, Uint32Array>();

  /** Nanoseconds between the client's SYN and its acknowledgment of the answer. 0 if unknown. */
  roundTripOf(connection: number): number {
    return Math.max(0, this.#handshakes[connection]!);
  }

  /** A connection with this number begins: its state may be that of none yet. */
  begin(connection: number): void {
    this.states.begin(connection);
    this.#handshakes = grown(this.#handshakes, connection + 1);
  }

  /**
   * Takes the next segment in the order of capture, and returns its marks as bits.
   * @param direction 0 or 1
   * @param now nanoseconds since the first frame
   */
  analyse(
    connection: number,
    direction: number,
    seq: number,
    ack: number,
    length: number,
    flags: number,
    window: number,
    now: number,
    options: SegmentOptions,
  ): number {
    const own = (2 * connection + direction) * STRIDE;
    const other = (2 * connection + 1 - direction) * STRIDE;
    const numbers = this.states.numbers;
    const restarts = this.states.anchor(own, other, seq, ack, flags);
    if (flags & SYN) this.states.takeSyn(own, other, flags, options);

    let marks = this.#silentMarks(own, other, seq, ack, length, flags, window, options);
    if (flags & ACK && ack !== numbers[own + LAST_ACK]) numbers[own + DUPLICATES] = 0;
    if (flags & ACK) marks |= this.#ackMarks(own, other, seq, ack, marks);
    if (length > 0 || flags & (SYN | FIN))
      marks |= this.#repetitionMarks(connection, own, other, seq, length, flags, now, marks);
    if (options.blockCount > 0 && options.reportsDuplicate(ack)) marks |= MARK['duplicate-sack'];
    this.#measure(connection, own, other, flags, now);
    if (restarts) {
      this.#missing.delete(own);
      marks |= MARK['port-reused'];
    }
    this.#note(own, seq, length, flags, now, marks);
    this.#noteAnswer(own, ack, window, flags, now, marks, options);
    return marks;
  }

  /** Marks of segments that add nothing to the stream, and those of windows. */
  #silentMarks(
    own: number,
    other: number,
    seq: number,
    ack: number,
    length: number,
    flags: number,
    window: number,
    options: SegmentOptions,
  ): number {
    const numbers = this.states.numbers;
    const isSeen = (numbers[own + BITS]! & SEEN) !== 0;
    const next = numbers[own + NEXT]!;
    let marks = isSeen && before(next, seq) && !(flags & RST) ? MARK['previous-not-captured'] : 0;
    if (flags & MEANT) return marks;
    if (this.#isProbe(own, other, seq, length)) return MARK['window-probe'];
    if (window === 0) marks |= MARK['zero-window'];
    if (length <= 1 && isSeen && (seq + 1) >>> 0 === next) marks |= MARK['keep-alive'];
    if (length > 0) return marks | this.#fullMark(other, seq + length);
    return flags & ACK && seq === next ? marks | this.#repeatedAnswerMarks(own, other, ack, window, options) : marks;
  }

  /** One new byte, though the other side's window is known to be zero (RFC 9293 §3.8.6.1). */
  #isProbe(own: number, other: number, seq: number, length: number): boolean {
    const { numbers } = this.states;
    if (length !== 1 || numbers[other + WINDOW] !== 0 || seq !== numbers[own + NEXT]) return false;
    return (numbers[own + BITS]! & numbers[other + BITS]! & SEEN) !== 0;
  }

  #fullMark(other: number, end: number): number {
    const numbers = this.states.numbers;
    const bits = numbers[other + BITS]!;
    if (!(bits & SHIFT_KNOWN) || !(bits & HAS_ACKED)) return 0;
    const shift = bits & WINDOW_OF_SYN ? 0 : (bits & SHIFT_MASK) >> SHIFT_AT;
    const edge = numbers[other + LAST_ACK]! + numbers[other + WINDOW]! * 2 ** shift;
    return end >>> 0 === edge >>> 0 ? MARK['window-full'] : 0;
  }

  /** A segment without data and flags that has the number that was expected. */
  #repeatedAnswerMarks(own: number, other: number, ack: number, window: number, options: SegmentOptions): number {
    const numbers = this.states.numbers;
    if (!(numbers[own + BITS]! & HAS_ACKED)) return 0;
    const last = numbers[other + BITS]!;
    const sameWindow = window === numbers[own + WINDOW];
    const sameAck = ack === numbers[own + LAST_ACK];
    if (window > 0) {
      if (!sameAck) return 0;
      if (!sameWindow) return MARK['window-update'];
      if (last & LAST_KEEP_ALIVE) return MARK['keep-alive-ack'];
      if (options.isMultipathSignal) return 0;
      numbers[own + DUPLICATES]! += 1;
      return MARK['duplicate-ack'];
    }
    if (!sameWindow || !(last & LAST_PROBE)) return 0;
    const tookProbe = ack === (numbers[own + LAST_ACK]! + 1) >>> 0;
    // Some receivers take the byte of the probe.
    if (tookProbe) numbers[other + NEXT] = ack;
    return sameAck || tookProbe ? MARK['window-probe-ack'] : 0;
  }

  #ackMarks(own: number, other: number, seq: number, ack: number, marks: number): number {
    const numbers = this.states.numbers;
    const bits = numbers[other + BITS]!;
    if (!(bits & SEEN)) return 0;
    const missing = bits & HAS_MISSING ? this.#missing.get(other) : undefined;
    const beyond = before(numbers[other + NEXT]!, ack);
    if (!beyond && !missing?.hasBelow(ack)) return 0;
    missing?.forgetBelow(ack);
    if (marks & MARK['window-probe-ack']) return 0;
    const tookProbe = ack === (numbers[own + LAST_ACK]! + 1) >>> 0 && (bits & LAST_PROBE) !== 0;
    if (tookProbe && seq === numbers[own + NEXT]) return MARK['window-update'];
    if (beyond && bits & REPORTED_SET && !before(numbers[other + REPORTED]!, ack)) return 0;
    numbers[other + REPORTED] = ack;
    numbers[other + BITS]! |= REPORTED_SET;
    return MARK['acked-not-captured'];
  }

  /** Why a segment that takes sequence numbers begins below the highest number that was seen. */
  #repetitionMarks(
    connection: number,
    own: number,
    other: number,
    seq: number,
    length: number,
    flags: number,
    now: number,
    marks: number,
  ): number {
    const numbers = this.states.numbers;
    const next = numbers[own + NEXT]!;
    if (!(numbers[own + BITS]! & SEEN) || !before(seq, next) || marks & MARK['keep-alive']) return 0;
    // After a keep-alive or a probe with one byte, which the other side threw away, that byte comes again with others.
    if (length > 1 && (seq + 1) >>> 0 === next) return 0;
    const end = (seq + length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
    const wasMissing = this.#wasMissing(own, seq, end);
    if (this.#answersDuplicates(other, seq, length, now)) return MARK['fast-retransmission'];
    if (wasMissing && end !== next && this.#isSoon(connection, own, now)) return MARK['out-of-order'];
    const isAcknowledged =
      (numbers[other + BITS]! & HAS_ACKED) !== 0 && !before(numbers[other + LAST_ACK]!, seq + length);
    return length > 0 && isAcknowledged ? MARK['spurious-retransmission'] : MARK.retransmission;
  }

  /** Whether the highest number was sent within a round trip before now. */
  #isSoon(connection: number, own: number, now: number): boolean {
    const roundTrip = this.#handshakes[connection]!;
    const since = now - this.states.times[(own / STRIDE) * TIMES + NEXT_TIME]!;
    return since < (roundTrip > 0 ? roundTrip : REORDERED_NS);
  }

  /** Whether any of these numbers is seen for the first time. What came before the capture counts as not seen. */
  #wasMissing(own: number, seq: number, end: number): boolean {
    const numbers = this.states.numbers;
    const filled = numbers[own + BITS]! & HAS_MISSING ? this.#missing.get(own)!.fill(seq, end) : false;
    return filled || before(seq, numbers[own + BASE]! + (numbers[own + BITS]! & SYN_SEEN ? 0 : 1));
  }

  #answersDuplicates(other: number, seq: number, length: number, now: number): boolean {
    const numbers = this.states.numbers;
    const sinceAck = now - this.states.times[(other / STRIDE) * TIMES + ACK_TIME]!;
    if (numbers[other + DUPLICATES]! < 2 || sinceAck >= FAST_NS) return false;
    if (numbers[other + LAST_ACK] === seq) return true;
    const blocks = numbers[other + BITS]! & HAS_BLOCKS ? this.#blocks.get(other) : undefined;
    if (!blocks || before(seq, numbers[other + LAST_ACK]!)) return false;
    for (let at = 0; at < blocks.length; at += 2)
      if (!before(seq, blocks[at]!) && !before(blocks[at + 1]!, seq + length)) return false;
    return true;
  }

  /** The first round trip: from the last SYN to the acknowledgment of the answer. */
  #measure(connection: number, own: number, other: number, flags: number, now: number): void {
    const handshake = this.#handshakes[connection]!;
    if (handshake > 0) return;
    // While no round trip is known, the time of the SYN stands here, negative.
    if ((flags & (SYN | ACK)) === SYN) this.#handshakes[connection] = -1 - Math.max(0, now);
    else if (
      handshake < 0 &&
      (flags & (SYN | ACK)) === ACK &&
      this.states.numbers[own + BITS]! & SYN_SEEN &&
      this.states.numbers[other + BITS]! & SYN_SEEN
    )
      this.#handshakes[connection] = Math.max(1, now + 1 + handshake);
  }

  /** What this side has sent, with this segment. */
  #note(own: number, seq: number, length: number, flags: number, now: number, marks: number): void {
    if (flags & RST && this.states.numbers[own + BITS]! & SEEN) return;
    const numbers = this.states.numbers;
    const end = (seq + length + (flags & (SYN | FIN) ? 1 : 0)) >>> 0;
    const isFirst = !(numbers[own + BITS]! & SEEN);
    if (!isFirst && (!before(numbers[own + NEXT]!, end) || marks & MARK['window-probe'])) return;
    if (marks & MARK['previous-not-captured']) this.#noteMissing(own, numbers[own + NEXT]!, seq);
    numbers[own + NEXT] = end;
    this.states.times[(own / STRIDE) * TIMES + NEXT_TIME] = now;
  }

  #noteMissing(own: number, from: number, to: number): void {
    let missing = this.#missing.get(own);
    if (!missing) this.#missing.set(own, (missing = new MissingRanges()));
    missing.add(from, to);
    this.states.numbers[own + BITS]! |= HAS_MISSING;
  }

  /** What this side has acknowledged, with this segment. */
  #noteAnswer(
    own: number,
    ack: number,
    window: number,
    flags: number,
    now: number,
    marks: number,
    options: SegmentOptions,
  ): void {
    const numbers = this.states.numbers;
    if (flags & ACK) numbers[own + LAST_ACK] = ack;
    numbers[own + WINDOW] = window;
    this.states.times[(own / STRIDE) * TIMES + ACK_TIME] = now;
    let bits = (numbers[own + BITS]! & ~(WINDOW_OF_SYN | LAST_KEEP_ALIVE | LAST_PROBE | HAS_BLOCKS)) | SEEN;
    if (flags & SYN) bits |= WINDOW_OF_SYN;
    if (flags & ACK) bits |= HAS_ACKED;
    if (marks & MARK['keep-alive']) bits |= LAST_KEEP_ALIVE;
    if (marks & MARK['window-probe']) bits |= LAST_PROBE;
    if (options.blockCount > 0) {
      this.#blocks.set(own, options.blocks.slice(0, 2 * options.blockCount));
      bits |= HAS_BLOCKS;
    }
    numbers[own + BITS] = bits;
  }
}
