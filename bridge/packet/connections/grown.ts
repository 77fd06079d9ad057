type Numbers = Uint32Array | Float64Array;

/** The array, or a copy with room for as many numbers and half as many again. */
export function grown<Array extends Numbers>(array: Array, length: number): Array {
  if (length <= array.length) return array;
  const larger = new (array.constructor as new (length: number) => Array)(Math.ceil(length * 1.5));
  larger.set(array);
  return larger;
}
