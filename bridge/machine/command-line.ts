import { readFileSync } from 'node:fs';

/** Characters of a command line that are read. */
const LONGEST_COMMAND = 400;

/** The command line of a process, as somebody could have typed it; undefined if it has ended. Linux only. */
export function commandLineOf(pid: number): string | undefined {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return words.length === 0 ? undefined : words.map(quoted).join(' ').slice(0, LONGEST_COMMAND);
  } catch {
    return undefined;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
