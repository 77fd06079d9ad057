import { closeSync } from 'node:fs';
import { parseIpv4 } from '../../../packet/ipv4.ts';
import { parseIpv6 } from '../../../packet/ipv6.ts';
import { number32, RouteSocket } from './netlink.ts';
import { AF_INET, AF_INET6, ioctl, SOCK_DGRAM, socket } from './system-calls.ts';

/** Numbers from linux/if.h and linux/sockios.h. */
const IFF_UP = 0x0001;
const SIOCSIFFLAGS = 0x8914;
const SIOCSIFADDR = 0x8916;
const SIOCSIFNETMASK = 0x891c;
const SIOCGIFINDEX = 0x8933;

/** Numbers from linux/rtnetlink.h and linux/if_addr.h. */
const RTM_NEWADDR = 20;
const IFA_ADDRESS = 1;
const IFA_FLAGS = 8;
const IFA_F_NODAD = 0x02;

/** A `struct ifreq`: 16 bytes of name, then up to 24 bytes that depend on the request. */
const REQUEST_LENGTH = 40;
export const NAME_LENGTH = 16;

/**
 * Gives an interface an IPv4 address and sets it up.
 * @throws SystemCallError
 */
export function setUp(name: string, address?: { host: string; mask: string }): void {
  withSocket((descriptor) => {
    if (address) {
      ioctl(descriptor, SIOCSIFADDR, addressRequest(name, address.host));
      ioctl(descriptor, SIOCSIFNETMASK, addressRequest(name, address.mask));
    }
    const request = requestFor(name);
    request.writeUInt16LE(IFF_UP, NAME_LENGTH);
    ioctl(descriptor, SIOCSIFFLAGS, request);
  });
}

/**
 * Gives an interface an IPv6 address, which is used at once: nobody else could have it, so the kernel need not ask.
 * @param bits of the address that its neighbours share
 * @throws SystemCallError
 */
export function addIpv6Address(name: string, address: string, bits: number): void {
  const header = Buffer.from([AF_INET6, bits, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(indexOf(name), 4);
  new RouteSocket().make(RTM_NEWADDR, header, [
    [IFA_ADDRESS, parseIpv6(address)],
    [IFA_FLAGS, number32(IFA_F_NODAD)],
  ]);
}

/** @throws SystemCallError if there is no such interface */
export function indexOf(name: string): number {
  const request = requestFor(name);
  withSocket((descriptor) => ioctl(descriptor, SIOCGIFINDEX, request));
  return request.readInt32LE(NAME_LENGTH);
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

function withSocket(action: (descriptor: number) => void): void {
  const descriptor = socket(AF_INET, SOCK_DGRAM, 0);
  try {
    action(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
