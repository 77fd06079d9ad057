/**
 * A Map and a Set for what comes and goes by the thousand. V8 gives a table that is full a successor and has it point there;
 * once one such table has grown old, all after it stay until the next full collection, each with whatever it held when it was
 * full. A busy bridge spent a sixth of its time on runs that were long over. Here a table holds boxes, emptied as they leave.
 *
 *     old table ─▶ table ─▶ table ─▶ table of now ─▶ boxes ─▶ values
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

  /** From the oldest to the youngest; one that leaves in between is left out. */
  values(): Generator<Value> {
    return valuesIn(this.#boxes.values());
  }
}

export class ShortLivedSet<Value extends object> {
  readonly #boxes = new Set<Box<Value>>();

  get size(): number {
    return this.#boxes.size;
  }

  /** Answers how to take it out again. */
  add(value: Value): () => void {
    const box: Box<Value> = { value };
    this.#boxes.add(box);
    return () => {
      box.value = undefined;
      this.#boxes.delete(box);
    };
  }

  /** From the oldest to the youngest; one that leaves in between is left out. */
  [Symbol.iterator](): Generator<Value> {
    return valuesIn(this.#boxes);
  }
}

function* valuesIn<Value>(boxes: Iterable<Box<Value>>): Generator<Value> {
  for (const { value } of boxes) if (value !== undefined) yield value;
}
