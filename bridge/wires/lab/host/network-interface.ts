import { closeSync, openSync } from 'node:fs';
import { parseIpv4 } from '../../../packet/ipv4.ts';
import { AF_INET, ioctl, SOCK_DGRAM, socket } from './system-calls.ts';

/** Numbers from linux/if.h, linux/if_tun.h, linux/sockios.h. */
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_UP = 0x0001;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;

/** A `struct ifreq`: 16 bytes of name, then up to 24 bytes that depend on the request. */
const REQUEST_LENGTH = 40;
const NAME_LENGTH = 16;

/**
 * Makes a network interface whose wire is a descriptor: each read takes one IP packet that this host's kernel sent, each
 * write gives it one (Documentation/networking/tuntap.rst).
 * @returns the descriptor
 * @throws an error with a `code` if /dev/net/tun cannot be opened or the kernel refuses
 */
export function openTun(name: string): number {
  const descriptor = openSync('/dev/net/tun', 'r+');
  const request = requestFor(name);
  request.writeUInt16LE(IFF_TUN | IFF_NO_PI, NAME_LENGTH);
  try {
    ioctl(descriptor, TUNSETIFF, request);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return descriptor;
}

/**
 * Gives an interface an IPv4 address and sets it up.
 * @throws SystemCallError
 */
export function setUp(name: string, address?: { host: string; mask: string }): void {
  const descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  try {
    if (address) {
      ioctl(descriptor, SIOCSIFADDR, addressRequest(name, address.host));
      ioctl(descriptor, SIOCSIFNETMASK, addressRequest(name, address.mask));
    }
    const request = requestFor(name);
    request.writeUInt16LE(IFF_UP, NAME_LENGTH);
    ioctl(descriptor, SIOCSIFFLAGS, request);
  } finally {
    closeSync(descriptor);
  }
}

function requestFor(name: string): Buffer {
  const request = Buffer.alloc(REQUEST_LENGTH);
  request.write(name, 0, NAME_LENGTH - 1, 'latin1');
  return request;
}

function addressRequest(name: string, host: string): Buffer {
  const request = requestFor(name);
  request.writeUInt16LE(AF_INET, NAME_LENGTH);
  request.set(parseIpv4(host), NAME_LENGTH + 4);
  return request;
}
