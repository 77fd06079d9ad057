import { uint16 } from '../bytes.ts';
import type { Frame } from './frame.ts';

/** How an interface counts time. */
export interface Clock {
  ticksPerSecond: number;
  /** Seconds to add. */
  offset: number;
}

const RESOLUTION = 9;
const OFFSET = 14;
/** With more ticks than this the division by halves leaves a double's exact integers. */
const MOST_TICKS = 2 ** 37;

/** Reads the options of an interface block: microseconds since 1970, unless they give another unit or offset. */
export function clockFrom(options: Uint8Array, little: boolean): Clock {
  const clock = { ticksPerSecond: 1_000_000, offset: 0 };
  const half = (at: number): number => (little ? options[at]! | (options[at + 1]! << 8) : uint16(options, at));
  for (let at = 0; at + 4 <= options.length;) {
    const code = half(at);
    const length = half(at + 2);
    if (code === 0 || at + 4 + length > options.length) break;
    if (code === RESOLUTION && length === 1) clock.ticksPerSecond = ticksOf(options[at + 4]!);
    if (code === OFFSET && length === 8) {
      const view = new DataView(options.buffer, options.byteOffset + at + 4, 8);
      clock.offset = Number(view.getBigInt64(0, little));
    }
    at += 4 + ((length + 3) & ~3);
  }
  return clock;
}

/** The first bit shows whether the rest is a power of two or of ten. */
function ticksOf(resolution: number): number {
  return resolution & 0x80 ? 2 ** (resolution & 0x7f) : 10 ** resolution;
}

/** Sets a frame's time from the two halves of a number of ticks. */
export function setTime(frame: Frame, { ticksPerSecond: unit, offset }: Clock, high: number, low: number): void {
  if (unit >= MOST_TICKS) {
    setFineTime(frame, unit, offset, high, low);
    return;
  }
  // Long division in halves of 16 bits: each step stays below 2⁵³, and no BigInt is made.
  const second = high % unit;
  const third = second * 0x10000 + (low >>> 16);
  const last = (third % unit) * 0x10000 + (low & 0xffff);
  const whole = Math.floor(high / unit) * 0x1_0000_0000 + Math.floor(third / unit) * 0x10000;
  frame.seconds = whole + Math.floor(last / unit) + offset;
  frame.nanoseconds = Math.floor(((last % unit) * 1e9) / unit);
}

/** For units below a hundredth of a nanosecond, which no known program writes. */
function setFineTime(frame: Frame, unit: number, offset: number, high: number, low: number): void {
  const ticks = BigInt(high) * 0x1_0000_0000n + BigInt(low);
  // 10²⁵⁵ is a finite double.
  const perSecond = BigInt(unit);
  frame.seconds = Number(ticks / perSecond) + offset;
  frame.nanoseconds = Number(((ticks % perSecond) * 1_000_000_000n) / perSecond);
}
