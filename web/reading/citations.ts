/** A piece of a text: plain, or the name of an RFC or of one of its sections, with its address. */
export interface Piece {
  text: string;
  /** Present if the piece is a name: the whole of it, which the piece may shorten. */
  cites?: { href: string; name: string };
}

const RFC = /RFC (\d+)(?: (§\d+(?:\.\d+)*(?:, §\d+(?:\.\d+)*)*))?/g;

/** `RFC 9293 §3.5.2, §3.10.7.1` names two sections: the second is a piece of its own. */
export function citationsIn(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(RFC)) {
    const [all, rfc = '', sections] = match;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
    end = match.index + all.length;
    if (sections === undefined) pieces.push(citation(all, rfc));
    else
      sections.split(', ').forEach((section, index) => {
        if (index > 0) pieces.push({ text: ', ' });
        pieces.push(citation(index > 0 ? section : `RFC ${rfc} ${section}`, rfc, section.slice(1)));
      });
  }
  if (end < text.length) pieces.push({ text: text.slice(end) });
  return pieces;
}

function citation(text: string, rfc: string, section?: string): Piece {
  const href = `https://www.rfc-editor.org/rfc/rfc${rfc}`;
  const name = `RFC ${rfc}`;
  const cites =
    section === undefined ? { href, name } : { href: `${href}#section-${section}`, name: `${name} §${section}` };
  return { text, cites };
}
