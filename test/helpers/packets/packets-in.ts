/** What a pcapng packet's block may have beside the packet. */
const BESIDE_PACKET = 65_536;

export function equal(some: readonly Uint8Array[], others: readonly Uint8Array[]): boolean {
  return some.length === others.length && some.every((bytes, index) => Buffer.compare(bytes, others[index]!) === 0);
}

/**
 * The packets of a whole pcap file, up to the place where it is damaged. A reader that gets the file in pieces must find
 * the same.
 * @param limit the longest packet to accept, bytes
 */
export function pcapPackets(file: Uint8Array, limit: number): Uint8Array[] {
  const view = viewOf(file);
  const packets: Uint8Array[] = [];
  if (file.length < 24) return packets;
  const little = /a1b2(c3d4|3c4d)/.test(view.getUint32(0, true).toString(16));
  if (!little && !/a1b2(c3d4|3c4d)/.test(view.getUint32(0).toString(16))) return packets;
  for (let at = 24; at + 16 <= file.length;) {
    const length = view.getUint32(at + 8, little);
    if (length > limit || at + 16 + length > file.length) break;
    packets.push(file.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return packets;
}

/** The same for a pcapng file. */
export function pcapngPackets(file: Uint8Array, limit: number): Uint8Array[] {
  const packets: Uint8Array[] = [];
  /** The snap length of each interface of the section. */
  let snapLengths: number[] = [];
  for (const block of blocksOf(file, limit)) {
    const { at, type, length, field } = block;
    if (type === SECTION) snapLengths = [];
    if (type === INTERFACE && length < 20) break;
    if (type === INTERFACE) snapLengths.push(field(12));
    if (type !== SIMPLE_PACKET && type !== ENHANCED_PACKET) continue;
    const { begins, captured } = type === SIMPLE_PACKET ? simple(block, snapLengths) : enhanced(block, snapLengths);
    if (begins + captured + 4 > length || !(captured <= limit)) break;
    packets.push(file.subarray(at + begins, at + begins + captured));
  }
  return packets;
}

/** Where in its block a packet begins, and how long it is: NaN if the block does not say. */
interface Place {
  begins: number;
  captured: number;
}

function simple({ first }: Block, [snapLength = NaN]: readonly number[]): Place {
  return { begins: 12, captured: Math.min(first, snapLength === 0 ? first : snapLength) };
}

function enhanced({ first, length, field }: Block, snapLengths: readonly number[]): Place {
  return { begins: 28, captured: snapLengths[first] === undefined || length < 32 ? NaN : field(20) };
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

interface Block {
  /** Where it begins in the file. */
  at: number;
  type: number;
  length: number;
  /** The four bytes behind its length. */
  first: number;
  /** The four bytes at this distance from its beginning. */
  field(offset: number): number;
}

/** The blocks of a pcapng file, up to the first that cannot be one. */
function* blocksOf(file: Uint8Array, limit: number): Generator<Block> {
  const view = viewOf(file);
  let little: boolean | undefined;
  for (let at = 0; at + 12 <= file.length;) {
    if (view.getUint32(at) === SECTION) little = littleEndian(view, at + 8);
    if (little === undefined) return;
    const field = (offset: number): number => view.getUint32(at + offset, little);
    const [type, length, first] = [field(0), field(4), field(8)];
    if (!isLength(type, length, limit) || at + length > file.length || field(length - 4) !== length) return;
    yield { at, type, length, first, field };
    at += length;
  }
}

/** The byte order that a section names; undefined if it names none. */
function littleEndian(view: DataView, at: number): boolean | undefined {
  if (view.getUint32(at, true) === 0x1a2b3c4d) return true;
  return view.getUint32(at) === 0x1a2b3c4d ? false : undefined;
}

/** Only a block of an unknown type may be empty. */
function isLength(type: number, length: number, limit: number): boolean {
  const least = [SECTION, INTERFACE, SIMPLE_PACKET, ENHANCED_PACKET].includes(type) ? 16 : 12;
  return length >= least && length % 4 === 0 && length <= limit + BESIDE_PACKET;
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}
