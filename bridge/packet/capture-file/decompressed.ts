import { PacketError } from '../packet-error.ts';

/** The first bytes of compressed files (RFC 1952 §2.3.1, RFC 8878 §3.1.1). */
const MAGICS: [format: string, bytes: readonly number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** `gzip` or `zstd` if a file that begins with these bytes is compressed. */
export function compressionOf(first: Uint8Array): string | undefined {
  return MAGICS.find(([, magic]) => magic.every((byte, index) => first[index] === byte))?.[0];
}

/**
 * The content of a file, whether it is compressed or not. The browser, or Node.js, does the work; not all know zstd.
 * @param first at least the first four bytes of the file
 * @throws PacketError UNSUPPORTED_COMPRESSION
 */
export function decompressed(file: ReadableStream<Uint8Array>, first: Uint8Array): ReadableStream<Uint8Array> {
  const format = compressionOf(first);
  if (format === undefined) return file;
  const stream = decompressionOf(format);
  if (!stream) throw new PacketError('UNSUPPORTED_COMPRESSION', format);
  return file.pipeThrough(stream as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
}

function decompressionOf(format: string): unknown {
  try {
    return new DecompressionStream(format as 'gzip');
  } catch {
    return undefined;
  }
}

interface ReadableWritablePair<Out, In> {
  readable: ReadableStream<Out>;
  writable: WritableStream<In>;
}
