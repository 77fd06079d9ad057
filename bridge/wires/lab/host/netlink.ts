import { readSync, writeSync } from 'node:fs';
import { AF_NETLINK, SOCK_RAW, socket, SystemCallError } from './system-calls.ts';

/** Numbers from linux/netlink.h. */
const NETLINK_ROUTE = 0;
const NLM_F_REQUEST = 0x1;
const NLM_F_ACK = 0x4;
const NLM_F_EXCL = 0x200;
const NLM_F_CREATE = 0x400;
const MESSAGE_HEADER = 16;

/** A property of what is made or removed: its number, and its value as the kernel has it. */
export type Attribute = readonly [type: number, value: Uint8Array];

/**
 * Asks this host's kernel to change its network (rtnetlink(7)): what no ioctl can. It knows the form of a message, and not
 * what one means.
 */
export class RouteSocket {
  readonly #descriptor = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
  readonly #answer = Buffer.alloc(4096);

  /** @throws SystemCallError with the kernel's refusal */
  make(type: number, body: Uint8Array, attributes: readonly Attribute[]): void {
    this.#ask(type, NLM_F_CREATE | NLM_F_EXCL, body, attributes);
  }

  /** @throws SystemCallError with the kernel's refusal */
  remove(type: number, body: Uint8Array, attributes: readonly Attribute[]): void {
    this.#ask(type, 0, body, attributes);
  }

  #ask(type: number, flags: number, body: Uint8Array, attributes: readonly Attribute[]): void {
    const content = Buffer.concat([body, ...attributes.map(attributeBytes)]);
    const header = Buffer.alloc(MESSAGE_HEADER);
    header.writeUInt32LE(MESSAGE_HEADER + content.length, 0);
    header.writeUInt16LE(type, 4);
    header.writeUInt16LE(flags | NLM_F_REQUEST | NLM_F_ACK, 6);
    writeSync(this.#descriptor, Buffer.concat([header, content]));
    readSync(this.#descriptor, this.#answer);
    // The answer is a `struct nlmsgerr`: 0 if all went well, else a negative errno.
    const errno = this.#answer.readInt32LE(MESSAGE_HEADER);
    if (errno !== 0) throw new SystemCallError('netlink', -errno);
  }
}

export function number32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Padded to a multiple of four. */
function attributeBytes([type, value]: Attribute): Buffer {
  const length = 4 + value.length;
  const bytes = Buffer.alloc(Math.ceil(length / 4) * 4);
  bytes.writeUInt16LE(length, 0);
  bytes.writeUInt16LE(type, 2);
  bytes.set(value, 4);
  return bytes;
}
