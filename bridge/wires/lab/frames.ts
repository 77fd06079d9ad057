import type { Duplex } from 'node:stream';

/**
 * Bridge and host send each other frames over one stream of bytes, little-endian:
 *
 *     ┌ length u32 ┬ kind u8 ┬ …            length counts the bytes after it
 *     │            │ 0       │ a message: JSON text
 *     │            │ 1       │ a packet: when the host's kernel sent it (f64, microseconds of CLOCK_MONOTONIC), the bytes
 */
const LENGTH = 4;
const KIND = { message: 0, packet: 1 } as const;
const PACKET_HEADER = LENGTH + 1 + 8;
/** The largest message holds a reply of a mebibyte, in hex. */
const LONGEST = 4 * 1024 * 1024;

export interface Frames<Message> {
  message(message: Message): void;
  packet(bytes: Uint8Array, at: number): void;
}

/** Sends frames, until the stream has ended. */
export class FrameWriter<Message> implements Frames<Message> {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    this.#stream = stream;
  }

  message(message: Message): void {
    const text = Buffer.from(JSON.stringify(message));
    const head = Buffer.allocUnsafe(LENGTH + 1);
    head.writeUInt32LE(1 + text.length, 0);
    head[LENGTH] = KIND.message;
    this.#write(Buffer.concat([head, text]));
  }

  /** @param at microseconds of CLOCK_MONOTONIC */
  packet(bytes: Uint8Array, at: number): void {
    const frame = Buffer.allocUnsafe(PACKET_HEADER + bytes.length);
    frame.writeUInt32LE(frame.length - LENGTH, 0);
    frame[LENGTH] = KIND.packet;
    frame.writeDoubleLE(at, LENGTH + 1);
    frame.set(bytes, PACKET_HEADER);
    this.#write(frame);
  }

  #write(frame: Buffer): void {
    if (!this.#stream.destroyed && this.#stream.writable) this.#stream.write(frame);
  }
}

/**
 * Reads frames from chunks that may be cut anywhere.
 * @throws RangeError from `feed` for a frame longer than any that is ever sent
 */
export class FrameReader<Message> {
  readonly #frames: Frames<Message>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(frames: Frames<Message>) {
    this.#frames = frames;
  }

  feed(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= LENGTH) {
      const end = LENGTH + this.#rest.readUInt32LE(0);
      if (end > LONGEST || end <= LENGTH) throw new RangeError(`a frame of ${end} bytes`);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.#take(frame);
    }
  }

  #take(frame: Buffer): void {
    if (frame[LENGTH] === KIND.packet)
      this.#frames.packet(frame.subarray(PACKET_HEADER), frame.readDoubleLE(LENGTH + 1));
    else this.#frames.message(JSON.parse(frame.toString('utf8', LENGTH + 1)) as Message);
  }
}
