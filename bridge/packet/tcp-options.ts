import { uint16, uint32 } from './bytes.ts';

/** The options of a TCP header, from IANA's registry "TCP Option Kind Numbers". */
export type TcpOption =
  | { name: 'end' }
  | { name: 'nop' }
  /** The most bytes of data in a segment that the sender can receive (RFC 9293 §3.7.1). */
  | { name: 'mss'; bytes: number }
  /** The bits by which to shift windows to the left (RFC 7323 §2). */
  | { name: 'window-scale'; shift: number }
  /** RFC 2018 §2. */
  | { name: 'sack-permitted' }
  /** Data that arrived after a gap, in raw numbers (RFC 2018 §3). `right` is the number after the last one. */
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
  /** An empty cookie asks for one (RFC 7413 §4.1.1). `experimental`: the kind number is that from before the RFC. */
  | { name: 'fast-open'; cookie: Uint8Array; experimental: boolean }
  /** Experiments share these kinds and are distinguished by an id (RFC 6994). */
  | { name: 'experiment'; kind: number; id: number; data: Uint8Array }
  | { name: 'unknown'; kind: number; data: Uint8Array }
  /** Its length does not fit its kind, or exceeds the header. `data` holds all bytes from the kind on. */
  | { name: 'malformed'; kind: number; data: Uint8Array };

const END = 0;
const NOP = 1;
/** The experiment id of TCP Fast Open (RFC 7413, appendix). */
const FAST_OPEN_EXPERIMENT = 0xf989;

/**
 * The options in order, up to the end of the list. A malformed option becomes an entry of its own. Like a kernel, it
 * reads on after that entry if the option's length shows where the next option begins.
 * @param bytes of the header, from the 21st on; may have been cut short
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

/** Undefined if the length does not fit the kind. */
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

/** If the first bit is set, the rest counts minutes instead of seconds. */
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
