/** Bytes as a trace holds them: hex text. */

export function bytesFromHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor(hex.length / 2));
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  return bytes;
}

/** `0079` → `00 79`. An ellipsis replaces the bytes after the first `limit`. */
export function spacedHex(hex: string, limit = Infinity): string {
  const pairs = hex.match(/../g) ?? [];
  return pairs.length > limit ? `${pairs.slice(0, limit).join(' ')} …` : pairs.join(' ');
}

// Control characters cannot be shown as text: such bytes are easier to read as hex.
const PRINTABLE = /^[^\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Zl}\p{Zp}\uFFFD]+$/u;

/** The bytes as UTF-8 text, or undefined if they are not text that a person can read. */
export function textFromHex(hex: string): string | undefined {
  if (hex === '') return undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytesFromHex(hex));
    return PRINTABLE.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}
