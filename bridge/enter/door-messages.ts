/** What passes through the door, one JSON object a line. After `welcome`, the tracer's reports follow on the same stream. */

/** The first line of who comes: what they want to start. */
export interface Knock {
  what: 'knock';
  /** For pages: what the program is called. */
  command: string;
  /** Whether an interactive shell is started: then each of its commands is shown by itself. */
  isShell: boolean;
  /** The working directory. */
  folder: string;
}

/** Asks which bridge this is. */
export interface Ask {
  what: 'ask';
}

/** The answer to `ask`. */
export interface Here {
  what: 'here';
  /** The URL of its page, without a token. */
  url: string;
}

/** The answer to `knock`: come in, by this command. */
export interface Welcome {
  what: 'welcome';
  /** What comes before the program's own command. */
  prefix: string[];
  /** Where the server is, as a program there names it: `host:port`. */
  target: string;
}

/** The program could not be let in, or cannot be shown. */
export interface Refusal {
  what: 'refusal';
  code: string;
  message: string;
}

/** The last line of who came: how the program ended. */
export interface Left {
  what: 'left';
  code: number;
  signal: number;
}

export type FromDoor = Here | Welcome | Refusal;

/** The longest first line. */
export const KNOCK_LENGTH = 65_536;
