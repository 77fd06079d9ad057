import { PacketError } from '../packet-error.ts';
import { RECORD_LIMIT, type CaptureRecord } from './pcap-reader.ts';
import { PieceReader } from './piece-reader.ts';

interface CaptureInterface {
  linkType: number;
  snapLength: number;
  nanoseconds: (ticks: bigint) => bigint;
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

/** A block's type and length, and four more bytes, which even the shortest block has. */
const BLOCK_START = 12;
/** The most bytes in a packet's block besides the packet: options, names. */
const BESIDE_PACKET = 65_536;

/**
 * Reads the packets of a pcapng file (draft-ietf-opsawg-pcapng) and skips its other blocks. The file may arrive in
 * chunks that are split anywhere. A packet without a time has time 0.
 *
 *     block start ─▶ block rest ─▶ block start ─▶ … ; after an error: failed
 */
export class PcapngReader {
  #state: 'block start' | 'block rest' | 'failed' = 'block start';
  readonly #pieces = new PieceReader(BLOCK_START, (piece) => this.#take(piece));
  readonly #onRecord: (record: CaptureRecord) => void;
  readonly #limit: number;
  #littleEndian: boolean | undefined;
  #interfaces: CaptureInterface[] = [];
  #type = 0;
  #length = 0;
  #first = 0;

  /** @param limit the longest record to accept, in bytes */
  constructor(onRecord: (record: CaptureRecord) => void, limit: number = RECORD_LIMIT) {
    this.#onRecord = onRecord;
    this.#limit = limit;
  }

  /** @throws PacketError BAD_MAGIC, BAD_BLOCK, RECORD_TOO_LARGE */
  feed(chunk: Uint8Array): void {
    if (this.#state !== 'failed') this.#pieces.feed(chunk);
  }

  /** @throws PacketError ENDED_EARLY if the file ends within a block */
  end(): void {
    if (this.#state === 'failed') return;
    if (this.#pieces.within || this.#state !== 'block start' || this.#littleEndian === undefined)
      throw this.#failed('ENDED_EARLY', 'the capture ends within a block');
  }

  #take(piece: Uint8Array): number {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length);
    if (this.#state === 'block start') return this.#takeStart(view);
    this.#state = 'block start';
    if (view.getUint32(piece.length - 4, this.#littleEndian) !== this.#length)
      throw this.#failed('BAD_BLOCK', 'a block that has two lengths');
    if (this.#type === SECTION) this.#interfaces = [];
    else if (this.#type === INTERFACE) this.#takeInterface(view);
    else if (this.#type === ENHANCED_PACKET) this.#takeEnhanced(piece, view);
    else if (this.#type === SIMPLE_PACKET) this.#takeSimple(piece);
    return BLOCK_START;
  }

  #takeStart(view: DataView): number {
    // A section's type is the same in both byte orders. The byte order of the section follows it.
    if (view.getUint32(0) === SECTION) {
      this.#littleEndian = view.getUint32(8, true) === 0x1a2b3c4d;
      if (!this.#littleEndian && view.getUint32(8) !== 0x1a2b3c4d)
        throw this.#failed('BAD_MAGIC', 'a section without a byte order');
    } else if (this.#littleEndian === undefined)
      throw this.#failed('BAD_MAGIC', 'not a pcapng file: it does not begin with a section');
    this.#type = view.getUint32(0, this.#littleEndian);
    this.#length = view.getUint32(4, this.#littleEndian);
    this.#first = view.getUint32(8, this.#littleEndian);
    if (this.#length < BLOCK_START + 4 || this.#length % 4 !== 0) return this.#emptyBlock();
    if (this.#length > this.#limit + BESIDE_PACKET)
      throw this.#failed('RECORD_TOO_LARGE', `a block of ${this.#length} bytes`);
    this.#state = 'block rest';
    return this.#length - BLOCK_START;
  }

  /** A block without a body ends here. No block is shorter, and no block of a known type is as short. */
  #emptyBlock(): number {
    const knownType = [SECTION, INTERFACE, ENHANCED_PACKET, SIMPLE_PACKET].includes(this.#type);
    if (knownType || this.#length !== BLOCK_START || this.#first !== BLOCK_START)
      throw this.#failed('BAD_BLOCK', `a block of ${this.#length} bytes`);
    return BLOCK_START;
  }

  #takeInterface(view: DataView): void {
    if (view.byteLength < 8) throw this.#failed('BAD_BLOCK', 'an interface block too short');
    const linkType = this.#littleEndian ? this.#first & 0xffff : this.#first >>> 16;
    const nanoseconds = clockOf(view, this.#littleEndian!);
    this.#interfaces.push({ linkType, snapLength: view.getUint32(0, this.#littleEndian), nanoseconds });
  }

  #takeEnhanced(piece: Uint8Array, view: DataView): void {
    const from = this.#interfaces[this.#first];
    if (!from || piece.length < 20) throw this.#failed('BAD_BLOCK', 'a packet of an interface that no block describes');
    const field = (at: number): number => view.getUint32(at, this.#littleEndian);
    const length = field(8);
    if (16 + length > piece.length - 4) throw this.#failed('BAD_BLOCK', 'a packet longer than its block');
    if (length > this.#limit) throw this.#failed('RECORD_TOO_LARGE', `a record of ${length} bytes`);
    this.#onRecord({
      at: from.nanoseconds((BigInt(field(0)) << 32n) | BigInt(field(4))),
      bytes: piece.subarray(16, 16 + length),
      originalLength: field(12),
      linkType: from.linkType,
    });
  }

  #takeSimple(piece: Uint8Array): void {
    const from = this.#interfaces[0];
    if (!from) throw this.#failed('BAD_BLOCK', 'a packet of an interface that no block describes');
    const length = Math.min(this.#first, from.snapLength || this.#first);
    if (length > piece.length - 4) throw this.#failed('BAD_BLOCK', 'a packet longer than its block');
    if (length > this.#limit) throw this.#failed('RECORD_TOO_LARGE', `a record of ${length} bytes`);
    this.#onRecord({ at: 0n, bytes: piece.subarray(0, length), originalLength: this.#first, linkType: from.linkType });
  }

  #failed(code: PacketError['code'], message: string): PacketError {
    this.#state = 'failed';
    return new PacketError(code, message);
  }
}

const RESOLUTION = 9;
const OFFSET = 14;

/** Converts an interface's times: microseconds since 1970, unless its options give another unit or offset. */
function clockOf(view: DataView, littleEndian: boolean): (ticks: bigint) => bigint {
  let perSecond = 1_000_000n;
  let offset = 0n;
  for (let at = 4; at + 4 <= view.byteLength - 4;) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    if (code === 0 || at + 4 + length > view.byteLength - 4) break;
    if (code === RESOLUTION && length === 1) perSecond = perSecondOf(view.getUint8(at + 4));
    if (code === OFFSET && length === 8) offset = view.getBigInt64(at + 4, littleEndian);
    at += 4 + ((length + 3) & ~3);
  }
  return (ticks) => (ticks * 1_000_000_000n) / perSecond + offset * 1_000_000_000n;
}

/** The first bit shows whether the rest is a power of two or of ten. */
function perSecondOf(resolution: number): bigint {
  return resolution & 0x80 ? 2n ** BigInt(resolution & 0x7f) : 10n ** BigInt(resolution);
}
