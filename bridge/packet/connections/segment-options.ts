import { uint32 } from '../bytes.ts';
import type { FoundSegment } from '../layers/segment-finder.ts';
import { before } from './missing-ranges.ts';

const SACK = 5;
const WINDOW_SCALE = 3;
const MULTIPATH = 30;
/** The subtype of a multipath option that carries data (RFC 8684 §3.3). Others are signals. */
const DATA_SEQUENCE = 2;
/** The largest shift of a window: a larger one counts as this (RFC 7323 §2.3). */
const LARGEST_SHIFT = 14;
/** Two no-operations, then timestamps: the options of most segments, which say nothing that is of use here. */
const ONLY_TIMESTAMPS = 0x0101080a;

/** The options of a segment that the analysis of sequence numbers needs. One object, filled for each segment. */
export class SegmentOptions {
  /** -1: absent. */
  windowShift = -1;
  /** Left and right edges by turns, raw. */
  readonly blocks = new Uint32Array(8);
  blockCount = 0;
  /** A signal of multipath TCP: such a segment may repeat an acknowledgment without meaning it (RFC 8684 §3.4.1). */
  isMultipathSignal = false;

  read({ bytes, tcpAt, tcpEnd, headerLength }: FoundSegment): void {
    this.windowShift = -1;
    this.blockCount = 0;
    this.isMultipathSignal = false;
    if (headerLength === 20) return;
    const end = Math.min(tcpAt + headerLength, tcpEnd);
    if (headerLength === 32 && tcpAt + 32 <= end && uint32(bytes, tcpAt + 20) === ONLY_TIMESTAMPS) return;
    this.#walk(bytes, tcpAt + 20, end);
  }

  #walk(bytes: Uint8Array, from: number, end: number): void {
    let at = from;
    while (at < end) {
      const kind = bytes[at]!;
      if (kind === 0) return;
      if (kind === 1) {
        at += 1;
        continue;
      }
      const length = at + 1 < end ? bytes[at + 1]! : 0;
      if (length < 2 || at + length > end) return;
      this.#take(kind, bytes, at, length);
      at += length;
    }
  }

  #take(kind: number, bytes: Uint8Array, at: number, length: number): void {
    if (kind === WINDOW_SCALE && length === 3) this.windowShift = Math.min(bytes[at + 2]!, LARGEST_SHIFT);
    else if (kind === SACK && length >= 10 && length % 8 === 2) this.#takeBlocks(bytes, at, length);
    else if (kind === MULTIPATH && length >= 3 && bytes[at + 2]! >> 4 !== DATA_SEQUENCE) this.isMultipathSignal = true;
  }

  #takeBlocks(bytes: Uint8Array, at: number, length: number): void {
    this.blockCount = Math.min(4, (length - 2) / 8);
    for (let index = 0; index < 2 * this.blockCount; index += 1) this.blocks[index] = uint32(bytes, at + 2 + 4 * index);
  }

  /** Whether the first block reports bytes that had arrived before (RFC 2883 §4). */
  reportsDuplicate(ack: number): boolean {
    if (this.blockCount === 0) return false;
    const { blocks } = this;
    if (!before(ack, blocks[1]!)) return true;
    return this.blockCount > 1 && !before(blocks[0]!, blocks[2]!) && !before(blocks[3]!, blocks[1]!);
  }
}
