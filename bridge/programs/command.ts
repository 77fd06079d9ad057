/** What to run: a shell's command line, or a file with its arguments. */
export type Command = { line: string } | { file: string; arguments: string[]; shownAs: string };

/** The command as people read it. */
export function shownAs(command: Command): string {
  return 'line' in command ? command.line : command.shownAs;
}

/** The file to run, and its arguments. */
export function argumentsOf(command: Command): string[] {
  return 'line' in command ? ['/bin/sh', '-c', command.line] : [command.file, ...command.arguments];
}
