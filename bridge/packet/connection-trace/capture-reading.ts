/**
 * Reads a capture file piece by piece, and single connections of it again later. It never holds the file: memory depends
 * on the number of connections. A compressed file is decompressed anew up to each connection, because nobody can begin in
 * its middle. It knows no worker and no page.
 *
 *     File ─▶ decompressed ─▶ CaptureIndex ─▶ summaries
 *      └────▶ parts of it ──▶ openConnection ─▶ Trace
 */
import type { CapturePlace, Trace } from '../../trace/trace.ts';
import { compressionOf, decompressed } from '../capture-file/decompressed.ts';
import { CaptureIndex } from '../connections/capture-index.ts';
import type { ConnectionSummary } from '../connections/connection-summary.ts';
import { PacketError } from '../packet-error.ts';
import { openConnection } from './connection-trace.ts';

/** Why a file cannot be shown. */
export type CaptureFailure = 'FILE_UNREADABLE' | 'UNSUPPORTED_COMPRESSION' | 'NOT_A_CAPTURE' | 'CAPTURE_DAMAGED';

/** A part of a file: all that is needed of a `File`. */
export type Content = Pick<Blob, 'size' | 'slice' | 'stream'>;

export class CaptureReading {
  readonly index = new CaptureIndex();
  readonly #file: Content;
  #first = new Uint8Array();

  constructor(file: Content) {
    this.#file = file;
  }

  get summaries(): ConnectionSummary[] {
    return Array.from({ length: this.index.count }, (_, connection) => this.index.summary(connection));
  }

  /**
   * As `read`, but never rejects. Of a damaged file, what comes before the damage is there.
   * @returns why there is nothing to show, if so
   */
  async readWhatCanBe(onprogress: (bytes: number) => void = () => {}): Promise<CaptureFailure | undefined> {
    let bytes = 0;
    try {
      await this.read((so) => {
        bytes = so;
        onprogress(so);
      });
    } catch (error) {
      const failure = failureOf(error, bytes > 0);
      if (failure !== 'CAPTURE_DAMAGED' || this.index.count === 0) return failure;
      this.index.end();
    }
    return this.index.overview.format === undefined ? 'NOT_A_CAPTURE' : undefined;
  }

  /** @param onprogress bytes of the file so far, as it lies */
  async read(onprogress: (bytes: number) => void): Promise<void> {
    this.#first = new Uint8Array(await this.#file.slice(0, 4).arrayBuffer());
    for await (const piece of pieces(this.#whole(onprogress))) this.index.feed(piece);
    this.index.end();
  }

  async trace(connection: number, place?: CapturePlace): Promise<Trace> {
    const isCompressed = compressionOf(this.#first) !== undefined;
    const read = isCompressed
      ? (from: number, to: number) => within(this.#whole(), from, to)
      : (from: number, to: number) => pieces(this.#file.slice(from, to).stream());
    return await openConnection(this.index, connection, read, place);
  }

  #whole(onprogress: (bytes: number) => void = () => {}): ReadableStream<Uint8Array> {
    let bytes = 0;
    const counted = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        bytes += piece.length;
        onprogress(bytes);
        controller.enqueue(piece);
      },
    });
    return decompressed(this.#file.stream().pipeThrough(counted), this.#first);
  }
}

/** Not every browser lets a loop go through a stream. */
async function* pieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* within(stream: ReadableStream<Uint8Array>, from: number, to: number): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const piece of pieces(stream)) {
    const begin = Math.max(0, from - at);
    if (begin < piece.length) yield piece.subarray(begin, to - at);
    at += piece.length;
    if (at >= to) return;
  }
}

/** Why reading a file failed. What a stream throws differs from browser to browser. */
export function failureOf(error: unknown, hasBegun: boolean): CaptureFailure {
  if (error instanceof PacketError && error.code === 'UNSUPPORTED_COMPRESSION') return 'UNSUPPORTED_COMPRESSION';
  // What the file system throws is a DOMException; what cannot be decompressed, any other error.
  return hasBegun && !(error instanceof DOMException) ? 'CAPTURE_DAMAGED' : 'FILE_UNREADABLE';
}
