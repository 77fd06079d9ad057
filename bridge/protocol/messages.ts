/**
 * Every message between page and bridge: one WebSocket at `/ws`, JSON, checked on both ends.
 * Numbers that may outgrow a double go as decimal strings; times are microseconds since the run began.
 */
import Type, { type Static, type TLiteral, type TUnion } from 'typebox';
import { OUTCOMES } from '../trace/trace.ts';
import { SCENARIO_SERVERS } from '../trace/scenario-server.ts';
import type { Step } from '../trace/step.ts';

const strict = { additionalProperties: false } as const;

/**
 * Limits of the bridge, sent in `hello`: what a page may ask for. Those of an address are in effect where other machines
 * can reach the bridge; where only its own can, one address is everybody, and has what there is in all.
 */
export const LIMITS = {
  /** TCP connections, whatever they carry. */
  connectionsPerAddress: 256,
  connectionsInAll: 10_000,
  pagesPerAddress: 128,
  pagesInAll: 8192,
  /** Attempts to open a WebSocket. */
  upgradesPerMinutePerAddress: 600,
  upgradesPerMinuteInAll: 60_000,
  /** Milliseconds that a request may take until it is whole. */
  requestMs: 10_000,
  /** Milliseconds between two pings; a page that has not answered one before the next comes is dropped. */
  pingMs: 30_000,
  /** Bytes that wait for pages that read slowly; beyond, a page is dropped, first the one for which most waits. */
  unsentBytesPerPage: 8 * 1024 * 1024,
  unsentBytesInAll: 256 * 1024 * 1024,
  messageBytes: 64 * 1024,
  /** Of one page. */
  messagesPerSecond: 10_000,
  messagesPerSecondPerAddress: 20_000,
  messagesPerSecondInAll: 100_000,
  runsPerPage: 128,
  runsPerAddress: 256,
  runsInAll: 1024,
  /** Programs for runs with a `server`, one for each. */
  scenarioServersPerAddress: 8,
  scenarioServers: 16,
  operationsPerRun: 64,
  /** Of all sends, each counted as often as it is repeated. */
  sendBytesPerRun: 1024 * 1024,
  replyBytes: 1024 * 1024,
  stepsPerRun: 5000,
  /** Milliseconds from the start of a run to its `timeout`. */
  runMs: 20_000,
  /** The same for a run whose segments are held: somebody thinks. */
  heldRunMs: 1_800_000,
} as const;
export type Limits = { readonly [name in keyof typeof LIMITS]: number };

/** The page's own name for a run; it comes back in every message about it. */
export const RunId = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 0 })]);
export type RunId = Static<typeof RunId>;

const Operation = Type.Union([
  Type.Object(
    {
      do: Type.Literal('send'),
      hex: Type.String({ pattern: '^(?:[0-9a-fA-F]{2})*$' }),
      times: Type.Optional(Type.Integer({ minimum: 1, maximum: 64 })),
      nagle: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  Type.Object({ do: Type.Literal('wait'), ms: Type.Number({ minimum: 0, maximum: LIMITS.runMs }) }, strict),
  Type.Object(
    { do: Type.Literal('recv'), bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: LIMITS.replyBytes })) },
    strict,
  ),
  Type.Object({ do: Type.Literal('shutdown') }, strict),
  Type.Object({ do: Type.Literal('close') }, strict),
  Type.Object({ do: Type.Literal('reset') }, strict),
]);

const SegmentSelector = Type.Object(
  {
    from: Type.Optional(literals(['client', 'server'])),
    kind: Type.Optional(literals(['SYN', 'SYN+ACK', 'ACK', 'data', 'FIN', 'RST'])),
    nth: Type.Optional(Type.Integer({ minimum: 1 })),
    every: Type.Optional(Type.Boolean()),
  },
  strict,
);
const Selectors = Type.Array(SegmentSelector, { maxItems: 64 });

/** See `LinkSettings` in `trace/link.ts` for what each means. */
const Link = Type.Object(
  {
    delayMs: Type.Optional(Type.Number({ minimum: 0, maximum: LIMITS.runMs })),
    jitterMs: Type.Optional(Type.Number({ minimum: 0, maximum: LIMITS.runMs })),
    lossPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    duplicatePercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    reorderPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    kbitPerSecond: Type.Optional(Type.Number({ exclusiveMinimum: 0 })),
    // The kernel takes no maximum segment size below 88.
    mtu: Type.Optional(Type.Integer({ minimum: 128, maximum: 1500 })),
    seed: Type.Optional(Type.Integer({ minimum: 0, maximum: 0xffff_ffff })),
    hold: Type.Optional(Type.Union([Type.Boolean(), Selectors])),
    drop: Type.Optional(Selectors),
  },
  strict,
);

export const RunMessage = Type.Object(
  {
    type: Type.Literal('run'),
    id: RunId,
    script: Type.Array(Operation, { minItems: 1, maxItems: LIMITS.operationsPerRun }),
    link: Type.Optional(Link),
    /** In the lab: the server of this run alone, in place of the bridge's own. It listens on a port of its own. */
    server: Type.Optional(literals(SCENARIO_SERVERS)),
  },
  strict,
);
export const CancelMessage = Type.Object({ type: Type.Literal('cancel'), id: RunId }, strict);
export const WireMessage = Type.Object(
  {
    type: Type.Literal('wire'),
    id: RunId,
    segment: Type.String({ minLength: 1, maxLength: 128 }),
    action: literals(['deliver', 'drop', 'duplicate']),
  },
  strict,
);
export const ServerMessage = Type.Object({ type: Type.Literal('server'), action: literals(['start', 'stop']) }, strict);

/** From page to bridge, by `type`. */
export const PAGE_MESSAGES = { run: RunMessage, cancel: CancelMessage, wire: WireMessage, server: ServerMessage };
export type PageMessage =
  Static<typeof RunMessage> | Static<typeof CancelMessage> | Static<typeof WireMessage> | Static<typeof ServerMessage>;

const evidence = {
  id: Type.String(),
  at: Type.Number(),
  side: literals(['client', 'server']),
  evidence: literals(['captured', 'observed', 'inferred']),
  reason: Type.Optional(Type.String()),
};

/** What every view relies on; a step may carry more (see `trace/step.ts`), so that an old page can read a new bridge. */
const StepSchema = Type.Union([
  Type.Object({
    kind: Type.Literal('call'),
    ...evidence,
    name: Type.String(),
    args: Type.Array(Type.String()),
    startedAt: Type.Number(),
    returnedAt: Type.Optional(Type.Number()),
    result: Type.Optional(Type.String()),
    bytes: Type.Optional(Type.Number()),
    payload: Type.Optional(Type.String()),
    within: Type.Optional(
      Type.Object({ startUs: Type.Optional(Type.Number()), returnUs: Type.Optional(Type.Number()) }),
    ),
  }),
  Type.Object({
    kind: Type.Literal('segment'),
    ...evidence,
    from: literals(['client', 'server']),
    flags: Type.Array(Type.String()),
    seq: Type.Number(),
    ack: Type.Optional(Type.Number()),
    length: Type.Number(),
    payload: Type.String(),
    sentAt: Type.Number(),
    arrivedAt: Type.Optional(Type.Number()),
    fate: literals(['delivered', 'dropped', 'underway', 'held', 'unknown']),
  }),
  Type.Object({ kind: Type.Literal('state'), ...evidence, from: Type.String(), to: Type.String() }),
  Type.Object({
    kind: Type.Literal('output'),
    ...evidence,
    stream: literals(['stdout', 'stderr']),
    line: Type.String(),
  }),
]);

const SourceSchema = Type.Object({
  name: Type.String(),
  active: Type.Boolean(),
  why: Type.Optional(Type.String()),
});

const ServerStatus = Type.Object({
  /** `external`: not started by this bridge. `stopped`: the bridge ended it, or has not started it yet. */
  state: literals(['starting', 'listening', 'exited', 'stopped', 'external']),
  command: Type.Optional(Type.String()),
  pid: Type.Optional(Type.Integer()),
  exitCode: Type.Optional(Type.Integer()),
  signal: Type.Optional(Type.String()),
  /** The system call in which the program is blocked now, where it can be seen: `accept4`, `epoll_wait`. */
  blockedIn: Type.Optional(Type.String()),
  /** The last lines that the program printed, oldest first. */
  output: Type.Array(Type.Object({ stream: literals(['stdout', 'stderr']), line: Type.String() })),
});
export type ServerStatus = Static<typeof ServerStatus>;

export const HelloMessage = Type.Object({
  type: Type.Literal('hello'),
  version: Type.String(),
  wire: literals(['direct', 'lab']),
  /** Why the better wire is not in use: a stable code. */
  wireWhy: Type.Optional(Type.String()),
  /** The same in a sentence, with the command that would change it, where one would. */
  wireMessage: Type.Optional(Type.String()),
  /** `host:port`. */
  target: Type.String(),
  server: ServerStatus,
  /** Whether this page may start and stop the server program. */
  mayControl: Type.Boolean(),
  sources: Type.Array(SourceSchema),
  limits: Type.Record(Type.String(), Type.Number()),
});
/** New steps of a run. A step that comes again with an id already sent replaces it: more became known. */
export const StepsMessage = Type.Object({
  type: Type.Literal('steps'),
  id: RunId,
  steps: Type.Array(StepSchema),
});
export const DoneMessage = Type.Object({
  type: Type.Literal('done'),
  id: RunId,
  outcome: literals(OUTCOMES),
  reply: Type.Optional(Type.Object({ text: Type.String(), hex: Type.String() })),
  /** The errno name or limit behind the outcome, where there was one. */
  error: Type.Optional(Type.String()),
  durationUs: Type.Number(),
  /** `host:port`, where the run had a server of its own. */
  target: Type.Optional(Type.String()),
  /** How the link treated the run's packets, with the seed that was used. */
  link: Type.Optional(Link),
  /** The sources that this run really had. */
  sources: Type.Array(SourceSchema),
});
export const ErrorMessage = Type.Object({
  type: Type.Literal('error'),
  id: Type.Optional(RunId),
  code: Type.String(),
  message: Type.String(),
});

/** From bridge to page, by `type`. */
export const BRIDGE_MESSAGES = { hello: HelloMessage, steps: StepsMessage, done: DoneMessage, error: ErrorMessage };
export type Hello = Static<typeof HelloMessage>;
export type DoneMessage = Static<typeof DoneMessage>;
export type ErrorMessage = Static<typeof ErrorMessage>;
export type BridgeMessage = Hello | { type: 'steps'; id: RunId; steps: Step[] } | DoneMessage | ErrorMessage;

function literals<const Values extends readonly string[]>(
  values: Values,
): TUnion<{ -readonly [Index in keyof Values]: TLiteral<Values[Index]> }> {
  return Type.Union(values.map((value) => Type.Literal(value))) as never;
}
