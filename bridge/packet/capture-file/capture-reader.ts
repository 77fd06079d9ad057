/**
 * Reads capture files of any size: pieces in, frames out, one at a time. It holds at most one unfinished record. It never
 * throws for what a file holds: at a place that it cannot read it stops and keeps the reason as `problem`. It must not
 * know what the frames hold or where the pieces come from.
 *
 *     pieces ─▶ CaptureReader ─▶ PcapFormat ────┬─▶ onFrame (one object, filled again and again)
 *                (split anywhere)  PcapngFormat ┘
 */
import { type FileEvents, type FileFormat, type FileProblem } from './frame.ts';
import { isPcap, PcapFormat } from './pcap-format.ts';
import { isPcapng, PcapngFormat } from './pcapng-format.ts';

const MAGIC = 4;
const SMALLEST_ROOM = 4096;

export class CaptureReader {
  readonly #events: FileEvents;
  #format: FileFormat | undefined;
  /** The beginning of a unit whose end has not arrived. */
  #unfinished = new Uint8Array(SMALLEST_ROOM);
  #kept = 0;
  #position = 0;
  #problem: FileProblem | undefined;

  constructor(events: FileEvents) {
    this.#events = events;
  }

  /** Why it stopped before the end. */
  get problem(): FileProblem | undefined {
    return this.#problem;
  }

  /** `pcap` or `pcapng`, once it is known. */
  get format(): 'pcap' | 'pcapng' | undefined {
    return this.#format && (this.#format instanceof PcapFormat ? 'pcap' : 'pcapng');
  }

  /** The position in the file of the next byte that it expects. */
  get position(): number {
    return this.#position + this.#kept;
  }

  /** Go on at another place of the file, where a record begins. */
  seek(position: number): void {
    this.#position = position;
    this.#kept = 0;
    if (this.#format) this.#format.skip = 0;
  }

  feed(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length && !this.#problem) {
      if (this.#format && this.#format.skip > 0) at = this.#skip(this.#format, piece, at);
      else if (this.#kept > 0 || !this.#format) at = this.#finishUnit(piece, at);
      else at = this.#readUnits(this.#format, piece, at);
    }
  }

  /** Call it when the file has ended. */
  end(): void {
    if (this.#problem) return;
    if (!this.#format) this.#fail('BAD_MAGIC');
    else if (this.#kept > 0 || this.#format.skip > 0 || this.#position === 0) this.#fail('ENDED_EARLY');
  }

  #readUnits(format: FileFormat, piece: Uint8Array, at: number): number {
    const stopped = format.read(piece, at, piece.length, this.#position - at);
    this.#position += stopped - at;
    if (format.problem) this.#fail(format.problem);
    else if (format.skip === 0 && stopped < piece.length) {
      this.#keep(piece, stopped, piece.length);
      return piece.length;
    }
    return stopped;
  }

  /** Takes what the unfinished unit lacks, and no more. */
  #finishUnit(piece: Uint8Array, at: number): number {
    const needed = this.#format?.needed ?? MAGIC;
    const to = Math.min(piece.length, at + needed - this.#kept);
    this.#keep(piece, at, to);
    if (this.#kept < needed) return to;
    this.#format ??= this.#chooseFormat();
    if (!this.#format) return to;
    const stopped = this.#format.read(this.#unfinished, 0, this.#kept, this.#position);
    if (this.#format.problem) this.#fail(this.#format.problem);
    // Units are read whole or not at all: either the unit ends here, or it needs more than it seemed.
    if (stopped === 0) return to;
    this.#position += stopped;
    this.#kept = 0;
    return to;
  }

  #chooseFormat(): FileFormat | undefined {
    if (isPcap(this.#unfinished, 0)) return new PcapFormat(this.#events);
    if (isPcapng(this.#unfinished, 0)) return new PcapngFormat(this.#events);
    this.#fail('BAD_MAGIC');
    return undefined;
  }

  #keep(piece: Uint8Array, from: number, to: number): void {
    const length = this.#kept + to - from;
    if (length > this.#unfinished.length) {
      const larger = new Uint8Array(Math.max(length, this.#format?.needed ?? 0));
      larger.set(this.#unfinished.subarray(0, this.#kept));
      this.#unfinished = larger;
    }
    this.#unfinished.set(piece.subarray(from, to), this.#kept);
    this.#kept = length;
  }

  #skip(format: FileFormat, piece: Uint8Array, at: number): number {
    const skipped = Math.min(format.skip, piece.length - at);
    format.skip -= skipped;
    this.#position += skipped;
    return at + skipped;
  }

  #fail(code: FileProblem['code']): void {
    this.#problem = { code, position: this.#position };
    this.#kept = 0;
  }
}
