import { uint16, uint32 } from './bytes.ts';

/** Options of a TCP header, by IANA's registry "TCP Option Kind Numbers". */
export type TcpOption =
  | { name: 'end' }
  | { name: 'nop' }
  /** RFC 9293 §3.7.1: the largest segment that the sender can receive, bytes of data. */
  | { name: 'mss'; bytes: number }
  /** RFC 7323 §2: windows are to be shifted left by this. */
  | { name: 'window-scale'; shift: number }
  /** RFC 2018 §2. */
  | { name: 'sack-permitted' }
  /** RFC 2018 §3: what arrived beyond the acknowledged, as numbered on the wire; `right` is the number after the last. */
  | { name: 'sack'; blocks: { left: number; right: number }[] }
  /** RFC 7323 §3. */
  | { name: 'timestamps'; value: number; echo: number }
  /** RFC 2385. */
  | { name: 'md5'; digest: Uint8Array }
  /** RFC 5482. */
  | { name: 'user-timeout'; seconds: number }
  /** RFC 5925 §2.2. */
  | { name: 'authentication'; keyId: number; nextKeyId: number; code: Uint8Array }
  /** RFC 8684 §3. */
  | { name: 'multipath'; subtype: number; data: Uint8Array }
  /** RFC 7413 §4.1.1: an empty cookie asks for one. `experimental`: sent under the number it had before the RFC. */
  | { name: 'fast-open'; cookie: Uint8Array; experimental: boolean }
  /** RFC 6994: shared by experiments that tell themselves apart by an id. */
  | { name: 'experiment'; kind: number; id: number; data: Uint8Array }
  | { name: 'unknown'; kind: number; data: Uint8Array }
  /** A length that its kind does not have, or that reaches beyond the header. `data`: all bytes from the kind on. */
  | { name: 'malformed'; kind: number; data: Uint8Array };

const END = 0;
const NOP = 1;
/** RFC 7413 appendix: the experiment id of TCP Fast Open. */
const FAST_OPEN_EXPERIMENT = 0xf989;

/**
 * The options in order, up to the end of the list. What comes malformed is one entry in its place; where its length says
 * where the next begins, reading goes on, as kernels do; otherwise it is the last.
 * @param bytes of the header, from its 21st on; may have been cut short
 */
export function decodeTcpOptions(bytes: Uint8Array): TcpOption[] {
  const options: TcpOption[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at]!;
    if (kind === END || kind === NOP) {
      options.push({ name: kind === END ? 'end' : 'nop' });
      if (kind === END) break;
      at += 1;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) {
      options.push({ name: 'malformed', kind, data: bytes.subarray(at) });
      break;
    }
    const option = decodeOption(kind, bytes.subarray(at + 2, at + length));
    options.push(option ?? { name: 'malformed', kind, data: bytes.subarray(at, at + length) });
    at += length;
  }
  return options;
}

/** Nothing where a kind comes with a length that it does not have. */
function decodeOption(kind: number, data: Uint8Array): TcpOption | undefined {
  const { length } = data;
  switch (kind) {
    case 2:
      return length === 2 ? { name: 'mss', bytes: uint16(data, 0) } : undefined;
    case 3:
      return length === 1 ? { name: 'window-scale', shift: data[0]! } : undefined;
    case 4:
      return length === 0 ? { name: 'sack-permitted' } : undefined;
    case 5:
      return length >= 8 && length % 8 === 0 ? { name: 'sack', blocks: blocksOf(data) } : undefined;
    case 8:
      return length === 8 ? { name: 'timestamps', value: uint32(data, 0), echo: uint32(data, 4) } : undefined;
    case 19:
      return length === 16 ? { name: 'md5', digest: data } : undefined;
    case 28:
      return length === 2 ? { name: 'user-timeout', seconds: timeoutOf(uint16(data, 0)) } : undefined;
    case 29:
      return length >= 2
        ? { name: 'authentication', keyId: data[0]!, nextKeyId: data[1]!, code: data.subarray(2) }
        : undefined;
    case 30:
      return length >= 1 ? { name: 'multipath', subtype: data[0]! >> 4, data } : undefined;
    case 34:
      return length % 2 === 0 && length <= 16 ? { name: 'fast-open', cookie: data, experimental: false } : undefined;
    case 253:
    case 254:
      return experiment(kind, data);
    default:
      return { name: 'unknown', kind, data };
  }
}

function blocksOf(data: Uint8Array): { left: number; right: number }[] {
  const blocks = [];
  for (let at = 0; at < data.length; at += 8) blocks.push({ left: uint32(data, at), right: uint32(data, at + 4) });
  return blocks;
}

/** The first bit says that the rest counts minutes. */
function timeoutOf(field: number): number {
  return field & 0x8000 ? (field & 0x7fff) * 60 : field;
}

function experiment(kind: number, data: Uint8Array): TcpOption | undefined {
  if (data.length < 2) return undefined;
  const id = uint16(data, 0);
  return id === FAST_OPEN_EXPERIMENT
    ? { name: 'fast-open', cookie: data.subarray(2), experimental: true }
    : { name: 'experiment', kind, id, data: data.subarray(2) };
}
