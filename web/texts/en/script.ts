import type { ScenarioServer } from '../../../bridge/trace/scenario-server.ts';
import type { Operation } from '../../../bridge/trace/script.ts';
import type { Form } from '../../own-script/line.ts';
import type { LineProblem } from '../../own-script/script-of.ts';

/** What is said of a script of one's own. A word that is missing fails the type check, in either language. */
export interface ScriptTexts {
  about: string;
  lines: string;
  line: (order: number) => string;
  operation: string;
  operations: Record<Operation['do'], string>;
  /** What an operation does, in a few words. */
  means: Record<Operation['do'], string>;
  form: string;
  forms: Record<Form, string>;
  data: string;
  times: string;
  nagle: string;
  nagleMeans: string;
  ms: string;
  bytes: string;
  untilEnd: string;
  up: (order: number) => string;
  down: (order: number) => string;
  remove: (order: number) => string;
  moved: (order: number) => string;
  removed: (order: number) => string;
  add: string;
  none: string;
  server: string;
  ownServer: string;
  servers: Record<ScenarioServer, string>;
  needsLab: string;
  wire: (settings: string) => string;
  run: string;
  copy: string;
  copied: string;
  tooLongForAddress: string;
  wrong: (count: number) => string;
  problems: Record<LineProblem, string>;
}

/** In English. */
export const enScript: ScriptTexts = {
  about: 'What the client does once it is connected, line by line. After the last line it closes.',
  lines: 'The lines of the script',
  line: (order) => `Line ${order}`,
  operation: 'What it does',
  operations: {
    send: 'send()',
    recv: 'recv()',
    wait: 'wait',
    shutdown: 'shutdown()',
    close: 'close()',
    reset: 'reset',
  },
  means: {
    send: 'hands bytes to the kernel',
    recv: 'reads: until the server ends, or until so many bytes are there',
    wait: 'does nothing for a while',
    shutdown: 'ends its own direction (FIN) and can still read',
    close: 'closes the socket (FIN)',
    reset: 'aborts the connection (RST)',
  },
  form: 'written as',
  forms: { text: 'text', hex: 'hex', number: 'number' },
  data: 'The bytes',
  times: 'times',
  nagle: 'Nagle',
  nagleMeans: 'Nagle’s algorithm holds a small segment back while another is not acknowledged.',
  ms: 'ms',
  bytes: 'bytes',
  untilEnd: 'to the end',
  up: (order) => `Move line ${order} up`,
  down: (order) => `Move line ${order} down`,
  remove: (order) => `Remove line ${order}`,
  moved: (order) => `It is line ${order} now.`,
  removed: (order) => `Line ${order} is removed.`,
  add: 'Add a line',
  none: 'No line yet.',
  server: 'Server',
  ownServer: 'the one that is running',
  servers: {
    nobody: 'nobody listens',
    'never-accepts': 'never accepts',
    'full-backlog': 'full backlog',
    'reads-slowly': 'reads slowly',
    'answers-late': 'answers late',
    'four-bytes': 'reads four bytes at a time',
    dies: 'is killed at the first bytes',
    restarts: 'restarts on the same port',
  },
  needsLab: 'Another server needs the lab.',
  wire: (settings) => `On the wire as set above: ${settings}.`,
  run: 'Run this script',
  copy: 'Copy the address',
  copied: 'Copied',
  tooLongForAddress: 'This script is too long for the page’s address: it is not kept there.',
  wrong: (count) => (count === 1 ? 'One line is not right yet.' : `${count}\u00a0lines are not right yet.`),
  problems: {
    TEXT_ESCAPE: 'After a backslash comes n, r, t, 0, another backslash, or x and two hex digits.',
    HEX_DIGITS: 'Hex is written with 0 to 9 and a to f.',
    HEX_ODD: 'Two hex digits make a byte: one is missing.',
    NUMBER_MISSING: 'Type a whole number.',
    NUMBER_DIGITS: 'Only digits: a whole number, 0 or more.',
    NUMBER_TOO_LARGE: 'A number has at most 1024\u00a0bytes here.',
    TIMES: 'From 1 to 64\u00a0times.',
    WAIT: 'From 0 to 20000\u00a0milliseconds.',
    RECV_BYTES: 'From 1 to 1048576\u00a0bytes, or nothing.',
    AFTER_END: 'Nothing can follow close() or reset.',
    AFTER_SHUTDOWN: 'After shutdown() nothing more can be sent or shut down.',
    TOO_MANY_LINES: 'A script has at most 64\u00a0lines.',
    TOO_MANY_BYTES: 'Up to here it is more than 1\u00a0MiB, the most that a script sends.',
    TOO_LONG: 'Up to here the script is too long for one message to the bridge.',
    WAITS_TOO_LONG: 'Up to here it waits for more than 20\u00a0seconds, the most that a run lasts.',
  },
};
