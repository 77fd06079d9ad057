/** A pcapng file of frames on interfaces of any link types, written by the book (draft-ietf-opsawg-pcapng). */

export interface FrameToWrite {
  linkType: number;
  bytes: Uint8Array;
  /** Its length on the wire, if `bytes` is only its beginning. */
  originalLength?: number;
}

export function pcapngFile(frames: readonly FrameToWrite[], littleEndian = true): Uint8Array {
  const linkTypes = [...new Set(frames.map(({ linkType }) => linkType))];
  const section = block(
    0x0a0d0d0a,
    [0x1a2b3c4d, (littleEndian ? 1 : 1 << 16) >>> 0, 0xffffffff, 0xffffffff],
    littleEndian,
  );
  const interfaces = linkTypes.map((type) => block(1, [littleEndian ? type : type << 16, 0], littleEndian));
  const packets = frames.map(({ linkType, bytes, originalLength = bytes.length }, index) =>
    block(6, [linkTypes.indexOf(linkType), 0, index * 1000, bytes.length, originalLength], littleEndian, bytes),
  );
  return Uint8Array.from([section, ...interfaces, ...packets].flatMap((part) => [...part]));
}

function block(
  type: number,
  words: readonly number[],
  littleEndian: boolean,
  data: Uint8Array = new Uint8Array(),
): Uint8Array {
  const length = 12 + 4 * words.length + ((data.length + 3) & ~3);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  [type, length, ...words].forEach((word, index) => view.setUint32(4 * index, word, littleEndian));
  bytes.set(data, 8 + 4 * words.length);
  view.setUint32(length - 4, length, littleEndian);
  return bytes;
}
