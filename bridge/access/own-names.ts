import { hostname, networkInterfaces } from 'node:os';
import { isLoopback } from '../address.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '::1'];

/** The exact names and addresses of a listener. None of them comes from a request. */
export interface OwnNames {
  /** For a browser on this machine. */
  first: string;
  /** All that may lead to the listener. */
  all: string[];
  /** Addresses of this machine that others can use. */
  others: string[];
}

/**
 * The names of a listener.
 * @param asked the host that the operator asked for
 * @param bound the IP address that it listens on
 */
export function ownNames(asked: string, bound: string, machine: Machine = { networkInterfaces, hostname }): OwnNames {
  const name = asked.toLowerCase();
  if (isLoopback(bound)) return { first: asked, all: [name, ...LOOPBACK_NAMES], others: [] };
  if (bound !== '0.0.0.0' && bound !== '::') return { first: asked, all: [name, bound], others: [asked] };
  const others = addresses(machine, bound === '::');
  return {
    first: bound === '::' ? '::1' : '127.0.0.1',
    all: [...LOOPBACK_NAMES, ...others, machine.hostname().toLowerCase()],
    others,
  };
}

/** What the operating system says of this machine. */
export interface Machine {
  networkInterfaces: typeof networkInterfaces;
  hostname: () => string;
}

/** Without link-local IPv6 addresses: a browser takes no URL with one. */
function addresses({ networkInterfaces: list }: Machine, withIpv6: boolean): string[] {
  return Object.values(list())
    .flatMap((entries) => entries ?? [])
    .filter(({ family, internal, address }) => !internal && (family === 'IPv4' || (withIpv6 && !isLinkLocal(address))))
    .map(({ address }) => address);
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address);
}
