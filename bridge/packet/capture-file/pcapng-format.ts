import { uint16, uint32 } from '../bytes.ts';
import { type FileEvents, type FileFormat, type FileProblemCode, Frame } from './frame.ts';
import { littleUint32 } from '../little-endian.ts';
import { RECORD_LIMIT } from './pcap-reader.ts';
import { type Clock, clockFrom, setTime } from './pcapng-clock.ts';

interface CaptureInterface {
  linkType: number;
  snapLength: number;
  clock: Clock;
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
/** The block that enhanced packets replaced. */
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const BYTE_ORDER = 0x1a2b3c4d;

/** A block's type and length. */
const BLOCK_START = 8;
/** The most bytes in a packet's block besides the packet: options, names. */
const BESIDE_PACKET = 65_536;
const MOST_INTERFACES = 65_536;

/** Whether a file that begins with these four bytes is a pcapng file. */
export function isPcapng(bytes: Uint8Array, at: number): boolean {
  return uint32(bytes, at) === SECTION;
}

/**
 * The packets of a pcapng file (draft-ietf-opsawg-pcapng), with any number of sections and interfaces. All other blocks
 * are skipped, whatever their length: names, statistics, secrets, and what is not known. A packet of a block without a
 * time has the time 0.
 */
export class PcapngFormat implements FileFormat {
  needed = BLOCK_START;
  skip = 0;
  problem: FileProblemCode | undefined;
  readonly #events: FileEvents;
  readonly #frame = new Frame();
  #little = true;
  #interfaces: CaptureInterface[] = [];
  #described = 0;

  constructor(events: FileEvents) {
    this.#events = events;
  }

  read(bytes: Uint8Array, from: number, end: number, base: number): number {
    this.#frame.bytes = bytes;
    let at = from;
    for (;;) {
      const start = this.#startLength(bytes, at, end);
      if (end - at < start) {
        this.needed = start;
        return at;
      }
      const type = this.#field(bytes, at);
      if (type === SECTION && !this.#takeByteOrder(bytes, at + 8)) return at;
      const length = this.#field(bytes, at + 4);
      if (length < (isRead(type) ? 16 : 12) || length % 4 !== 0) return this.#failed('BAD_BLOCK', at);
      if (isRead(type)) {
        if (length > RECORD_LIMIT + BESIDE_PACKET) return this.#failed('RECORD_TOO_LARGE', at);
        if (at + length > end) {
          this.needed = length;
          return at;
        }
        this.#takeBlock(type, bytes, at, at + length, base);
        if (this.problem) return at;
      } else if (at + length > end) {
        this.skip = at + length - end;
        return end;
      }
      at += length;
    }
  }

  /** The byte order of a section follows its length. */
  #startLength(bytes: Uint8Array, at: number, end: number): number {
    return end - at >= BLOCK_START && uint32(bytes, at) === SECTION ? BLOCK_START + 4 : BLOCK_START;
  }

  #field(bytes: Uint8Array, at: number): number {
    return this.#little ? littleUint32(bytes, at) : uint32(bytes, at);
  }

  #failed(problem: FileProblemCode, at: number): number {
    this.problem = problem;
    return at;
  }

  #takeByteOrder(bytes: Uint8Array, at: number): boolean {
    this.#little = littleUint32(bytes, at) === BYTE_ORDER;
    if (!this.#little && uint32(bytes, at) !== BYTE_ORDER) this.problem = 'BAD_MAGIC';
    return !this.problem;
  }

  #takeBlock(type: number, bytes: Uint8Array, at: number, end: number, base: number): void {
    if (this.#field(bytes, end - 4) !== end - at) {
      this.problem = 'BAD_BLOCK';
      return;
    }
    this.#frame.position = base + at;
    this.#frame.positionAfter = base + end;
    if (type === SECTION) this.#interfaces = [];
    else if (type === INTERFACE) this.#takeInterface(bytes, at, end);
    else if (type === SIMPLE_PACKET) this.#takeSimple(bytes, at, end);
    else this.#takePacket(type, bytes, at, end);
    if (!this.problem && (type === SECTION || type === INTERFACE))
      this.#events.onDescription(bytes.subarray(at, end), base + at);
  }

  #takeInterface(bytes: Uint8Array, at: number, end: number): void {
    this.#described += 1;
    if (end - at < 20) this.problem = 'BAD_BLOCK';
    else if (this.#described > MOST_INTERFACES) this.problem = 'TOO_MANY_INTERFACES';
    else {
      const linkType = this.#little ? this.#field(bytes, at + 8) & 0xffff : uint16(bytes, at + 8);
      const clock = clockFrom(bytes.subarray(at + 16, end - 4), this.#little);
      this.#interfaces.push({ linkType, snapLength: this.#field(bytes, at + 12), clock });
    }
  }

  #takePacket(type: number, bytes: Uint8Array, at: number, end: number): void {
    if (end - at < 32) {
      this.problem = 'BAD_BLOCK';
      return;
    }
    const first = this.#field(bytes, at + 8);
    const from = this.#interfaces[type === ENHANCED_PACKET ? first : this.#little ? first & 0xffff : first >>> 16];
    const captured = this.#field(bytes, at + 20);
    if (28 + captured > end - at - 4) this.problem = 'BAD_BLOCK';
    else if (captured > RECORD_LIMIT) this.problem = 'RECORD_TOO_LARGE';
    else if (!from) this.#events.onLostFrame();
    else {
      setTime(this.#frame, from.clock, this.#field(bytes, at + 12), this.#field(bytes, at + 16));
      this.#emit(from, at + 28, captured, this.#field(bytes, at + 24));
    }
  }

  #takeSimple(bytes: Uint8Array, at: number, end: number): void {
    const from = this.#interfaces[0];
    if (!from) {
      this.#events.onLostFrame();
      return;
    }
    const original = this.#field(bytes, at + 8);
    const captured = Math.min(original, from.snapLength || original, end - at - 16);
    if (captured > RECORD_LIMIT) {
      this.problem = 'RECORD_TOO_LARGE';
      return;
    }
    this.#frame.seconds = this.#frame.nanoseconds = 0;
    this.#emit(from, at + 12, captured, original);
  }

  #emit(from: CaptureInterface, start: number, captured: number, original: number): void {
    const frame = this.#frame;
    frame.linkType = from.linkType;
    frame.start = start;
    frame.end = start + captured;
    frame.originalLength = original;
    this.#events.onFrame(frame);
  }
}

/** Whether blocks of this type are read, and not skipped. */
function isRead(type: number): boolean {
  return (
    type === ENHANCED_PACKET || type === SIMPLE_PACKET || type === INTERFACE || type === SECTION || type === OLD_PACKET
  );
}
