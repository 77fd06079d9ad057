import type { FoundSegment } from '../layers/segment-finder.ts';
import { uint32 } from '../bytes.ts';
import { grown } from './grown.ts';

/** Whole numbers of a connection: addresses (four words each, first the one that was seen to send first), then ports. */
export const PORTS = 8;
export const STATE = 9;
/** By direction: two words each. */
export const PACKETS = 10;
export const FLAGS = 12;
export const RETRANSMISSIONS = 14;
export const OUT_OF_ORDER = 16;
export const DUPLICATE_ACKS = 17;
export const NOT_CAPTURED = 18;
export const ZERO_WINDOWS = 19;
export const ALL_MARKS = 20;
const NUMBERS = 21;

/** Doubles of a connection. Times are nanoseconds since the first frame. */
export const FIRST_TIME = 0;
export const LAST_TIME = 1;
/** By direction: two each. Bytes of TCP data, and bytes on the wire in all. */
export const DATA = 2;
export const WIRE = 4;
/** Where in the file its first packet begins; where the last stretch of its packets begins and ends. */
export const FIRST_POSITION = 6;
export const STRETCH_BEGINS = 7;
export const STRETCH_ENDS = 8;
/** The number of the frame with which that stretch begins. */
export const STRETCH_FRAME = 9;
const DOUBLES = 10;

/** Stands in the first three words of an IPv4 address: no IPv6 packet comes from such an address (RFC 4291 §2.7). */
const IPV4_WORD = 0xffffffff;

/**
 * The connections of a capture, as numbers in typed arrays: a million of them fit into memory. For the same addresses
 * and ports the table finds the connection that began last. It must not know what the numbers mean.
 */
export class ConnectionTable {
  numbers = new Uint32Array(64 * NUMBERS);
  doubles = new Float64Array(64 * DOUBLES);
  count = 0;
  /** Of the segment that was looked up last: 0 if its sender is the side that was seen first, 1 if not. */
  direction = 0;
  /** The number of a connection plus one, by hash; 0: empty. */
  #slots = new Uint32Array(256);
  #used = 0;
  /** Nobody can choose addresses that all lead to one slot. */
  readonly #seed = Math.floor(Math.random() * 2 ** 32);
  readonly #source = new Uint32Array(4);
  readonly #destination = new Uint32Array(4);
  #ports = 0;
  #slot = 0;

  numbersAt(connection: number): number {
    return connection * NUMBERS;
  }

  doublesAt(connection: number): number {
    return connection * DOUBLES;
  }

  /** The connection that a segment belongs to, or -1. Sets `direction`. */
  find(segment: FoundSegment): number {
    this.#take(segment);
    const mask = this.#slots.length - 1;
    for (let slot = this.#hash() & mask; ; slot = (slot + 1) & mask) {
      const connection = this.#slots[slot]! - 1;
      this.#slot = slot;
      if (connection < 0) return -1;
      if (this.#is(connection, this.#source, this.#destination, this.#ports)) {
        this.direction = 0;
        return connection;
      }
      if (this.#is(connection, this.#destination, this.#source, swapped(this.#ports))) {
        this.direction = 1;
        return connection;
      }
    }
  }

  /** The direction of a segment if it is between the ends of this connection. */
  directionIn(connection: number, segment: FoundSegment): 0 | 1 | undefined {
    this.#take(segment);
    if (this.#is(connection, this.#source, this.#destination, this.#ports)) return 0;
    return this.#is(connection, this.#destination, this.#source, swapped(this.#ports)) ? 1 : undefined;
  }

  /** A new connection for the segment that was looked up last. It replaces one of the same addresses and ports. */
  add(): number {
    const connection = this.count;
    this.count += 1;
    this.numbers = grown(this.numbers, this.count * NUMBERS);
    this.doubles = grown(this.doubles, this.count * DOUBLES);
    const at = this.numbersAt(connection);
    this.numbers.set(this.#source, at);
    this.numbers.set(this.#destination, at + 4);
    this.numbers[at + PORTS] = this.#ports;
    this.direction = 0;
    const isNew = this.#slots[this.#slot] === 0;
    this.#slots[this.#slot] = connection + 1;
    if (isNew) this.#used += 1;
    if (this.#used * 2 > this.#slots.length) this.#rehash();
    return connection;
  }

  /** Bytes of an address: four or sixteen. @param side 0: the side that was seen first */
  addressOf(connection: number, side: 0 | 1): Uint8Array {
    const at = this.numbersAt(connection) + 4 * side;
    const view = new DataView(new ArrayBuffer(16));
    for (let word = 0; word < 4; word += 1) view.setUint32(4 * word, this.numbers[at + word]!);
    return new Uint8Array(view.buffer, this.numbers[at] === IPV4_WORD ? 12 : 0);
  }

  portOf(connection: number, side: 0 | 1): number {
    const ports = this.numbers[this.numbersAt(connection) + PORTS]!;
    return side === 0 ? ports >>> 16 : ports & 0xffff;
  }

  #take({ addresses, sourceAt, destinationAt, version, bytes, tcpAt }: FoundSegment): void {
    this.#ports = uint32(bytes, tcpAt);
    if (version === 4) {
      this.#source[0] = this.#source[1] = this.#source[2] = IPV4_WORD;
      this.#destination[0] = this.#destination[1] = this.#destination[2] = IPV4_WORD;
      this.#source[3] = uint32(addresses, sourceAt);
      this.#destination[3] = uint32(addresses, destinationAt);
      return;
    }
    for (let word = 0; word < 4; word += 1) {
      this.#source[word] = uint32(addresses, sourceAt + 4 * word);
      this.#destination[word] = uint32(addresses, destinationAt + 4 * word);
    }
  }

  #is(connection: number, source: Uint32Array, destination: Uint32Array, ports: number): boolean {
    const { numbers } = this;
    const at = connection * NUMBERS;
    return (
      numbers[at + PORTS] === ports >>> 0 &&
      numbers[at + 3] === source[3] &&
      numbers[at + 7] === destination[3] &&
      numbers[at] === source[0] &&
      numbers[at + 1] === source[1] &&
      numbers[at + 2] === source[2] &&
      numbers[at + 4] === destination[0] &&
      numbers[at + 5] === destination[1] &&
      numbers[at + 6] === destination[2]
    );
  }

  #hash(): number {
    return this.#ends(this.#source, 0, this.#ports >>> 16) + this.#ends(this.#destination, 0, this.#ports & 0xffff);
  }

  /** The hash of one end. Both directions have the same sum. */
  #ends(words: Uint32Array, at: number, port: number): number {
    let hash = this.#seed ^ port;
    for (let word = 0; word < 4; word += 1) {
      hash = Math.imul(hash ^ words[at + word]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca77);
    return hash ^ (hash >>> 13);
  }

  #rehash(): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(2 * old.length);
    const mask = this.#slots.length - 1;
    for (const entry of old) {
      if (entry === 0) continue;
      const at = this.numbersAt(entry - 1);
      const ports = this.numbers[at + PORTS]!;
      let slot = (this.#ends(this.numbers, at, ports >>> 16) + this.#ends(this.numbers, at + 4, ports & 0xffff)) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry;
    }
  }
}

/** The two ports in the other order. */
function swapped(ports: number): number {
  return ((ports << 16) | (ports >>> 16)) >>> 0;
}
