/**
 * Every message between page and bridge: one WebSocket at `/ws`, JSON, checked on both ends.
 * Numbers that may outgrow a double go as decimal strings; times are microseconds since the run began.
 */
import Type, { type Static } from 'typebox';
import { SCENARIO_SERVERS } from '../trace/scenario-server.ts';
import type { ObjectOf } from './fields.ts';
import { MESSAGE_FIELDS, type SERVER_FIELDS } from './message-fields.ts';
import { literals, objectSchema, type WordSchemas } from './schema.ts';
import { SIDES, STEP_FIELDS } from './step-fields.ts';

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
    from: Type.Optional(literals(SIDES)),
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
export type PageMessage = Static<(typeof PAGE_MESSAGES)[keyof typeof PAGE_MESSAGES]>;

const words: WordSchemas = {
  text: Type.String(),
  number: Type.Number(),
  integer: Type.Integer(),
  flag: Type.Boolean(),
  runId: RunId,
  limits: Type.Record(Type.String(), Type.Number()),
  link: Link,
  get step() {
    const kinds = Object.entries(STEP_FIELDS);
    return Type.Union(kinds.map(([kind, fields]) => objectSchema(fields, words, { kind: Type.Literal(kind) })));
  },
};

/** From bridge to page, by `type`. */
export const BRIDGE_MESSAGES = {
  hello: messageSchema('hello'),
  steps: messageSchema('steps'),
  done: messageSchema('done'),
  error: messageSchema('error'),
};
type FromBridge<Type extends keyof typeof MESSAGE_FIELDS> = { type: Type } & ObjectOf<(typeof MESSAGE_FIELDS)[Type]>;
export type Hello = FromBridge<'hello'>;
export type DoneMessage = FromBridge<'done'>;
export type BridgeMessage = Hello | FromBridge<'steps'> | DoneMessage | FromBridge<'error'>;
export type ServerStatus = ObjectOf<typeof SERVER_FIELDS>;

function messageSchema(type: keyof typeof MESSAGE_FIELDS) {
  return objectSchema(MESSAGE_FIELDS[type], words, { type: Type.Literal(type) });
}
