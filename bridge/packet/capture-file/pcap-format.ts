import { uint16, uint32 } from '../bytes.ts';
import { type FileEvents, type FileFormat, type FileProblemCode, Frame } from './frame.ts';
import { littleUint32 } from '../little-endian.ts';
import { RECORD_LIMIT } from './pcap-reader.ts';

const FILE_HEADER = 24;
/** Nanoseconds in a unit of a time's second half, by the magic number. */
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;
/** A variant of old Linux systems, whose records have eight bytes more before the packet. */
const LONGER_RECORDS = 0xa1b2cd34;
const MAGICS = new Set([MICROSECONDS, NANOSECONDS, LONGER_RECORDS]);

/** Whether a file that begins with these four bytes is a classic pcap file. */
export function isPcap(bytes: Uint8Array, at: number): boolean {
  return MAGICS.has(uint32(bytes, at)) || MAGICS.has(littleUint32(bytes, at));
}

/** The records of a classic pcap file (draft-ietf-opsawg-pcap), of either byte order. */
export class PcapFormat implements FileFormat {
  needed = FILE_HEADER;
  skip = 0;
  problem: FileProblemCode | undefined;
  readonly #events: FileEvents;
  readonly #frame = new Frame();
  #headerRead = false;
  #little = true;
  #unit = 1000;
  #recordHeader = 16;
  /** In files of libpcap 0.x the two lengths may have changed places. */
  #lengthsSwapped: 'never' | 'if the first is longer' | 'always' = 'never';

  constructor(events: FileEvents) {
    this.#events = events;
  }

  read(bytes: Uint8Array, at: number, end: number, base: number): number {
    if (this.#headerRead) return this.#readRecords(bytes, at, end, base);
    if (end - at < FILE_HEADER) {
      this.needed = FILE_HEADER;
      return at;
    }
    this.#readHeader(bytes, at);
    this.#events.onDescription(bytes.subarray(at, at + FILE_HEADER), base + at);
    return this.#readRecords(bytes, at + FILE_HEADER, end, base);
  }

  #readHeader(bytes: Uint8Array, at: number): void {
    this.#little = MAGICS.has(littleUint32(bytes, at));
    const magic = this.#little ? littleUint32(bytes, at) : uint32(bytes, at);
    this.#unit = magic === NANOSECONDS ? 1 : 1000;
    this.#recordHeader = magic === LONGER_RECORDS ? 24 : 16;
    const major = this.#little ? littleUint32(bytes, at + 4) & 0xffff : uint16(bytes, at + 4);
    const minor = this.#little ? littleUint32(bytes, at + 4) >>> 16 : uint16(bytes, at + 6);
    if ((major === 2 && minor < 3) || major === 543) this.#lengthsSwapped = 'always';
    else if (major === 2 && minor === 3) this.#lengthsSwapped = 'if the first is longer';
    // The upper half shows whether frames end with a checksum.
    this.#frame.linkType = (this.#little ? littleUint32(bytes, at + 20) : uint32(bytes, at + 20)) & 0xffff;
    this.#headerRead = true;
  }

  #readRecords(bytes: Uint8Array, from: number, end: number, base: number): number {
    const frame = this.#frame;
    const field = this.#little ? littleUint32 : uint32;
    const header = this.#recordHeader;
    frame.bytes = bytes;
    let at = from;
    for (;;) {
      if (end - at < header) {
        this.needed = header;
        return at;
      }
      this.#takeLengths(field(bytes, at + 8), field(bytes, at + 12), at + header);
      if (frame.end - frame.start > RECORD_LIMIT) {
        this.problem = 'RECORD_TOO_LARGE';
        return at;
      }
      if (frame.end > end) {
        this.needed = frame.end - at;
        return at;
      }
      frame.seconds = field(bytes, at);
      frame.nanoseconds = field(bytes, at + 4) * this.#unit;
      frame.position = base + at;
      frame.positionAfter = base + frame.end;
      at = frame.end;
      this.#events.onFrame(frame);
    }
  }

  #takeLengths(captured: number, original: number, start: number): void {
    const swapped = this.#lengthsSwapped !== 'never' && (this.#lengthsSwapped === 'always' || captured > original);
    this.#frame.start = start;
    this.#frame.end = start + (swapped ? original : captured);
    this.#frame.originalLength = swapped ? captured : original;
  }
}
