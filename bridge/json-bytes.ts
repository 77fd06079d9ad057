/** Bytes set aside at a time; what is written is handed out of them piece by piece, so that none is copied. */
const SLAB = 256 * 1024;

/** Bytes up to which a loop copies them sooner than a call does. */
const FEW = 16;

/** JSON text written as the bytes that leave on the wire: as a string it would be put together, counted and encoded first. */
export class JsonBytes {
  #slab = Buffer.allocUnsafeSlow(SLAB);
  #start = 0;
  #end = 0;

  /** Hands out what was written since the last time. */
  take(): Buffer {
    const written = this.#slab.subarray(this.#start, this.#end);
    this.#start = this.#end;
    return written;
  }

  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    if (length > FEW) this.#slab.set(bytes, this.#end);
    else for (let index = 0; index < length; index += 1) this.#slab[this.#end + index] = bytes[index]!;
    this.#end += length;
  }

  text(text: string): void {
    // In UTF-8 a character of a string takes at most three bytes.
    this.#reserve(3 * text.length);
    this.#end += this.#slab.write(text, this.#end);
  }

  /** A number to one decimal. */
  tenths(value: number): void {
    const count = Math.round(Math.abs(value) * 10);
    // Beyond 32 bits whole numbers are no longer quick to divide.
    if (count > 0x7fff_ffff) return this.text(String(Math.round(value * 10) / 10));
    this.#reserve(MOST_DIGITS);
    if (value < 0 && count > 0) this.#slab[this.#end++] = MINUS;
    const whole = (count / 10) | 0;
    this.#digits(whole);
    const rest = count - 10 * whole;
    if (rest === 0) return;
    this.#slab[this.#end++] = POINT;
    this.#slab[this.#end++] = ZERO + rest;
  }

  #digits(number: number): void {
    let end = this.#end + 1;
    for (let more = number; more >= 10; more = (more / 10) | 0) end += 1;
    this.#end = end;
    let left = number;
    do {
      const next = (left / 10) | 0;
      this.#slab[--end] = ZERO + left - 10 * next;
      left = next;
    } while (left > 0);
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

const [MINUS, POINT, ZERO] = [...Buffer.from('-.0')] as [number, number, number];
/** Sign, nine digits, point and one digit more. */
const MOST_DIGITS = 12;
