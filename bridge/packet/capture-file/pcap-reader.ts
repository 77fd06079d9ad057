import { PacketError } from '../packet-error.ts';
import { PieceReader } from './piece-reader.ts';

/** A packet from a capture file. */
export interface CaptureRecord {
  /** Nanoseconds since 1970, UTC. */
  at: bigint;
  /** The captured bytes, with the link's header. May be a view of a chunk. */
  bytes: Uint8Array;
  /** Its length on the wire, in bytes. */
  originalLength: number;
  /** The format of the link's header: a LINKTYPE_ value. */
  linkType: number;
}

/** The longest record that tcpdump itself accepts, in bytes. */
export const RECORD_LIMIT = 262_144;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/**
 * Reads a classic pcap file (draft-ietf-opsawg-pcap) of either byte order, with times in micro- or nanoseconds. The
 * file may arrive in chunks that are split anywhere. After an error the reader stays in the state `failed` and ignores
 * the rest. It must not know what the packets hold or where the bytes come from.
 *
 *     chunks ─▶ PieceReader ─▶ file header ─▶ record header ─▶ record ─▶ CaptureRecord
 *                                                 ▲───────────────┘
 */
export class PcapReader {
  #state: 'file header' | 'record header' | 'record' | 'failed' = 'file header';
  readonly #pieces = new PieceReader(FILE_HEADER, (piece) => this.#take(piece));
  readonly #onRecord: (record: CaptureRecord) => void;
  readonly #limit: number;
  #littleEndian = true;
  /** Nanoseconds in a unit of a time's second half. */
  #unit = 1n;
  #linkType = 0;
  #at = 0n;
  #originalLength = 0;

  /** @param limit the longest record to accept, in bytes */
  constructor(onRecord: (record: CaptureRecord) => void, limit: number = RECORD_LIMIT) {
    this.#onRecord = onRecord;
    this.#limit = limit;
  }

  /** @throws PacketError BAD_MAGIC, RECORD_TOO_LARGE */
  feed(chunk: Uint8Array): void {
    if (this.#state !== 'failed') this.#pieces.feed(chunk);
  }

  /**
   * Call it when the file has ended.
   * @throws PacketError ENDED_EARLY within the file's header or a record
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
        this.#onRecord({ at: this.#at, bytes: piece, originalLength: this.#originalLength, linkType: this.#linkType });
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
    // The upper half shows whether frames end with a checksum.
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
