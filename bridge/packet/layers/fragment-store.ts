interface Part {
  offset: number;
  bytes: Uint8Array;
}

interface Datagram {
  /** In order of their offsets. */
  parts: Part[];
  /** The length of the whole, once its last fragment is here. */
  length: number | undefined;
  /** Bytes held. */
  held: number;
  /** The record of its first fragment. */
  first: RecordPlace;
}

/** Where a record begins in the file, in bytes, and the number of its frame. */
export interface RecordPlace {
  position: number;
  frameNumber: number;
}

/** An IP packet put together from its fragments. */
export interface Whole {
  bytes: Uint8Array;
  first: RecordPlace;
}

/** What hostile fragments may make us hold. */
const MOST_DATAGRAMS = 1024;
const MOST_BYTES = 8 * 1024 * 1024;
const MOST_PARTS = 2048;
/** IPv4 and IPv6 have 13 bits for an offset in units of eight bytes. */
const LONGEST = 65_535 + 8;

/**
 * Puts IP packets together from their fragments (RFC 791 §3.2, RFC 8200 §4.5), in any order, each as often as it likes.
 * Of bytes that two fragments have, those of the fragment that begins first count. It holds a bounded number of bytes:
 * the oldest packets make room.
 */
export class FragmentStore {
  readonly #datagrams = new Map<string, Datagram>();
  #held = 0;
  /** Fragments of packets that never became whole, so far. */
  #lost = 0;

  /** Fragments that led to nothing: those of packets that were dropped, and of those that are not whole yet. */
  get lost(): number {
    let waiting = 0;
    for (const { parts } of this.#datagrams.values()) waiting += parts.length;
    return this.#lost + waiting;
  }

  /**
   * @param key what all fragments of a packet have in common
   * @param bytes a view, which is copied
   * @param place of the fragment's record
   */
  add(key: string, offset: number, more: boolean, bytes: Uint8Array, place: RecordPlace): Whole | undefined {
    const datagram = this.#datagrams.get(key) ?? this.#begin(key, place);
    const end = offset + bytes.length;
    if (end > LONGEST || bytes.length === 0 || datagram.parts.length >= MOST_PARTS) {
      this.#lost += 1;
      return undefined;
    }
    if (!more) datagram.length = end;
    insert(datagram.parts, { offset, bytes: bytes.slice() });
    datagram.held += bytes.length;
    this.#held += bytes.length;
    const whole =
      datagram.length !== undefined && datagram.held >= datagram.length
        ? wholeOf(datagram, datagram.length)
        : undefined;
    if (whole) this.#forget(key, datagram);
    while (this.#held > MOST_BYTES) this.#dropOldest();
    return whole && { bytes: whole, first: datagram.first };
  }

  #begin(key: string, first: RecordPlace): Datagram {
    if (this.#datagrams.size >= MOST_DATAGRAMS) this.#dropOldest();
    const datagram = { parts: [], length: undefined, held: 0, first };
    this.#datagrams.set(key, datagram);
    return datagram;
  }

  #dropOldest(): void {
    const [oldest] = this.#datagrams;
    if (!oldest) return;
    this.#lost += oldest[1].parts.length;
    this.#forget(...oldest);
  }

  #forget(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key);
    this.#held -= datagram.held;
  }
}

/** Most fragments come in order, so the place is looked for from the end. */
function insert(parts: Part[], part: Part): void {
  let at = parts.length;
  while (at > 0 && parts[at - 1]!.offset > part.offset) at -= 1;
  parts.splice(at, 0, part);
}

/** Undefined if a part is missing. */
function wholeOf({ parts }: Datagram, length: number): Uint8Array | undefined {
  let reached = 0;
  for (const { offset, bytes } of parts) {
    if (offset > reached) return undefined;
    reached = Math.max(reached, offset + bytes.length);
  }
  if (reached < length) return undefined;
  const whole = new Uint8Array(length);
  let filled = 0;
  for (const { offset, bytes } of parts) {
    const fresh = bytes.subarray(Math.max(0, filled - offset), Math.max(0, length - offset));
    if (fresh.length > 0) whole.set(fresh, Math.max(filled, offset));
    filled = Math.max(filled, Math.min(length, offset + bytes.length));
  }
  return whole;
}
