import { addressOf, readMemory } from './libc.ts';

/** Bytes of a struct iovec, a struct msghdr and a struct mmsghdr on a machine of 64 bits. */
const VECTOR = 16;
const MESSAGE = 56;
const MESSAGE_WITH_LENGTH = 64;
/** Vectors and messages of one call that are looked at. */
const MOST_VECTORS = 64;
/** Bytes of a struct cmsghdr, and what says that descriptors follow it (linux/socket.h). */
const CONTROL_HEADER = 16;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
/** One message carries at most 253 descriptors (SCM_MAX_FD). */
const MOST_CONTROL_BYTES = 4096;
/** The most bytes that one reading may ask for. */
const MOST_BYTES = 65_536;

const bytes = Buffer.allocUnsafeSlow(MOST_BYTES);
const ours = Buffer.alloc(VECTOR);
const theirs = Buffer.alloc(VECTOR);
ours.writeBigUInt64LE(addressOf(bytes), 0);

/** Where a call has its data: in one buffer, in several, or in messages that have several each. */
export type DataLayout = 'buffer' | 'vectors' | 'message' | 'messages';

/** Reads memory of a stopped thread. Returns fewer bytes, or none, if the rest cannot be read. */
export function memoryOf(thread: number, address: bigint, length: number): Buffer {
  return Buffer.from(peek(thread, address, length));
}

/**
 * The first bytes of a call's data.
 * @param address the call's second argument: a buffer, a list of vectors, or a message
 * @param count the third: the bytes of the buffer, or how many vectors or messages there are
 * @param limit the most bytes wanted
 */
export function dataOf(thread: number, layout: DataLayout, address: bigint, count: number, limit: number): Buffer {
  if (layout === 'buffer') return memoryOf(thread, address, Math.min(count, limit));
  if (layout === 'vectors') return gathered(thread, address, count, limit);
  if (layout === 'message') return messageData(thread, address, limit);
  const parts: Buffer[] = [];
  let left = limit;
  for (let message = 0; message < Math.min(count, MOST_VECTORS) && left > 0; message += 1) {
    const at = address + BigInt(message * MESSAGE_WITH_LENGTH);
    const length = memoryOf(thread, at + BigInt(MESSAGE), 4);
    const part = messageData(thread, at, Math.min(left, length.length === 4 ? length.readUInt32LE(0) : 0));
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

/** How many bytes the first `count` messages of sendmmsg() or recvmmsg() brought. */
export function bytesOfMessages(thread: number, address: bigint, count: number): number {
  const list = memoryOf(thread, address, MESSAGE_WITH_LENGTH * Math.min(count, MOST_VECTORS));
  let sum = 0;
  for (let at = MESSAGE; at + 4 <= list.length; at += MESSAGE_WITH_LENGTH) sum += list.readUInt32LE(at);
  return sum;
}

/** Whether a struct msghdr has something beside its data, or room for it. */
export function hasControl(thread: number, address: bigint): boolean {
  const message = memoryOf(thread, address, MESSAGE);
  return message.length === MESSAGE && message.readBigUInt64LE(40) > 0n;
}

/**
 * The descriptors that a message carries beside its data: unix(7), SCM_RIGHTS.
 * @param address of a struct msghdr; before a recvmsg() it says how much room there is, afterwards what came
 */
export function descriptorsOfMessage(thread: number, address: bigint): number[] {
  const message = memoryOf(thread, address, MESSAGE);
  if (message.length < MESSAGE) return [];
  const [at, length] = [message.readBigUInt64LE(32), Number(message.readBigUInt64LE(40))];
  const control = memoryOf(thread, at, Math.min(length, MOST_CONTROL_BYTES));
  const found: number[] = [];
  for (let start = 0; start + CONTROL_HEADER <= control.length;) {
    const size = Number(control.readBigUInt64LE(start));
    if (size < CONTROL_HEADER) break;
    const isRights = control.readInt32LE(start + 8) === SOL_SOCKET && control.readInt32LE(start + 12) === SCM_RIGHTS;
    const end = Math.min(start + size, control.length);
    if (isRights)
      for (let each = start + CONTROL_HEADER; each + 4 <= end; each += 4) found.push(control.readInt32LE(each));
    start += Math.ceil(size / 8) * 8;
  }
  return found;
}

/** How many bytes a call's buffers hold. */
export function roomOf(thread: number, layout: DataLayout, address: bigint, count: number): number | undefined {
  if (layout === 'buffer') return count;
  if (layout === 'messages') return undefined;
  const [list, vectors] = layout === 'vectors' ? [address, count] : vectorsOfMessage(thread, address);
  let sum = 0;
  for (const { length } of vectorsAt(thread, list, vectors)) sum += length;
  return sum;
}

function messageData(thread: number, address: bigint, limit: number): Buffer {
  return gathered(thread, ...vectorsOfMessage(thread, address), limit);
}

/** Where a struct msghdr says that its vectors are, and how many. */
function vectorsOfMessage(thread: number, address: bigint): [bigint, number] {
  const message = memoryOf(thread, address, MESSAGE);
  return message.length < MESSAGE ? [0n, 0] : [message.readBigUInt64LE(16), Number(message.readBigUInt64LE(24))];
}

function gathered(thread: number, address: bigint, count: number, limit: number): Buffer {
  const parts: Buffer[] = [];
  let left = limit;
  for (const { base, length } of vectorsAt(thread, address, count)) {
    if (left <= 0) break;
    const part = memoryOf(thread, base, Math.min(left, length));
    parts.push(part);
    left -= part.length;
  }
  return Buffer.concat(parts);
}

function vectorsAt(thread: number, address: bigint, count: number): { base: bigint; length: number }[] {
  const list = memoryOf(thread, address, VECTOR * Math.min(count, MOST_VECTORS));
  return Array.from({ length: Math.floor(list.length / VECTOR) }, (_, index) => ({
    base: list.readBigUInt64LE(VECTOR * index),
    length: Number(list.readBigUInt64LE(VECTOR * index + 8)),
  }));
}

/** Valid until the next reading. */
function peek(thread: number, address: bigint, wanted: number): Buffer {
  const length = Math.min(wanted, MOST_BYTES);
  if (address === 0n || length <= 0) return bytes.subarray(0, 0);
  ours.writeBigUInt64LE(BigInt(length), 8);
  // What a program calls an address may be any number.
  theirs.writeBigUInt64LE(BigInt.asUintN(64, address), 0);
  theirs.writeBigUInt64LE(BigInt(length), 8);
  const read = readMemory(thread, ours, 1, theirs, 1, 0);
  return bytes.subarray(0, Math.max(0, read));
}
