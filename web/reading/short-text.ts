import { printable } from '../../bridge/trace/printable.ts';

/** Texts made short enough to show. */

/**
 * Cuts a text of more than `most` characters: an ellipsis replaces what comes after the first ones, or before the last.
 */
export function shortened(text: string, most: number, { first = most, last = 0 } = {}): string {
  const characters = [...text];
  if (characters.length <= most) return text;
  return `${characters.slice(0, first).join('')}…${characters.slice(characters.length - last).join('')}`;
}

/** A reply can be a thousand digits long: its beginning and its end are enough. */
export function shortReply(text: string): string {
  return shortened(text, 40, { first: 30, last: 6 });
}

/** A command line with its programs and files, without the folders that they are in. */
export function shortCommand(command: string): string {
  return printable(command).replaceAll(/(['"]?)(?:[A-Za-z]:)?[^\s'"=]*[/\\]([^\s'"/\\]+)\1/g, '$2');
}
