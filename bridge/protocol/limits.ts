/**
 * What a page may ask for, and how many may ask. These are the defaults: `access/effective-limits.ts` makes the limits in effect from
 * them, and `hello` has those. If only this machine reaches the bridge, the limits for one address do not apply.
 */
export const LIMITS = {
  /** TCP connections, whatever they carry. */
  connectionsPerAddress: 256,
  connectionsInAll: 10_000,
  pagesPerAddress: 128,
  pagesInAll: 8192,
  /** Wrong tokens, on all routes. */
  guessesPerMinutePerAddress: 60,
  guessesPerMinuteInAll: 6000,
  /** WebSockets opened by those who may open one. */
  upgradesPerMinutePerAddress: 600,
  upgradesPerMinuteInAll: 60_000,
  /** Milliseconds until a request must be complete. */
  requestMs: 10_000,
  /** Milliseconds between two pings. A page that sends nothing from one to the next is dropped. */
  pingMs: 30_000,
  /** Bytes that may wait for pages that read slowly. Above that, the page with the most of them is dropped first. */
  unsentBytesPerPage: 8 * 1024 * 1024,
  unsentBytesInAll: 256 * 1024 * 1024,
  messageBytes: 64 * 1024,
  /** From one page. */
  messagesPerSecond: 10_000,
  /** Messages of one page that get an error, and pings and pongs. */
  faultsPerSecond: 2000,
  messagesPerSecondPerAddress: 20_000,
  messagesPerSecondInAll: 100_000,
  runsPerPage: 128,
  runsPerAddress: 256,
  runsInAll: 1024,
  /** Programs for runs with a `server`: one for each run. */
  scenarioServersPerAddress: 8,
  scenarioServers: 16,
  operationsPerRun: 64,
  /** Client programs that run at a time, and connections of one that are listed. All of them share the steps of a run. */
  clientPrograms: 8,
  connectionsPerRun: 10_000,
  /** Programs of an entered host that are shown at a time. */
  sharedRuns: 256,
  /** Lines that a client program may print before it is ended. */
  linesPerClient: 100_000,
  /** In all sends of a run; a repeated send counts each time. */
  sendBytesPerRun: 1024 * 1024,
  replyBytes: 1024 * 1024,
  /** A trace has room for so many reports; a run that has more goes on untold. */
  stepsPerRun: 10_000,
  /** Milliseconds from the start of a run to its `timeout`. */
  runMs: 20_000,
  /** The same for a client program, which nobody knows beforehand. */
  clientRunMs: 60_000,
  /** The same for a run whose segments are held: a person needs time to think. */
  heldRunMs: 1_800_000,
} as const;
/** The last lines of a server program that the bridge and its pages keep. */
export const KEPT_LINES = 50;
export type Limits = { readonly [name in keyof typeof LIMITS]: number };

/** What pages may do. */
export interface Terms {
  /** Whether they may start and stop the server program. */
  readonly mayControl: boolean;
  readonly limits: Limits;
}
