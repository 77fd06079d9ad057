import { bytesSent, type Operation, type Script } from '../../bridge/trace/script.ts';
import { MOST_WAIT_MS, operationOf, type FieldProblem, type Line } from './line.ts';

/** The bridge's limits for a whole script. A test compares them with the bridge's own. */
export const MOST_LINES = 64;
export const MOST_SENT_BYTES = 1024 * 1024;
/** Characters of a script in a message. The rest of the message's limit is for the wire's settings. */
export const MOST_CHARACTERS = 60 * 1024;

/** A stable code for what is wrong with a line in its place. */
export type PlaceProblem =
  'AFTER_END' | 'AFTER_SHUTDOWN' | 'TLS_TWICE' | 'TOO_MANY_LINES' | 'TOO_MANY_BYTES' | 'TOO_LONG' | 'WAITS_TOO_LONG';
export type LineProblem = FieldProblem | PlaceProblem;

export type ReadScript = { script: Script } | { problems: readonly (LineProblem | undefined)[] };

/**
 * The script that the lines mean, or what is wrong with each line. It refuses what the bridge would refuse. No lines
 * give an empty script without problems.
 */
export function scriptOf(lines: readonly Line[]): ReadScript {
  const script: Script = [];
  const sums = { sent: 0, waited: 0, characters: 0 };
  let hasTls = false;
  let ended: 'shutdown' | 'close' | 'reset' | undefined;
  const problems = lines.map((line, index): LineProblem | undefined => {
    const operation = operationOf(line);
    if (typeof operation === 'string') return operation;
    script.push(operation);
    const misplaced = operation.do === 'tls' && hasTls ? 'TLS_TWICE' : misplacedAfter(ended, operation);
    hasTls ||= operation.do === 'tls';
    if (operation.do === 'shutdown' || operation.do === 'close' || operation.do === 'reset')
      ended = ended === 'close' || ended === 'reset' ? ended : operation.do;
    return misplaced ?? (index >= MOST_LINES ? 'TOO_MANY_LINES' : tooMuch(operation, sums));
  });
  return problems.some((problem) => problem !== undefined) ? { problems } : { script };
}

function misplacedAfter(ended: string | undefined, operation: Operation): PlaceProblem | undefined {
  if (ended === 'close' || ended === 'reset') return 'AFTER_END';
  if (ended !== 'shutdown') return undefined;
  return operation.do === 'send' || operation.do === 'tls' || operation.do === 'shutdown'
    ? 'AFTER_SHUTDOWN'
    : undefined;
}

/** Adds an operation to the sums. Returns a problem if a sum is now too large. */
function tooMuch(
  operation: Operation,
  sums: { sent: number; waited: number; characters: number },
): PlaceProblem | undefined {
  if (operation.do === 'send') sums.sent += bytesSent(operation);
  if (operation.do === 'wait') sums.waited += operation.ms;
  sums.characters += JSON.stringify(operation).length + 1;
  if (operation.do === 'send' && sums.sent > MOST_SENT_BYTES) return 'TOO_MANY_BYTES';
  if (operation.do === 'wait' && sums.waited > MOST_WAIT_MS) return 'WAITS_TOO_LONG';
  return sums.characters > MOST_CHARACTERS ? 'TOO_LONG' : undefined;
}
