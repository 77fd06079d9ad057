import { closeSync } from 'node:fs';
import { parseIpv4 } from '../../../packet/ipv4.ts';
import { AF_INET, ioctl, SOCK_DGRAM, socket } from './system-calls.ts';

/** Numbers from linux/if.h and linux/sockios.h. */
const IFF_UP = 0x0001;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;

/** A `struct ifreq`: 16 bytes of name, then up to 24 bytes that depend on the request. */
const REQUEST_LENGTH = 40;
export const NAME_LENGTH = 16;

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

/** A request about the interface of this name. What the request asks for follows the name. */
export function requestFor(name: string): Buffer {
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
