import fc from 'fast-check';
import { SCENARIO_SERVERS } from '../../bridge/trace/scenario-server.ts';
import { anyText } from '../helpers/any-text.ts';

/** What pages send: correct messages, messages with one wrong field, and anything else. */

const EDGES = [
  0,
  -0,
  1,
  -1,
  0.5,
  64,
  65,
  128,
  1500,
  20_000,
  20_001,
  2 ** 20,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e308,
  NaN,
  Infinity,
];
const NAMES = [
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u0000',
  '\ud800',
  '\u202e',
  '💥',
  'x'.repeat(65),
];

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, [], {}, ...EDGES, ...NAMES),
  fc.jsonValue(),
  anyText({ maxLength: 80 }),
);
const hex = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const id = fc.oneof(
  fc.constantFrom<string | number>(1, 2, 3, 'a', 'b', '__proto__'),
  fc.nat(),
  fc.string({ minLength: 1, maxLength: 64 }),
);

const operation = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record(
      { do: fc.constant('send'), hex, times: fc.integer({ min: 1, max: 64 }), nagle: fc.boolean() },
      { requiredKeys: ['do', 'hex'] },
    ),
  },
  fc.record({ do: fc.constant('wait'), ms: fc.integer({ min: 0, max: 20 }) }),
  fc.record({ do: fc.constant('recv'), bytes: fc.integer({ min: 1, max: 100 }) }, { requiredKeys: ['do'] }),
  fc.record({ do: fc.constant('recv'), upTo: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ do: fc.constant('tls'), serverName: fc.constantFrom('example.org', 'localhost'), verify: fc.boolean() }),
  fc.record({
    do: fc.constant('recv'),
    until: fc.uint8Array({ minLength: 1, maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('hex')),
  }),
  fc.constantFrom('shutdown', 'close', 'reset').map((name) => ({ do: name })),
);
const selector = fc.record(
  {
    from: fc.constantFrom('client', 'server'),
    kind: fc.constantFrom('SYN', 'SYN+ACK', 'ACK', 'data', 'FIN', 'RST'),
    nth: fc.integer({ min: 1, max: 5 }),
    every: fc.boolean(),
  },
  { requiredKeys: [] },
);
const percent = fc.integer({ min: 0, max: 100 });
const link = fc.record(
  {
    delayMs: fc.nat(20_000),
    jitterMs: fc.nat(20_000),
    lossPercent: percent,
    duplicatePercent: percent,
    reorderPercent: percent,
    kbitPerSecond: fc.integer({ min: 1, max: 1e6 }),
    mtu: fc.integer({ min: 128, max: 1500 }),
    seed: fc.nat(),
    hold: fc.oneof(fc.boolean(), fc.array(selector, { maxLength: 4 })),
    mayOvertake: fc.boolean(),
    drop: fc.array(selector, { maxLength: 4 }),
  },
  { requiredKeys: [] },
);
const script = fc.array(operation, { minLength: 1, maxLength: 8 });

const plainRun = fc.record({ type: fc.constant('run'), id, script });
const right: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  { weight: 4, arbitrary: plainRun },
  fc.record(
    { type: fc.constant('run'), id, script, link, server: fc.constantFrom(...SCENARIO_SERVERS) },
    { requiredKeys: ['type', 'id', 'script'] },
  ),
  fc.record({ type: fc.constant('cancel'), id }),
  fc.record({
    type: fc.constant('wire'),
    id,
    segment: fc.string({ minLength: 1, maxLength: 128 }),
    action: fc.constantFrom('deliver', 'drop', 'duplicate'),
  }),
  fc.record({ type: fc.constant('server'), action: fc.constantFrom('start', 'stop') }),
);

/** A place within a message: a number for each step down, taken modulo what there is. */
const place = fc.array(fc.nat(), { minLength: 1, maxLength: 5 });
const nearlyRight = fc
  .tuple(right, place, anyValue, fc.constantFrom('set', 'remove', 'add'))
  .map(([message, path, value, how]) => {
    const copy = structuredClone(message);
    spoil(copy, path, value, how);
    return copy;
  });

/** JSON that is difficult for a parser. */
const hostileText = fc.oneof(
  fc.nat(20_000).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`),
  fc.nat(5000).map((depth) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`),
  fc.constantFrom(
    '',
    '{',
    'null',
    '1e999',
    '{"type":"run","type":"cancel","id":1}',
    '{"__proto__":{"type":"run"}}',
    '\ufeff{}',
  ),
  fc.nat(80_000).map((length) => `"${'x'.repeat(length)}"`),
  fc.tuple(right, fc.nat(), anyText({ minLength: 1, maxLength: 3 })).map(([message, at, text]) => {
    const json = JSON.stringify(message);
    const cut = at % json.length;
    return json.slice(0, cut) + text + json.slice(cut + 1);
  }),
);

/** Text frames as strings, binary frames as bytes. */
export const someMessage: fc.Arbitrary<string | Buffer> = fc.oneof(
  { weight: 4, arbitrary: right.map((message) => JSON.stringify(message)) },
  { weight: 6, arbitrary: nearlyRight.map((message) => JSON.stringify(message)) },
  { weight: 2, arbitrary: anyValue.map((value) => JSON.stringify(value) ?? '') },
  { weight: 2, arbitrary: hostileText },
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);

/** Follows the path as far as it exists, and makes the change there. */
function spoil(value: Record<string, unknown>, [step, ...rest]: readonly number[], other: unknown, how: string): void {
  const keys = Object.keys(value);
  const key = keys[step! % keys.length];
  if (key === undefined || how === 'add') return void (value['more'] = other);
  const inner = value[key];
  if (rest.length > 0 && typeof inner === 'object' && inner !== null)
    return spoil(inner as Record<string, unknown>, rest, other, how);
  if (how === 'remove') delete value[key];
  else value[key] = other;
}
