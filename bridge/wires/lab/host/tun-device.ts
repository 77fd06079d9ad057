import { closeSync, openSync, read, writeSync } from 'node:fs';
import { monotonicUs } from '../../../machine/clock.ts';
import { NAME_LENGTH, requestFor } from './network-interface.ts';
import { ioctl } from './system-calls.ts';

/** Numbers from linux/if_tun.h. */
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;

/** Longer than any IP packet (RFC 791 §3.1: the total length has 16 bits). */
const LONGEST_PACKET = 65_536;

/**
 * The host's end of the wire, over the descriptor of its TUN interface.
 *
 *     kernel ─ a segment to send ─▶ read ─▶ onPacket        deliver ─▶ write ─▶ kernel
 */
export class TunDevice {
  readonly #descriptor: number;
  readonly #onPacket: (packet: Buffer, at: number) => void;

  /** @param onPacket takes each packet that the kernel sent, and when it was read: microseconds of CLOCK_MONOTONIC */
  constructor(descriptor: number, onPacket: (packet: Buffer, at: number) => void) {
    this.#descriptor = descriptor;
    this.#onPacket = onPacket;
    this.#read(Buffer.allocUnsafe(LONGEST_PACKET));
  }

  /** When this returns, the kernel has taken the packet and its connection is in the state that follows. */
  deliver(packet: Uint8Array): void {
    writeSync(this.#descriptor, packet);
  }

  /** One read at a time, so that packets stay in order. */
  #read(buffer: Buffer): void {
    read(this.#descriptor, buffer, 0, buffer.length, null, (error, length) => {
      const at = monotonicUs();
      if (error) throw error;
      // The next read begins at once, so this packet needs bytes of its own.
      const packet = Buffer.from(buffer.subarray(0, length));
      this.#read(buffer);
      this.#onPacket(packet, at);
    });
  }
}

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
