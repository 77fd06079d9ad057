import { uint16, uint32 } from '../bytes.ts';
import { littleUint32 } from '../little-endian.ts';
import { logicalLink } from './ethernet.ts';
import type { Layers } from './layers.ts';

const DATA = 2;
/** Bits of a data frame's subtype (IEEE 802.11 §9.2.4.1.3). */
const NULL_DATA = 0x4;
const QUALITY_OF_SERVICE = 0x8;
/** Bits of the second byte of frame control. */
const TO_AND_FROM_DISTRIBUTION = 0x03;
const MORE_FRAGMENTS = 0x04;
const PROTECTED = 0x40;
const HIGH_THROUGHPUT_CONTROL = 0x80;
/** A bit of the control field of quality of service: several packets in one frame. */
const AGGREGATE = 0x80;

/** A frame of IEEE 802.11. @param isPadded whether the capturing driver padded the header to a multiple of four bytes */
export function wireless(layers: Layers, at: number, end: number, isPadded = false): void {
  const { bytes } = layers;
  if (at + 2 > end) return layers.unread('TRUNCATED');
  const control = bytes[at + 1]!;
  const subtype = bytes[at]! >> 4;
  if (((bytes[at]! >> 2) & 3) !== DATA || subtype & NULL_DATA) return layers.unread('NOT_DATA');
  if (at + 24 > end) return layers.unread('TRUNCATED');
  if (control & PROTECTED) return layers.unread('ENCRYPTED');
  if (control & MORE_FRAGMENTS || bytes[at + 22]! & 0x0f) return layers.unread('FRAGMENT');
  dataFrame(layers, at, end, isPadded);
}

function dataFrame(layers: Layers, at: number, end: number, isPadded: boolean): void {
  const { bytes } = layers;
  const control = bytes[at + 1]!;
  let length = (control & TO_AND_FROM_DISTRIBUTION) === TO_AND_FROM_DISTRIBUTION ? 30 : 24;
  const hasQuality = ((bytes[at]! >> 4) & QUALITY_OF_SERVICE) !== 0;
  const isAggregate = hasQuality && at + length < end && (bytes[at + length]! & AGGREGATE) !== 0;
  if (hasQuality) length += control & HIGH_THROUGHPUT_CONTROL ? 6 : 2;
  if (isPadded) length = (length + 3) & ~3;
  if (isAggregate) aggregate(layers, at + length, end);
  else logicalLink(layers, at + length, end);
}

/** Packets one after the other, each with addresses and length, padded to multiples of four (IEEE 802.11 §9.3.2.2). */
function aggregate(layers: Layers, from: number, end: number): void {
  const { cut } = layers;
  let at = from;
  while (at + 14 <= end) {
    const length = uint16(layers.bytes, at + 12);
    const after = at + 14 + length;
    layers.cut = after > end ? cut : 0;
    // Shorter than its own headers: this is padding, or the frame's checksum.
    if (length < 8) break;
    logicalLink(layers, at + 14, Math.min(after, end));
    at += (14 + length + 3) & ~3;
  }
  layers.cut = cut;
}

/** The header that most systems add, with what the radio measured: little-endian, of any length. */
export function radiotap(layers: Layers, at: number, end: number): void {
  const { bytes } = layers;
  if (at + 8 > end) return layers.unread('TRUNCATED');
  const length = bytes[at + 2]! | (bytes[at + 3]! << 8);
  if (length < 8) return layers.unread('BAD_HEADER_LENGTH');
  wireless(layers, at + length, end, isPadded(bytes, at, Math.min(end, at + length)));
}

const MORE_BITMAPS = 0x8000_0000;
const HAS_TIME = 1;
const HAS_FLAGS = 2;
const PADDED = 0x20;

/** The flags are the second field, after a time of eight bytes that is aligned to eight. */
function isPadded(bytes: Uint8Array, at: number, end: number): boolean {
  const present = littleUint32(bytes, at + 4);
  if (!(present & HAS_FLAGS)) return false;
  let field = at + 8;
  while (littleUint32(bytes, field - 4) & MORE_BITMAPS && field + 4 <= end) field += 4;
  if (present & HAS_TIME) field = at + ((field - at + 7) & ~7) + 8;
  return field < end && (bytes[field]! & PADDED) !== 0;
}

/** The header of Prism cards, with its length in either byte order; or the newer one of AVS under the same number. */
export function prism(layers: Layers, at: number, end: number): void {
  if (at + 8 > end) return layers.unread('TRUNCATED');
  const first = uint32(layers.bytes, at);
  if (first >>> 12 === AVS_MAGIC) return avs(layers, at, end);
  const isBig = PRISM_MESSAGES.has(first);
  if (!isBig && !PRISM_MESSAGES.has(littleUint32(layers.bytes, at))) return wireless(layers, at, end);
  wireless(layers, at + (isBig ? uint32 : littleUint32)(layers.bytes, at + 4), end);
}

/** The message codes of the header of Prism cards, and the upper bits of the number that AVS has in that place. */
const PRISM_MESSAGES = new Set([0x41, 0x44]);
const AVS_MAGIC = 0x80211;

export function avs(layers: Layers, at: number, end: number): void {
  if (at + 8 > end) return layers.unread('TRUNCATED');
  const length = uint32(layers.bytes, at + 4);
  if (length < 8) layers.unread('BAD_HEADER_LENGTH');
  else wireless(layers, at + length, end);
}
