import {
  BEGINNERS,
  OUTCOMES,
  WIRES,
  type ConnectionSummary,
  type ProgramEnd,
  type SourceStatus,
} from '../trace/trace.ts';
import type { Fields, FieldsFor } from './fields.ts';
import { LIMITS } from './limits.ts';
import { SIDES, STREAMS } from './step-fields.ts';

/** `tells` may be any text: an old page then accepts the sources of a newer bridge. */
const SOURCE_FIELDS = {
  name: 'text',
  'tells?': 'text',
  'side?': SIDES,
  'samples?': 'flag',
  active: 'flag',
  'why?': 'text',
} as const satisfies FieldsFor<SourceStatus>;

const LINE = { fields: { stream: STREAMS, line: 'text' } } as const;

export const SERVER_FIELDS = {
  /** `external`: not started by this bridge. `stopped`: the bridge ended it, or has not started it yet. */
  state: ['starting', 'listening', 'exited', 'stopped', 'external'],
  'command?': 'text',
  'pid?': 'integer',
  'exitCode?': 'integer',
  'signal?': 'text',
  /** Why it could not be started: an errno name. */
  'notStarted?': 'text',
  /** Where it listens, as its sockets are bound: `127.0.0.1:65432`. Absent if the kernel does not show it. */
  'listensOn?': { list: 'text' },
  /**
   * Why runs do not reach it. `OTHER_PORT`, `OTHER_ADDRESS`: it listens, but not where clients connect to. `SLOW`: it has
   * not listened for longer than runs wait. `PORT_HELD`: it has ended, and another program listens in its place.
   */
  'trouble?': ['OTHER_PORT', 'OTHER_ADDRESS', 'SLOW', 'PORT_HELD'],
  /** It went to the background, as a daemon does: its first process has ended well, and another listens. */
  'inBackground?': 'flag',
  /** The system call in which the program is blocked now, if it can be seen: `accept4`, `epoll_wait`. */
  'blockedIn?': 'text',
  /** How many lines it has printed since it was started. */
  'printed?': 'integer',
  /** `output` holds only the lines since the `hello` before: the others have been sent. */
  'outputIsNew?': 'flag',
  /** The last lines that the program printed, oldest first. */
  output: { list: LINE },
  /** Lines that have begun, and that nothing has followed for a while, such as a question. */
  'unfinished?': { list: LINE },
} as const satisfies Fields;

const PROGRAM_END_FIELDS = {
  'exitCode?': 'integer',
  'signal?': 'text',
  'notStarted?': 'text',
} as const satisfies FieldsFor<ProgramEnd>;

const CONNECTION_FIELDS = {
  connection: 'integer',
  at: 'number',
  endAt: 'number',
  peer: 'text',
  'port?': 'integer',
  outcome: OUTCOMES,
  'error?': 'text',
  'leftOut?': { fields: { 'lines?': 'integer', 'steps?': 'integer' } },
} as const satisfies FieldsFor<ConnectionSummary>;

/** How a run ended: in `done`, and in a trace file. */
export const RESULT_FIELDS = {
  outcome: OUTCOMES,
  'reply?': { fields: { text: { text: 1024 * 1024 }, hex: { hex: 1024 * 1024 } } },
  /** The errno name or the limit behind the outcome, if there was one. */
  'error?': 'text',
  /** From connect() to the last thing that the steps show: what happens last in the picture. */
  durationUs: 'number',
  /** Microseconds before connect() that the run waited for the server program to listen, if it did. */
  'waitedUs?': 'number',
  /** What there was too much of. */
  'leftOut?': { fields: { 'lines?': 'integer', 'steps?': 'integer', 'connections?': 'integer' } },
  /** How the client program ended. */
  'client?': { fields: PROGRAM_END_FIELDS },
  /** All connections of the client program; absent if it made only one. */
  'connections?': { list: { fields: CONNECTION_FIELDS }, most: LIMITS.connectionsPerRun },
  /** How the link treated the run's packets, with the seed that was used. */
  'link?': 'link',
  /** The sources that this run really had. */
  sources: { list: { fields: SOURCE_FIELDS }, most: 32 },
} as const satisfies Fields;

/** What the bridge sends to a page, by `type`. */
export const MESSAGE_FIELDS = {
  hello: {
    version: 'text',
    wire: WIRES,
    /** Why the better wire is not in use: a stable code. */
    'wireWhy?': 'text',
    /** The same in a sentence, with the command that would change it, if there is one. */
    'wireMessage?': 'text',
    /** `host:port`. */
    target: 'text',
    server: { fields: SERVER_FIELDS },
    /** The client program that the operator has set, and the sources of its runs: absent if there is none. */
    'client?': { fields: { command: 'text', sources: { list: { fields: SOURCE_FIELDS }, most: 32 } } },
    /** Present if the connections that others make to the target are shown. `notShown`: how many there was no room for. */
    'watch?': { fields: { notShown: 'integer' } },
    /** Whether this page may start and stop the server program. */
    mayControl: 'flag',
    sources: RESULT_FIELDS.sources,
    limits: 'limits',
  },
  /**
   * A run that no page asked for has begun: every page gets its steps and its end too. No page can cancel it. Its id is
   * one that no page uses.
   */
  begun: {
    id: 'runId',
    /**
     * Who opens its connections. `enter`: a program that the operator has started on the client's host. `watch`: somebody
     * who connects to the watched port.
     */
    by: BEGINNERS,
    /** The command line of the client program. For `watch`, its `address:port` if the command line is not known. */
    'client?': 'text',
    /** The sources that it is expected to have. */
    sources: RESULT_FIELDS.sources,
  },
  /** New steps of a run. A step with an id that was sent before replaces the former: more became known. */
  steps: { id: 'runId', steps: { list: 'step' } },
  done: {
    id: 'runId',
    /** When the client called connect(), ISO 8601 in UTC. */
    'startedAt?': 'text',
    /** `host:port`, if the run had a server of its own. */
    'target?': 'text',
    ...RESULT_FIELDS,
  },
  error: { 'id?': 'runId', code: 'text', message: 'text' },
} as const satisfies { [type: string]: Fields };
