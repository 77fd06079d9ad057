import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stepsJson } from '../../../bridge/pages/step-json.ts';
import type { Call, Output, Segment, State, Step } from '../../../bridge/trace/step.ts';
import { anyText } from '../../helpers/any-text.ts';
import { expectEqual } from '../../helpers/expect-equal.ts';

/** Most as of a run, some as of a server that has listened for a day, or for weeks. */
const time = fc
  .oneof(
    fc.integer({ min: -1e5, max: 1e7 }),
    fc.maxSafeInteger().map((count) => count % 2e13),
  )
  .map((count) => count / 10);
const word = fc.stringMatching(/^[A-Za-z0-9_.+-]{1,20}$/);
const hex = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const whole = fc.nat(2 ** 32 - 1);
const said = anyText();
const side = fc.constantFrom('client' as const, 'server' as const);
const common = {
  connection: whole,
  id: word,
  at: time,
  side,
  evidence: fc.constantFrom('captured', 'observed', 'inferred'),
  reason: word,
};
const needed = ['kind', 'id', 'at', 'side', 'evidence'] as const;

/** Every field that a kind of step has: one that the type gains is missed here, and by the type check. */
const call = fc.record(
  {
    kind: fc.constant('call'),
    ...common,
    name: word,
    args: fc.array(said),
    startedAt: time,
    returnedAt: time,
    result: said,
    bytes: whole,
    payload: hex,
    peer: fc.oneof(said, fc.stringMatching(/^[0-9.]{7,9}:[0-9]{4,5}$/)),
    systemCall: word,
    process: whole,
    thread: whole,
    ready: whole,
    value: said,
    tls: fc.record({ bytes: whole, payload: hex }),
    handshake: fc.record({ version: said, cipher: said, why: said }, { requiredKeys: ['version', 'cipher'] }),
    within: fc.record({ startUs: time, returnUs: time }, { requiredKeys: [] }),
    range: fc.record({ earlierUs: time, laterUs: time }),
  } satisfies { [Key in keyof Required<Call>]: unknown },
  { requiredKeys: [...needed, 'name', 'args', 'startedAt'] },
);
/** What an inferred segment may tell; a captured one tells more. */
const ofSegment = {
  kind: fc.constant('segment'),
  ...common,
  from: side,
  flags: fc.array(fc.constantFrom('SYN', 'ACK', 'FIN')),
  seq: whole,
  ack: whole,
  length: whole,
  payload: hex,
  sentAt: time,
  arrivedAt: time,
  fate: fc.constantFrom('delivered', 'unknown'),
  causedBy: word,
  woke: word,
};
const ofCaptured = {
  ...ofSegment,
  evidence: fc.constant('captured'),
  rawSeq: whole,
  rawAck: whole,
  window: whole,
  options: fc.array(said),
  estimated: fc.constantFrom('sentAt', 'arrivedAt', 'both'),
  header: hex,
  retransmissionOf: word,
  duplicateOf: word,
  behind: word,
  repeats: whole,
  probe: fc.constantFrom('keep-alive', 'zero-window'),
  marks: fc.array(fc.constantFrom('out-of-order', 'duplicate-ack')),
} satisfies { [Key in keyof Required<Segment>]: unknown };
const requiredKeys = [...needed, 'from', 'flags', 'seq', 'length', 'payload', 'sentAt', 'fate'] as never[];
const segment = fc.record(ofCaptured, { requiredKeys });
const inferredSegment = fc.record({ ...ofSegment, evidence: fc.constant('inferred') }, { requiredKeys });
const state = fc.record(
  {
    kind: fc.constant('state'),
    ...common,
    from: word,
    to: word,
    cause: word,
    seenAt: time,
    expected: word,
    lastsMs: whole,
  } satisfies {
    [Key in keyof Required<State>]: unknown;
  },
  { requiredKeys: [...needed, 'from', 'to'] },
);
const output = fc.record(
  { kind: fc.constant('output'), ...common, stream: word, line: said } satisfies {
    [Key in keyof Required<Output>]: unknown;
  },
  { requiredKeys: [...needed, 'stream', 'line'] },
);

function expectSameJson(steps: Step[]): void {
  expectEqual(JSON.parse(stepsJson(steps).toString()), JSON.parse(JSON.stringify(steps)));
}

test('any steps read back as JSON.stringify would have them', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(call, segment, inferredSegment, state, output)), (steps) => {
      expectSameJson(steps as unknown as Step[]);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ['call', call],
  ['captured segment', segment],
  ['inferred segment', inferredSegment],
  ['state', state],
] as const)('a %s that differs in one field from the last of its id is told as it is', (_, kind) => {
  fc.assert(
    fc.property(kind as fc.Arbitrary<object>, kind as fc.Arbitrary<object>, (one, other) => {
      const fields = Object.keys(other) as (keyof typeof other)[];
      const steps = fields.flatMap((field) => [one, { ...one, [field]: other[field] }]);
      expectSameJson([...steps, one] as Step[]);
    }),
    { numRuns: 1000 },
  );
});

test('text goes before and behind, also where it is longer than what is set aside at a time', () => {
  const line = 'Í'.repeat(300_000);
  const step: Step = { kind: 'output', id: 'a', at: 0.1, side: 'server', evidence: 'observed', stream: 'stdout', line };
  const first = stepsJson([step], '{"steps":', '}');
  const second = stepsJson([], '{"steps":', '}');
  expect(JSON.parse(first.toString())).toEqual({ steps: [step] });
  expect(second.toString()).toBe('{"steps":[]}');
});
