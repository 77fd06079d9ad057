import { getSystemErrorName } from 'node:util';

/** Levels and options by the numbers of Linux on x86-64 and arm64: asm-generic/socket.h, linux/tcp.h, in.h and in6.h. */
const LEVELS: Readonly<Record<number, string>> = {
  0: 'IPPROTO_IP',
  1: 'SOL_SOCKET',
  6: 'IPPROTO_TCP',
  41: 'IPPROTO_IPV6',
};
const OPTIONS: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  SOL_SOCKET: {
    1: 'SO_DEBUG',
    2: 'SO_REUSEADDR',
    3: 'SO_TYPE',
    4: 'SO_ERROR',
    5: 'SO_DONTROUTE',
    6: 'SO_BROADCAST',
    7: 'SO_SNDBUF',
    8: 'SO_RCVBUF',
    9: 'SO_KEEPALIVE',
    10: 'SO_OOBINLINE',
    12: 'SO_PRIORITY',
    13: 'SO_LINGER',
    15: 'SO_REUSEPORT',
    18: 'SO_RCVLOWAT',
    19: 'SO_SNDLOWAT',
    20: 'SO_RCVTIMEO',
    21: 'SO_SNDTIMEO',
    25: 'SO_BINDTODEVICE',
    30: 'SO_ACCEPTCONN',
    36: 'SO_MARK',
    38: 'SO_PROTOCOL',
    39: 'SO_DOMAIN',
    46: 'SO_BUSY_POLL',
    49: 'SO_INCOMING_CPU',
    60: 'SO_ZEROCOPY',
    66: 'SO_RCVTIMEO',
    67: 'SO_SNDTIMEO',
  },
  IPPROTO_TCP: {
    1: 'TCP_NODELAY',
    2: 'TCP_MAXSEG',
    3: 'TCP_CORK',
    4: 'TCP_KEEPIDLE',
    5: 'TCP_KEEPINTVL',
    6: 'TCP_KEEPCNT',
    7: 'TCP_SYNCNT',
    8: 'TCP_LINGER2',
    9: 'TCP_DEFER_ACCEPT',
    10: 'TCP_WINDOW_CLAMP',
    11: 'TCP_INFO',
    12: 'TCP_QUICKACK',
    13: 'TCP_CONGESTION',
    18: 'TCP_USER_TIMEOUT',
    23: 'TCP_FASTOPEN',
    25: 'TCP_NOTSENT_LOWAT',
    30: 'TCP_FASTOPEN_CONNECT',
    31: 'TCP_ULP',
  },
  IPPROTO_IP: {
    1: 'IP_TOS',
    2: 'IP_TTL',
    10: 'IP_MTU_DISCOVER',
    11: 'IP_RECVERR',
    14: 'IP_MTU',
    24: 'IP_BIND_ADDRESS_NO_PORT',
  },
  IPPROTO_IPV6: { 16: 'IPV6_UNICAST_HOPS', 25: 'IPV6_RECVERR', 26: 'IPV6_V6ONLY', 67: 'IPV6_TCLASS' },
};
const NAMES: ReadonlySet<string> = new Set(['TCP_CONGESTION', 'TCP_ULP', 'SO_BINDTODEVICE']);
/** Longer values are structures that nobody reads as a line. */
const LONGEST_VALUE = 16;

/** The names of an option, as a program writes them; its number if it has no name here. */
export function optionNames({ level, name }: { level: number; name: number }): [level: string, name: string] {
  const levelName = LEVELS[level] ?? String(level);
  return [levelName, OPTIONS[levelName]?.[name] ?? String(name)];
}

/**
 * An option's value as text: a number, `{1, 0}` for SO_LINGER and time-outs, an errno name for SO_ERROR, a name. Undefined if
 * it is none of these.
 * @param hex the value's bytes, in this machine's order
 */
export function optionValue(option: string, hex: string): string | undefined {
  const bytes = Buffer.from(hex, 'hex');
  if (NAMES.has(option)) return /^[\w.-]+/.exec(bytes.toString('latin1'))?.[0];
  if (bytes.length > LONGEST_VALUE) return undefined;
  if (bytes.length === 16) return `{${bytes.readBigInt64LE(0)}, ${bytes.readBigInt64LE(8)}}`;
  if (bytes.length === 8) return `{${bytes.readInt32LE(0)}, ${bytes.readInt32LE(4)}}`;
  if (bytes.length !== 4) return bytes.length === 1 ? String(bytes[0]) : undefined;
  const number = bytes.readInt32LE(0);
  return option === 'SO_ERROR' && number > 0 ? getSystemErrorName(-number) : String(number);
}
