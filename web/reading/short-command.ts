/** A command line as a person would say it: programs and files without the folders that they lie in. */
export function shortCommand(command: string): string {
  return command.replaceAll(/(['"]?)(?:[A-Za-z]:)?[^\s'"=]*[/\\]([^\s'"/\\]+)\1/g, '$2');
}
