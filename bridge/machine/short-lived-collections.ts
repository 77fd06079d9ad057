/**
 * A Map and a Set for values that come and go by the thousand. V8 replaces a full table with a larger one, and the old
 * table points to the new one. Once such a table is in the old generation, it keeps all later tables alive until the
 * next full collection, each with the values that it held. A busy bridge spent a sixth of its time on runs that were
 * long over. So here a table holds boxes, and a box is emptied when its value leaves.
 *
 *     old table ─▶ table ─▶ table ─▶ current table ─▶ boxes ─▶ values
 *                    └▶ empty boxes
 */
interface Box<Value> {
  value: Value | undefined;
}

export class ShortLivedMap<Key extends number | string, Value extends object> {
  readonly #boxes = new Map<Key, Box<Value>>();

  get size(): number {
    return this.#boxes.size;
  }

  has(key: Key): boolean {
    return this.#boxes.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#boxes.get(key)?.value;
  }

  set(key: Key, value: Value): void {
    const former = this.#boxes.get(key);
    if (former) former.value = undefined;
    this.#boxes.set(key, { value });
  }

  delete(key: Key): void {
    const box = this.#boxes.get(key);
    if (!box) return;
    box.value = undefined;
    this.#boxes.delete(key);
  }

  clear(): void {
    for (const key of this.#boxes.keys()) this.delete(key);
  }

  keys(): IterableIterator<Key> {
    return this.#boxes.keys();
  }

  /** From the oldest to the youngest, without values that are removed meanwhile. */
  values(): Generator<Value> {
    return valuesIn(this.#boxes.values());
  }
}

export class ShortLivedSet<Value extends object> {
  readonly #boxes = new Set<Box<Value>>();

  get size(): number {
    return this.#boxes.size;
  }

  /** Returns a function that removes the value. */
  add(value: Value): () => void {
    const box: Box<Value> = { value };
    this.#boxes.add(box);
    return () => {
      box.value = undefined;
      this.#boxes.delete(box);
    };
  }

  /** From the oldest to the youngest, without values that are removed meanwhile. */
  [Symbol.iterator](): Generator<Value> {
    return valuesIn(this.#boxes);
  }
}

function* valuesIn<Value>(boxes: Iterable<Box<Value>>): Generator<Value> {
  for (const { value } of boxes) if (value !== undefined) yield value;
}
