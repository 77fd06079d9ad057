/**
 * The index of a capture file: one record for each connection in it, in the order in which they begin, and where in the
 * file its packets lie. Pieces of the file in, of any size; memory depends on the number of connections, not on the size
 * of the file. It never throws for what a file holds. It must not know where the pieces come from, or any words.
 *
 *     pieces ─▶ CaptureReader ─▶ SegmentFinder ─▶ ConnectionTable ─▶ SequenceAnalysis
 *                                    │                  │                 │
 *                           unread, by reason           └─ summary, parts ┘
 */
import { uint16, uint32 } from '../bytes.ts';
import { CaptureReader } from '../capture-file/capture-reader.ts';
import type { FileProblem, Frame } from '../capture-file/frame.ts';
import type { Reason } from '../layers/layers.ts';
import { type FoundSegment, SegmentFinder } from '../layers/segment-finder.ts';
import { REUSES_PORTS, stateAfter } from './connection-state.ts';
import { clientOf, type ConnectionSummary, summaryOf } from './connection-summary.ts';
import * as column from './connection-table.ts';
import { ConnectionTable } from './connection-table.ts';
import { ACK, MARK, REPEATED, SYN } from './marks.ts';
import { SegmentOptions } from './segment-options.ts';
import { SequenceAnalysis } from './sequence-analysis.ts';
import { SMALLEST_GAP, type Stretch, Stretches } from './stretches.ts';

/** What one capture file holds. */
export interface CaptureOverview {
  format: 'pcap' | 'pcapng' | undefined;
  /** Bytes read so far. */
  bytes: number;
  frames: number;
  /** TCP segments among them. */
  segments: number;
  connections: number;
  /** The time of the first frame: seconds since 1970, UTC, and nanoseconds after that. */
  startedAt: { seconds: number; nanoseconds: number } | undefined;
  /** Frames that gave no segment, by reason. */
  unread: { reason: Reason; count: number }[];
  /** Why the file was not read to its end. */
  problem: FileProblem | undefined;
}

/** A block of the file that describes what follows it. */
export interface Description {
  bytes: Uint8Array;
  position: number;
}

/** What it takes to read one connection's packets again. */
export interface ConnectionParts {
  /** Parts of the file that hold them, in order. */
  stretches: Stretch[];
  /** Blocks that a reader must have seen before what follows them. */
  descriptions: readonly Description[];
  /** The time of the file's first frame. */
  startSeconds: number;
  startNanoseconds: number;
  /** Where the record of its first packet begins. */
  firstPosition: number;
}

/** Descriptions of more bytes are not kept: the packets after them cannot be read a second time. */
const MOST_DESCRIPTION_BYTES = 16 * 1024 * 1024;

export class CaptureIndex {
  readonly #reader: CaptureReader;
  readonly #finder = new SegmentFinder((segment) => this.#take(segment));
  readonly #table = new ConnectionTable();
  readonly #analysis = new SequenceAnalysis();
  readonly #stretches = new Stretches();
  readonly #options = new SegmentOptions();
  readonly #descriptions: Description[] = [];
  #descriptionBytes = 0;
  #frames = 0;
  #segments = 0;
  #startSeconds = 0;
  #startNanoseconds = 0;
  /** Of the frame that is being read. */
  #now = 0;
  #wireLength = 0;
  #positionAfter = 0;

  constructor() {
    this.#reader = new CaptureReader({
      onFrame: (frame) => this.#takeFrame(frame),
      onLostFrame: () => {
        this.#frames += 1;
        this.#finder.unread('NO_INTERFACE');
      },
      onDescription: (bytes, position) => this.#describe(bytes, position),
    });
  }

  feed(piece: Uint8Array): void {
    this.#reader.feed(piece);
  }

  /** Call it when the file has ended. */
  end(): void {
    this.#reader.end();
  }

  get count(): number {
    return this.#table.count;
  }

  get overview(): CaptureOverview {
    const started = { seconds: this.#startSeconds, nanoseconds: this.#startNanoseconds };
    return {
      format: this.#reader.format,
      bytes: this.#reader.position,
      frames: this.#frames,
      segments: this.#segments,
      connections: this.#table.count,
      startedAt: this.#frames > 0 ? started : undefined,
      unread: this.#finder.unreadFrames,
      problem: this.#reader.problem,
    };
  }

  /** @param connection 0 … count - 1; the numbers are those of tshark's `tcp.stream` */
  summary(connection: number): ConnectionSummary {
    return summaryOf(this.#table, this.#analysis, connection);
  }

  /** Where a connection's packets lie, for `ConnectionReader`. */
  parts(connection: number): ConnectionParts {
    const first = this.#table.doublesAt(connection) + column.FIRST_POSITION;
    return {
      stretches: [...this.#stretches.of(connection), this.#lastStretch(connection)],
      descriptions: this.#descriptions,
      startSeconds: this.#startSeconds,
      startNanoseconds: this.#startNanoseconds,
      firstPosition: this.#table.doubles[first]!,
    };
  }

  /** Whether a segment is between the ends of a connection: undefined if not, otherwise its direction, 0 or 1. */
  directionIn(connection: number, segment: FoundSegment): 0 | 1 | undefined {
    return this.#table.directionIn(connection, segment);
  }

  /** Which direction is the client's, as `summary` says. */
  clientOf(connection: number): 0 | 1 {
    return clientOf(this.#table, connection);
  }

  /** Whether another connection had the same addresses and ports before. */
  reusesPorts(connection: number): boolean {
    return (this.#table.numbers[this.#table.numbersAt(connection) + column.STATE]! & REUSES_PORTS) !== 0;
  }

  #lastStretch(connection: number): Stretch {
    const { doubles } = this.#table;
    const at = this.#table.doublesAt(connection);
    return {
      from: doubles[at + column.STRETCH_BEGINS]!,
      to: doubles[at + column.STRETCH_ENDS]!,
      frameNumber: doubles[at + column.STRETCH_FRAME]!,
    };
  }

  #describe(bytes: Uint8Array, position: number): void {
    this.#descriptionBytes += bytes.length;
    if (this.#descriptionBytes <= MOST_DESCRIPTION_BYTES) this.#descriptions.push({ bytes: bytes.slice(), position });
  }

  #takeFrame(frame: Frame): void {
    if (this.#frames === 0) {
      this.#startSeconds = frame.seconds;
      this.#startNanoseconds = frame.nanoseconds;
    }
    this.#frames += 1;
    frame.number = this.#frames;
    this.#now = (frame.seconds - this.#startSeconds) * 1e9 + (frame.nanoseconds - this.#startNanoseconds);
    this.#wireLength = frame.originalLength;
    this.#positionAfter = frame.positionAfter;
    this.#finder.find(frame);
  }

  #take(segment: FoundSegment): void {
    const { bytes, tcpAt, dataLength } = segment;
    const seq = uint32(bytes, tcpAt + 4);
    const ack = uint32(bytes, tcpAt + 8);
    const flags = uint16(bytes, tcpAt + 12) & 0x0fff;
    this.#segments += 1;
    let connection = this.#table.find(segment);
    const reuses = connection >= 0 && this.#beginsAnew(connection, seq, flags);
    if (connection < 0 || reuses) connection = this.#begin(segment, reuses);
    const { direction } = this.#table;
    this.#options.read(segment);
    const marks = this.#analysis.analyse(
      connection,
      direction,
      seq,
      ack,
      dataLength,
      flags,
      uint16(bytes, tcpAt + 14),
      this.#now,
      this.#options,
    );
    this.#count(connection, direction, flags, dataLength, reuses ? marks | MARK['port-reused'] : marks);
    this.#advance(connection, direction, flags, dataLength, ack);
    this.#locate(connection, segment);
  }

  /** Whether a SYN opens a new connection between the same ports (RFC 9293 §3.6.1): one with the same number is a copy. */
  #beginsAnew(connection: number, seq: number, flags: number): boolean {
    if ((flags & (SYN | ACK)) !== SYN) return false;
    const base = this.#analysis.states.baseOf(connection, this.#table.direction);
    return base !== undefined && base !== seq;
  }

  #begin({ position, frameNumber }: FoundSegment, reuses: boolean): number {
    const connection = this.#table.add();
    if (reuses) this.#table.numbers[this.#table.numbersAt(connection) + column.STATE] = REUSES_PORTS;
    this.#analysis.begin(connection);
    const { doubles } = this.#table;
    const at = this.#table.doublesAt(connection);
    doubles[at + column.FIRST_TIME] = this.#now;
    doubles[at + column.FIRST_POSITION] = position;
    doubles[at + column.STRETCH_BEGINS] = position;
    doubles[at + column.STRETCH_ENDS] = position;
    doubles[at + column.STRETCH_FRAME] = frameNumber;
    return connection;
  }

  #count(connection: number, direction: number, flags: number, length: number, marks: number): void {
    const { numbers, doubles } = this.#table;
    const at = this.#table.numbersAt(connection);
    numbers[at + column.PACKETS + direction]! += 1;
    numbers[at + column.FLAGS + direction]! |= flags;
    const times = this.#table.doublesAt(connection);
    doubles[times + column.LAST_TIME] = this.#now;
    doubles[times + column.DATA + direction]! += length;
    doubles[times + column.WIRE + direction]! += this.#wireLength;
    if (marks === 0) return;
    numbers[at + column.ALL_MARKS]! |= marks;
    if (marks & REPEATED) numbers[at + column.RETRANSMISSIONS + direction]! += 1;
    if (marks & MARK['out-of-order']) numbers[at + column.OUT_OF_ORDER]! += 1;
    if (marks & MARK['duplicate-ack']) numbers[at + column.DUPLICATE_ACKS]! += 1;
    if (marks & (MARK['previous-not-captured'] | MARK['acked-not-captured'])) numbers[at + column.NOT_CAPTURED]! += 1;
    if (marks & MARK['zero-window']) numbers[at + column.ZERO_WINDOWS]! += 1;
  }

  #advance(connection: number, direction: number, flags: number, length: number, ack: number): void {
    const { numbers } = this.#table;
    const at = this.#table.numbersAt(connection) + column.STATE;
    const acksAll = ack === this.#analysis.states.nextOf(connection, 1 - direction);
    numbers[at] = stateAfter(numbers[at]!, direction, flags, length, acksAll);
  }

  #locate(connection: number, { position, frameNumber }: FoundSegment): void {
    const { doubles } = this.#table;
    const at = this.#table.doublesAt(connection);
    if (position > doubles[at + column.STRETCH_ENDS]! + SMALLEST_GAP) {
      this.#stretches.add(connection, this.#lastStretch(connection));
      doubles[at + column.STRETCH_BEGINS] = position;
      doubles[at + column.STRETCH_FRAME] = frameNumber;
    }
    doubles[at + column.STRETCH_ENDS] = this.#positionAfter;
  }
}
