/**
 * Text typed on one line. Bytes that have no visible character are escaped as in Python and C: `\n`, `\r`, `\t`, `\0`,
 * `\\`, and `\xNN` for any byte. Everything else is UTF-8.
 */
const ESCAPES: Record<string, number> = { n: 0x0a, r: 0x0d, t: 0x09, '0': 0x00, '\\': 0x5c };
const PART = /\\x([0-9a-fA-F]{2})|\\([nrt0\\])|([^\\]+)|\\/g;

/** The bytes as hex, or undefined if a backslash begins none of these escapes. */
export function hexOfTyped(typed: string): string | undefined {
  const bytes: number[] = [];
  for (const [, hex, letter, plain] of typed.matchAll(PART)) {
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else if (letter !== undefined) bytes.push(ESCAPES[letter]!);
    else if (plain !== undefined) for (const byte of new TextEncoder().encode(plain)) bytes.push(byte);
    else return undefined;
  }
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** What one would type for this text. */
export function typedOf(text: string): string {
  const names = Object.entries(ESCAPES);
  return [...text]
    .map((character) => {
      const escape = names.find(([, code]) => code === character.codePointAt(0));
      return escape ? `\\${escape[0]}` : character;
    })
    .join('');
}
