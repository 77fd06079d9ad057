/** What can be wrong with a request or a setting, by stable code. The error's message is for people who read a log. */
export type ErrorCode =
  | 'BAD_JSON'
  | 'BAD_MESSAGE'
  | 'UNKNOWN_MESSAGE'
  | 'NOT_TEXT'
  | 'MESSAGE_TOO_LARGE'
  | 'TOO_MANY_MESSAGES'
  | 'TOO_MANY_RUNS'
  | 'BAD_SCRIPT'
  | 'RUN_ID_IN_USE'
  | 'NO_SUCH_RUN'
  | 'LINK_NEEDS_LAB'
  | 'SERVER_NEEDS_LAB'
  | 'TOO_MANY_SERVERS'
  | 'NO_CLIENT_PROGRAM'
  | 'TOO_MANY_CLIENTS'
  | 'ENTER_NEEDS_LAB'
  | 'NOT_HELD'
  | 'SERVER_NOT_OWNED'
  | 'SERVER_RUNNING'
  | 'SERVER_NOT_RUNNING'
  | 'SERVER_NOT_STARTED'
  | 'CONTROL_NOT_ALLOWED'
  | 'ORIGIN_NOT_ALLOWED'
  | 'HOST_NOT_ALLOWED'
  | 'TOKEN_REQUIRED'
  | 'TOO_MANY_PAGES'
  | 'TOO_MANY_UPGRADES'
  | 'TOO_MANY_GUESSES'
  | 'BAD_EXPECTATION'
  | 'HTTP_VERSION'
  | 'BAD_REQUEST'
  | 'HEADERS_TOO_LARGE'
  | 'REQUEST_TIMEOUT'
  | 'NOT_FOUND'
  | 'BAD_OPTION'
  | 'WIRE_UNAVAILABLE'
  | 'NOTHING_CAPTURED'
  | 'FILE_UNREADABLE'
  | 'UNSUPPORTED_COMPRESSION'
  | 'NOT_A_CAPTURE'
  | 'CAPTURE_DAMAGED'
  | 'NO_SUCH_CONNECTION'
  | 'NOT_SAVED'
  | 'ADDRESS_IN_USE'
  | 'ADDRESS_UNAVAILABLE'
  | 'SHUTTING_DOWN'
  | 'INTERNAL';

export class BridgeError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { cause: unknown }) {
    super(message, options);
    this.name = 'BridgeError';
    this.code = code;
  }
}

/** Adds the command that would help to a sentence about something missing, if there is such a command. */
export function withRemedy(sentence: string, remedy: string | undefined): string {
  return remedy === undefined ? sentence : `${sentence} This would help: ${remedy}`;
}
