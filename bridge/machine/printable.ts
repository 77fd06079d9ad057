/**
 * What a terminal obeys instead of showing it: control characters (also those beyond ASCII, as U+009B begins a command
 * too), marks that turn the direction of writing or are not seen at all, and the ends of lines and paragraphs of Unicode.
 */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The text with such characters shown as `\x1b`, `\u202e`; line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(OBEYED, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** The same for JSON, which then still says what it said. */
export function printableJson(json: string): string {
  return json.replace(OBEYED, (character) => (character === '\n' ? character : units(character)));
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : units(character);
}

/** By UTF-16 code units, as JSON has it (RFC 8259 §7). */
function units(character: string): string {
  const codes = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
}
