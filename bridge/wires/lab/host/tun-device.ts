import { read, writeSync } from 'node:fs';
import { monotonicUs } from '../../../machine/clock.ts';

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
