import { PacketError } from '../packet-error.ts';
import { PieceReader } from './piece-reader.ts';

/** A packet of a capture file. */
export interface CaptureRecord {
  /** Nanoseconds since 1970, UTC. */
  at: bigint;
  /** What was captured, with the link's header; may be a view of what was fed. */
  bytes: Uint8Array;
  /** How long it was on the wire, bytes. */
  originalLength: number;
  /** What the link's header looks like: a LINKTYPE_ value. */
  linkType: number;
}

/** What tcpdump itself takes as the longest record, in bytes. */
export const RECORD_LIMIT = 262_144;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * Reads a classic pcap file (draft-ietf-opsawg-pcap) as it comes, split anywhere: of either byte order, with micro- or
 * nanoseconds.
 *
 *     file header ─▶ record header ─▶ record ─▶ record header ─▶ … ; after an error: failed
 */
export class PcapReader {
  #state: 'file header' | 'record header' | 'record' | 'failed' = 'file header';
  readonly #pieces = new PieceReader(FILE_HEADER, (piece) => this.#take(piece));
  readonly #tell: (record: CaptureRecord) => void;
  readonly #limit: number;
  #littleEndian = true;
  /** Nanoseconds in a unit of the second half of a time. */
  #unit = 1n;
  #linkType = 0;
  #at = 0n;
  #originalLength = 0;

  /** @param limit the longest record to accept, bytes */
  constructor(tell: (record: CaptureRecord) => void, limit: number = RECORD_LIMIT) {
    this.#tell = tell;
    this.#limit = limit;
  }

  /** @throws PacketError BAD_MAGIC, RECORD_TOO_LARGE; the reader then takes no more */
  feed(chunk: Uint8Array): void {
    if (this.#state !== 'failed') this.#pieces.feed(chunk);
  }

  /**
   * The file has ended.
   * @throws PacketError ENDED_EARLY within its header or a record
   */
  end(): void {
    if (this.#state === 'failed') return;
    if (this.#pieces.within || this.#state !== 'record header')
      throw this.#failed('ENDED_EARLY', `the capture ends within a ${this.#state}`);
  }

  #take(piece: Uint8Array): number {
    switch (this.#state) {
      case 'file header':
        return this.#takeFileHeader(piece);
      case 'record header':
        return this.#takeRecordHeader(piece);
      default:
        this.#state = 'record header';
        this.#tell({ at: this.#at, bytes: piece, originalLength: this.#originalLength, linkType: this.#linkType });
        return RECORD_HEADER;
    }
  }

  #takeFileHeader(piece: Uint8Array): number {
    const view = new DataView(piece.buffer, piece.byteOffset);
    const magic = view.getUint32(0, true);
    this.#littleEndian = magic === 0xa1b2c3d4 || magic === 0xa1b23c4d;
    const inOrder = view.getUint32(0, this.#littleEndian);
    if (inOrder !== 0xa1b2c3d4 && inOrder !== 0xa1b23c4d)
      throw this.#failed('BAD_MAGIC', 'not a pcap file: it begins with neither of the two magic numbers');
    this.#unit = inOrder === 0xa1b2c3d4 ? 1000n : 1n;
    // The upper half says whether frames end with a checksum.
    this.#linkType = view.getUint32(20, this.#littleEndian) & 0xffff;
    this.#state = 'record header';
    return RECORD_HEADER;
  }

  #takeRecordHeader(piece: Uint8Array): number {
    const view = new DataView(piece.buffer, piece.byteOffset);
    const field = (at: number): number => view.getUint32(at, this.#littleEndian);
    const length = field(8);
    if (length > this.#limit) throw this.#failed('RECORD_TOO_LARGE', `a record of ${length} bytes`);
    this.#at = BigInt(field(0)) * 1_000_000_000n + BigInt(field(4)) * this.#unit;
    this.#originalLength = field(12);
    this.#state = 'record';
    return length;
  }

  #failed(code: PacketError['code'], message: string): PacketError {
    this.#state = 'failed';
    return new PacketError(code, message);
  }
}
