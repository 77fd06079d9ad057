/** Numbers at the edges of what a field can hold. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const MOST_CHANGES = 4;

export type Random = () => number;

export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[below(random, values.length)]!;
}

/** A copy of some bytes, changed in a few places: numbers, cuts, repetitions, pieces of other bytes. */
export function mutate(random: Random, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let changed: Uint8Array = bytes.slice();
  for (let changes = 1 + below(random, MOST_CHANGES); changes > 0; changes -= 1)
    changed = change(random, changed, others);
  return changed;
}

function change(random: Random, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = below(random, bytes.length + 1);
  const length = 1 + below(random, 16);
  switch (below(random, 8)) {
    case 0:
    case 1:
      bytes[at] = below(random, 256);
      return bytes;
    case 2:
      return withNumber(random, bytes, at);
    case 3:
      bytes[at] = bytes[at]! ^ (1 << below(random, 8));
      return bytes;
    case 4:
      return bytes.subarray(0, at);
    case 5:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    case 6:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length)));
    default: {
      const other = pick(random, others);
      const from = below(random, other.length);
      return joined(bytes.subarray(0, at), other.subarray(from, from + length), bytes.subarray(at + length));
    }
  }
}

/** In one, two or four bytes, of either order. */
function withNumber(random: Random, bytes: Uint8Array, at: number): Uint8Array {
  const width = pick(random, [1, 2, 4]);
  if (at + width > bytes.length) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const number = pick(random, EDGES);
  const little = random() < 0.5;
  if (width === 1) view.setUint8(at, number & 0xff);
  else if (width === 2) view.setUint16(at, number & 0xffff, little);
  else view.setUint32(at, number, little);
  return bytes;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
