/** A reply can be a thousand digits long. */
export function shortened(text: string): string {
  const characters = [...text];
  return characters.length > 40 ? `${characters.slice(0, 30).join('')}…${characters.slice(-6).join('')}` : text;
}
