import { closeSync, openSync } from 'node:fs';
import { ioctl, socket } from './system-calls.ts';

/** Numbers from linux/if.h, linux/if_tun.h, linux/sockios.h. */
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_UP = 0x0001;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;

/** A `struct ifreq`: 16 bytes of name, then up to 24 of what the request is about. */
const REQUEST_LENGTH = 40;
const NAME_LENGTH = 16;

/**
 * Makes a network interface whose wire is a descriptor: each read is one IP packet that this host's kernel sent, each
 * write is one that it receives (Documentation/networking/tuntap.rst).
 * @returns the descriptor
 * @throws an error with a `code` where /dev/net/tun cannot be opened or the kernel refuses
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
  const descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
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
  request.set(host.split('.').map(Number), NAME_LENGTH + 4);
  return request;
}
