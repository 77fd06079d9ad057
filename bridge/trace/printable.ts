/**
 * Characters that a terminal obeys instead of showing them: control characters (those beyond ASCII too, because U+009B
 * begins a command), marks that are invisible or turn the direction of writing, and Unicode's line and paragraph ends.
 */
const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Returns the text with such characters written as `\x1b` or `\u202e`. Line ends and tabs stay. */
export function printable(text: string): string {
  return text.replace(OBEYED, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

/** The same for JSON, which keeps its meaning. */
export function printableJson(json: string): string {
  return json.replace(OBEYED, (character) => (character === '\n' ? character : units(character)));
}

/**
 * What a program sends to a terminal so that its text looks better (ECMA-48 §8.3): colours and bold (SGR), the erased end of
 * a line (EL), and modes such as a hidden cursor (SM, RM).
 */
// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const STYLE = /\x1b\[[?>=]?[\d;:]*[mKhl]/g;

/** Returns the text as it reads without such a terminal. Anything else that a terminal obeys stays. */
export function withoutStyle(text: string): string {
  return text.replace(STYLE, '');
}

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : units(character);
}

/** UTF-16 code units, as JSON escapes them (RFC 8259 §7). */
function units(character: string): string {
  const codes = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return codes.map((code) => `\\u${code.toString(16).padStart(4, '0')}`).join('');
}
