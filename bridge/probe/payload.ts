/** A report has at most this many bytes of payload: as many as a step of the trace shows. */
const PAYLOAD_REPORTED = 4096;

/** What a Writable passes to `_writev` in a list, and to `_write` one at a time. */
export interface Chunk {
  chunk: string | Uint8Array;
  encoding: BufferEncoding;
}

/** Counts the bytes that the kernel is asked to send, and shows the first of them in hex. */
export function measure(chunks: readonly Chunk[]): { bytes: number; payload: string } {
  let bytes = 0;
  let payload = '';
  for (const { chunk, encoding } of chunks) {
    const wanted = PAYLOAD_REPORTED - bytes;
    if (typeof chunk !== 'string') {
      if (wanted > 0) payload += toHex(chunk, wanted);
      bytes += chunk.length;
    } else {
      if (wanted > 0) payload += toHex(Buffer.from(firstCharacters(chunk, wanted), encoding), wanted);
      bytes += Buffer.byteLength(chunk, encoding);
    }
  }
  return { bytes, payload };
}

export function toHex(bytes: Uint8Array, limit = PAYLOAD_REPORTED): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, limit)).toString('hex');
}

/** Enough of a long text for this many bytes: hex needs two characters a byte, and no encoding needs more. */
function firstCharacters(text: string, bytes: number): string {
  return text.length > 2 * bytes ? text.slice(0, 2 * bytes + 2) : text;
}
