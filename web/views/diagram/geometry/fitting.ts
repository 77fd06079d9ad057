/** Width of a character at the picture's text size, in the picture's units. */
export const CHARACTER = 7.3;

/** The first wording that fits. If none does, the last one, cut. */
export function fitting(wordings: string[], room: number): string {
  if (wordings.length === 0) return '';
  const most = Math.max(2, Math.floor(room / CHARACTER));
  const fits = wordings.find((text) => [...text].length <= most);
  const last = [...wordings.at(-1)!];
  return fits ?? `${last.slice(0, most - 1).join('')}…`;
}
