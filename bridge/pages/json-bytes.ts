/** Bytes allocated at a time. `take` returns slices of them, so that nothing is copied. */
const SLAB = 256 * 1024;

/** The most characters that a number to one decimal takes: a sign, eleven digits, the point and one digit. */
export const TENTHS_WIDTH = 14;
export const TENTHS_END = 1e11;

/** JSON text, written as bytes at once: a string would have to be joined, measured and encoded first. */
export class JsonBytes {
  #slab = Buffer.allocUnsafeSlow(SLAB);
  #start = 0;
  #end = 0;

  /** Returns what was written since the last call. */
  take(): Buffer {
    const written = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return written;
  }

  /** Returns where the bytes begin, for `tenthsAt` and `asciiAt`. That index is valid until the next write. */
  bytes(bytes: Uint8Array): number {
    const { length } = bytes;
    this.#reserve(length);
    const start = this.#end;
    if (length === 1) this.#slab[start] = bytes[0]!;
    else this.#slab.set(bytes, start);
    this.#end += length;
    return start;
  }

  text(text: string): void {
    // In UTF-8 a character of a string takes at most three bytes.
    this.#reserve(3 * text.length);
    this.#end += this.#slab.write(text, this.#end);
  }

  asciiAt(start: number, text: string): void {
    for (let index = 0; index < text.length; index += 1) this.#slab[start + index] = text.charCodeAt(index);
  }

  /** Writes a number to one decimal at the right end of `TENTHS_WIDTH` blanks. Its absolute value is below `TENTHS_END`. */
  tenthsAt(start: number, value: number): void {
    const slab = this.#slab;
    const count = Math.round(Math.abs(value) * 10);
    // Whole numbers of up to 31 bits are quick to divide.
    const high = count < 0x7fff_ffff ? 0 : Math.floor(count / 1e6);
    const low = high === 0 ? count : count - high * 1e6;
    const whole = (low / 10) | 0;
    const point = start + TENTHS_WIDTH - 2;
    slab[point] = POINT;
    slab[point + 1] = ZERO + low - 10 * whole;
    let begin = digitsBefore(slab, point, whole, high > 0 ? 5 : 1);
    if (high > 0) begin = digitsBefore(slab, begin, high, 1);
    if (value < 0 && count > 0) slab[begin - 1] = MINUS;
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#slab.length) return;
    const begun = this.#slab.subarray(this.#start, this.#end);
    this.#slab = Buffer.allocUnsafeSlow(Math.max(SLAB, 2 * (begun.length + more)));
    this.#slab.set(begun);
    this.#start = 0;
    this.#end = begun.length;
  }
}

/** Writes at least `least` digits of a whole number; returns where they begin. */
function digitsBefore(slab: Uint8Array, end: number, number: number, least: number): number {
  let begin = end;
  let left = number;
  do {
    const next = (left / 10) | 0;
    slab[--begin] = ZERO + left - 10 * next;
    left = next;
  } while (left > 0 || begin > end - least);
  return begin;
}

const [MINUS, POINT, ZERO] = [...Buffer.from('-.0')] as [number, number, number];
