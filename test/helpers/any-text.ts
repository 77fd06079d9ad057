import fc from 'fast-check';

/** Code points from U+D800 to U+DFFF are halves of a pair, and no characters. */
const FIRST_HALF = 0xd800;
const HALVES = 0x800;

/** Any character. `fc.string({ unit: 'binary' })` draws the same, but first makes a table of all, which takes seconds. */
export const anyCharacter = fc
  .nat(0x10ffff - HALVES)
  .map((place) => String.fromCodePoint(place < FIRST_HALF ? place : place + HALVES), placeOf);

/** @throws if the value is not one character: fast-check asks for this of any value */
function placeOf(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (code === undefined || text !== String.fromCodePoint(code)) throw new Error('not a character');
  if (code < FIRST_HALF) return code;
  if (code < FIRST_HALF + HALVES) throw new Error('half a character');
  return code - HALVES;
}

/** Any text of whole characters. */
export const anyText = (constraints: fc.StringConstraints = {}): fc.Arbitrary<string> =>
  fc.string({ ...constraints, unit: anyCharacter });
