/**
 * Every message between page and bridge, as a schema and as a type. Messages are JSON on one WebSocket at `/ws`, and both
 * ends check what they get. Times are microseconds since the client called connect(); a number that a double may not hold is a decimal
 * string. This room knows the trace, but neither how the bridge makes a message nor what the page does with it.
 *
 *     page ─── run, cancel, wire, server ──▶ bridge      schemas below: no other field is allowed
 *          ◀── hello, begun, steps, done, error ───           tables in message-fields.ts: other fields are allowed
 *
 * To add a message to the page: a table in message-fields.ts, and its line in BRIDGE_MESSAGES and BridgeMessage.
 */
import Type, { type Static } from 'typebox';
import { SEGMENT_KINDS } from '../trace/link.ts';
import { ALPN, SERVER_NAME } from '../trace/script.ts';
import { SCENARIO_SERVERS } from '../trace/scenario-server.ts';
import type { ObjectOf } from './fields.ts';
import { LIMITS } from './limits.ts';
import { MESSAGE_FIELDS, type SERVER_FIELDS } from './message-fields.ts';
import { literals, objectSchema, type WordSchemas } from './schema.ts';
import { SIDES, STEP_FIELDS } from './step-fields.ts';

const strict = { additionalProperties: false } as const;

/** The page's own name for a run: every message about the run repeats it. */
export const RunId = Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 0 })]);
export type RunId = Static<typeof RunId>;

const Operation = Type.Union([
  Type.Object(
    {
      do: Type.Literal('send'),
      hex: Type.String({ pattern: '^(?:[0-9a-fA-F]{2})*$' }),
      text: Type.Optional(Type.Boolean()),
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
  Type.Object({ do: Type.Literal('recv'), upTo: Type.Integer({ minimum: 1, maximum: LIMITS.replyBytes }) }, strict),
  Type.Object({ do: Type.Literal('recv'), until: Type.String({ pattern: '^(?:[0-9a-fA-F]{2}){1,256}$' }) }, strict),
  Type.Object(
    {
      do: Type.Literal('tls'),
      serverName: Type.Optional(Type.String({ pattern: SERVER_NAME.source, maxLength: 253 })),
      alpn: Type.Optional(
        Type.Array(Type.String({ pattern: ALPN.source, maxLength: 64 }), { minItems: 1, maxItems: 8 }),
      ),
      verify: Type.Optional(Type.Boolean()),
    },
    strict,
  ),
  Type.Object({ do: Type.Literal('shutdown') }, strict),
  Type.Object({ do: Type.Literal('close') }, strict),
  Type.Object({ do: Type.Literal('reset') }, strict),
]);

const SegmentSelector = Type.Object(
  {
    from: Type.Optional(literals(SIDES)),
    kind: Type.Optional(literals(SEGMENT_KINDS)),
    nth: Type.Optional(Type.Integer({ minimum: 1 })),
    every: Type.Optional(Type.Boolean()),
  },
  strict,
);
const Selectors = Type.Array(SegmentSelector, { maxItems: 64 });

/** `LinkSettings` in `trace/link.ts` says what each setting means. */
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
    mayOvertake: Type.Optional(Type.Boolean()),
    drop: Type.Optional(Selectors),
  },
  strict,
);

export const RunMessage = Type.Object(
  {
    type: Type.Literal('run'),
    id: RunId,
    script: Type.Optional(Type.Array(Operation, { minItems: 1, maxItems: LIMITS.operationsPerRun })),
    /** In place of a script: runs the operator's client program. */
    client: Type.Optional(Type.Literal(true)),
    link: Type.Optional(Link),
    /** In the lab: a server for this run alone, instead of the bridge's own. It listens on another port. */
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
    /** The connection of the segment, if the run has several. */
    connection: Type.Optional(Type.Integer({ minimum: 0 })),
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
  begun: messageSchema('begun'),
  steps: messageSchema('steps'),
  done: messageSchema('done'),
  error: messageSchema('error'),
};
type FromBridge<Type extends keyof typeof MESSAGE_FIELDS> = { type: Type } & ObjectOf<(typeof MESSAGE_FIELDS)[Type]>;
export type Hello = FromBridge<'hello'>;
export type DoneMessage = FromBridge<'done'>;
export type BegunMessage = FromBridge<'begun'>;
export type BridgeMessage = Hello | BegunMessage | FromBridge<'steps'> | DoneMessage | FromBridge<'error'>;
export type ServerStatus = ObjectOf<typeof SERVER_FIELDS>;

function messageSchema(type: keyof typeof MESSAGE_FIELDS) {
  return objectSchema(MESSAGE_FIELDS[type], words, { type: Type.Literal(type) });
}
