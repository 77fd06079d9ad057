import { toHex } from './bytes.ts';
import type { TcpOption } from './tcp-options.ts';

/** The names of RFC 8684 §8.2, by subtype. */
const MULTIPATH = ['capable', 'join', 'dss', 'add-addr', 'remove-addr', 'prio', 'fail', 'fastclose', 'reset'] as const;

/** Rare kinds, for which the text gives only the bytes. */
const KINDS: Record<number, string> = {
  6: 'echo',
  7: 'echo reply',
  14: 'alternate checksum',
  27: 'quick-start',
  69: 'encryption',
  172: 'accurate ecn 0',
  174: 'accurate ecn 1',
};

/**
 * An option in a few words: `mss 1460`, `wscale 7`, `sack ok`, `sack 1:5 9:11`, `timestamps 123 456`, `nop`.
 * @param relative converts a raw sequence number to the one to show
 */
export function optionText(option: TcpOption, relative: (raw: number) => number = (raw) => raw): string {
  switch (option.name) {
    case 'end':
    case 'nop':
      return option.name;
    case 'mss':
      return `mss ${option.bytes}`;
    case 'window-scale':
      return `wscale ${option.shift}`;
    case 'sack-permitted':
      return 'sack ok';
    case 'sack':
      return `sack ${option.blocks.map(({ left, right }) => `${relative(left)}:${relative(right)}`).join(' ')}`;
    case 'timestamps':
      return `timestamps ${option.value} ${option.echo}`;
    case 'md5':
      return words('md5', option.digest);
    case 'user-timeout':
      return `user timeout ${option.seconds} s`;
    default:
      return rareOptionText(option);
  }
}

type RareName = 'authentication' | 'multipath' | 'fast-open' | 'experiment' | 'unknown' | 'malformed';

function rareOptionText(option: Extract<TcpOption, { name: RareName }>): string {
  switch (option.name) {
    case 'authentication':
      return words(`authentication ${option.keyId} ${option.nextKeyId}`, option.code);
    case 'multipath':
      return `mptcp ${MULTIPATH[option.subtype] ?? option.subtype}`;
    case 'fast-open':
      return option.cookie.length > 0 ? words('fast open', option.cookie) : 'fast open request';
    case 'experiment':
      return words(`experiment ${option.id.toString(16).padStart(4, '0')}`, option.data);
    case 'unknown':
      return words(KINDS[option.kind] ?? `option ${option.kind}`, option.data);
    case 'malformed':
      return words('malformed', option.data);
  }
}

function words(what: string, bytes: Uint8Array): string {
  return bytes.length > 0 ? `${what} ${toHex(bytes)}` : what;
}
