import { writeSync } from 'node:fs';
import { AF_PACKET, bind, SOCK_RAW, socket } from './system-calls.ts';

/** From linux/if_ether.h: no addresses, then the type of what follows, IPv6. */
const ETHERNET_HEADER = Buffer.from('00000000000000000000000086dd', 'hex');

/**
 * Gives this host's kernel IPv6 packets through its loopback interface (packet(7)). From any other, the kernel takes none
 * from or to ::1 (RFC 4291 §2.5.3), and IPv6 has no setting like route_localnet.
 */
export class LoopbackDevice {
  readonly #descriptor = socket(AF_PACKET, SOCK_RAW, 0);

  /** @throws SystemCallError */
  constructor(interfaceIndex: number) {
    // struct sockaddr_ll. Protocol 0: the socket only sends.
    const address = Buffer.alloc(20);
    address.writeUInt16LE(AF_PACKET, 0);
    address.writeInt32LE(interfaceIndex, 4);
    bind(this.#descriptor, address);
  }

  /** When this returns, the kernel has taken the packet. */
  deliver(packet: Uint8Array): void {
    writeSync(this.#descriptor, Buffer.concat([ETHERNET_HEADER, packet]));
  }
}
