import type { Side } from '../../trace/step.ts';
import { uint16, uint32 } from '../bytes.ts';
import { CaptureReader } from '../capture-file/capture-reader.ts';
import type { Frame } from '../capture-file/frame.ts';
import { onesSum } from '../checksum.ts';
import { type FoundSegment, SegmentFinder } from '../layers/segment-finder.ts';
import { decodeTcp, type TcpSegment } from '../tcp.ts';
import type { CaptureIndex, ConnectionParts } from './capture-index.ts';
import { ACK, type Mark, MARK, marksIn, SYN } from './marks.ts';
import { SegmentOptions } from './segment-options.ts';
import { SequenceAnalysis } from './sequence-analysis.ts';
import type { Stretch } from './stretches.ts';

/** A segment of one connection, as captured, with what those before it say of it. */
export interface CapturedSegment {
  /** The number of its frame in the file, from 1 on. For fragments: of the one that made it whole. */
  frameNumber: number;
  /** Nanoseconds since the first frame of the capture. */
  at: number;
  from: Side;
  /** Relative numbers. They do not wrap, and are negative for what came before the first segment that was seen. */
  seq: number;
  /** Undefined if ACK is not set. */
  ack: number | undefined;
  /** In bytes: scaled, if the capture shows by how much. */
  window: number;
  windowIsScaled: boolean;
  /** The raw fields, options and captured data: a copy. */
  tcp: TcpSegment;
  marks: Mark[];
  /** The IP and TCP headers: a copy. Empty if fragments, or other headers between the two, make them no single header. */
  header: Uint8Array;
  timeToLive: number;
  /** The explicit congestion notification of the IP header, 0 to 3 (RFC 3168 §5). */
  congestion: number;
  /** Whether the checksum is right. Undefined if not all was captured. Offload to a network card makes wrong ones. */
  isIntact: boolean | undefined;
}

/** The connection's own number in an analysis of one. */
const ONLY = 0;

/**
 * Reads the packets of one connection again, from the stretches of the file that hold them. For each stretch call
 * `begin`, then `feed` with its bytes in pieces of any size.
 */
export class ConnectionReader {
  readonly stretches: readonly Stretch[];
  readonly #index: CaptureIndex;
  readonly #connection: number;
  readonly #parts: ConnectionParts;
  readonly #client: 0 | 1;
  readonly #onSegment: (segment: CapturedSegment) => void;
  readonly #reader: CaptureReader;
  readonly #finder = new SegmentFinder((segment) => this.#take(segment));
  readonly #analysis = new SequenceAnalysis();
  readonly #options = new SegmentOptions();
  /** By direction: the highest relative number so far, and the raw number that counts as 0. */
  readonly #highest: [number, number] = [0, 0];
  readonly #bases: [number | undefined, number | undefined] = [undefined, undefined];
  #described = 0;
  #frameNumber = 0;
  #at = 0;
  #segments = 0;

  constructor(index: CaptureIndex, connection: number, onSegment: (segment: CapturedSegment) => void) {
    this.#index = index;
    this.#connection = connection;
    this.#parts = index.parts(connection);
    this.stretches = this.#parts.stretches;
    this.#client = index.clientOf(connection);
    this.#onSegment = onSegment;
    this.#analysis.begin(ONLY);
    this.#reader = new CaptureReader({
      onFrame: (frame) => this.#takeFrame(frame),
      onLostFrame: () => (this.#frameNumber += 1),
      onDescription: () => undefined,
    });
  }

  begin(stretch: Stretch): void {
    const { descriptions } = this.#parts;
    for (; this.#described < descriptions.length; this.#described += 1) {
      const { bytes, position } = descriptions[this.#described]!;
      if (position >= stretch.from) break;
      this.#reader.seek(position);
      this.#reader.feed(bytes);
    }
    // The stretch itself holds these.
    while (this.#described < descriptions.length && descriptions[this.#described]!.position < stretch.to)
      this.#described += 1;
    this.#reader.seek(stretch.from);
    this.#frameNumber = stretch.frameNumber - 1;
  }

  feed(piece: Uint8Array): void {
    this.#reader.feed(piece);
  }

  #takeFrame(frame: Frame): void {
    this.#frameNumber += 1;
    frame.number = this.#frameNumber;
    const { startSeconds, startNanoseconds } = this.#parts;
    this.#at = (frame.seconds - startSeconds) * 1e9 + (frame.nanoseconds - startNanoseconds);
    this.#finder.find(frame);
  }

  #take(segment: FoundSegment): void {
    // A connection of the same ports ended, or begins, in the same stretch.
    if (segment.position < this.#parts.firstPosition) return;
    const direction = this.#index.directionIn(this.#connection, segment);
    if (direction !== undefined) this.#onSegment(this.#read(segment, direction));
  }

  #read(segment: FoundSegment, direction: 0 | 1): CapturedSegment {
    const { bytes, tcpAt, tcpEnd, headerLength, dataLength, congestion, timeToLive } = segment;
    const [seq, ack] = [uint32(bytes, tcpAt + 4), uint32(bytes, tcpAt + 8)];
    const flags = uint16(bytes, tcpAt + 12) & 0x0fff;
    const window = uint16(bytes, tcpAt + 14);
    this.#options.read(segment);
    const marks = this.#analysis.analyse(ONLY, direction, seq, ack, dataLength, flags, window, this.#at, this.#options);
    this.#segments += 1;
    const reused = this.#segments === 1 && this.#index.reusesPorts(this.#connection);
    const shift = flags & SYN ? undefined : this.#shift(direction);
    const relative = this.#relative(direction, seq);
    this.#highest[direction] = Math.max(this.#highest[direction], relative + dataLength);
    return {
      frameNumber: this.#frameNumber,
      at: this.#at,
      from: direction === this.#client ? 'client' : 'server',
      seq: relative,
      ack: flags & ACK ? this.#relative(direction === 0 ? 1 : 0, ack) : undefined,
      window: window * 2 ** (shift ?? 0),
      windowIsScaled: shift !== undefined,
      // A header whose end was not captured has fewer options.
      tcp: decodeTcp(bytes.slice(tcpAt, tcpEnd), headerLength + dataLength),
      header: headerOf(segment),
      marks: marksIn(reused ? marks | MARK['port-reused'] : marks),
      timeToLive,
      congestion,
      isIntact: isIntact(segment),
    };
  }

  #shift(direction: 0 | 1): number | undefined {
    const own = this.#analysis.states.shiftOf(ONLY, direction);
    return this.#analysis.states.shiftOf(ONLY, direction === 0 ? 1 : 0) === undefined ? undefined : own;
  }

  /** Of all numbers that a raw one may mean, the one nearest to the highest so far. */
  #relative(direction: 0 | 1, raw: number): number {
    const base = this.#analysis.states.baseOf(ONLY, direction) ?? 0;
    if (this.#bases[direction] !== base) {
      this.#bases[direction] = base;
      this.#highest[direction] = 0;
    }
    const highest = this.#highest[direction];
    return highest + ((raw - base - highest) | 0);
  }
}

function headerOf({ bytes, addresses, ipAt, version, tcpAt, tcpEnd, headerLength }: FoundSegment): Uint8Array {
  const end = Math.min(tcpAt + headerLength, tcpEnd);
  const isJoined =
    bytes === addresses && (version === 6 ? tcpAt === ipAt + 40 : tcpAt === ipAt + (bytes[ipAt]! & 15) * 4);
  return isJoined ? bytes.slice(ipAt, end) : new Uint8Array();
}

/** RFC 9293 §3.1, with the pseudo-header: addresses, protocol and length. */
function isIntact({
  bytes,
  addresses,
  sourceAt,
  version,
  tcpAt,
  tcpEnd,
  headerLength,
  dataLength,
}: FoundSegment): boolean | undefined {
  const length = headerLength + dataLength;
  if (tcpEnd - tcpAt < length) return undefined;
  const pseudo = onesSum(addresses.subarray(sourceAt, sourceAt + (version === 4 ? 8 : 32)), 6 + length);
  return onesSum(bytes.subarray(tcpAt, tcpAt + length), pseudo) === 0xffff;
}

/**
 * All segments of a connection.
 * @param read gives the bytes of a part of the file, in pieces
 */
export async function readConnection(
  index: CaptureIndex,
  connection: number,
  read: (from: number, to: number) => AsyncIterable<Uint8Array>,
): Promise<CapturedSegment[]> {
  const segments: CapturedSegment[] = [];
  const reader = new ConnectionReader(index, connection, (segment) => segments.push(segment));
  for (const stretch of reader.stretches) {
    reader.begin(stretch);
    for await (const piece of read(stretch.from, stretch.to)) reader.feed(piece);
  }
  return segments;
}
