import fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, it } from 'vitest';
import { BRIDGE_MESSAGES } from '../../../bridge/protocol/messages.ts';
import { readMessage } from '../../../web/connection/incoming.ts';
import { labTrace, seenFromOutside, troubledTrace } from '../fixtures/lab-traces.ts';
import { capturedTrace, done, hello, plainTrace } from '../fixtures/traces.ts';

const GOOD = [
  hello(),
  hello({ state: 'exited', exitCode: 1, signal: 'SIGKILL', output: [{ stream: 'stderr', line: 'no' }] }),
  { type: 'steps', id: 'run-1', steps: [...plainTrace(), ...capturedTrace()] },
  { type: 'steps', id: 'run-1', steps: [...labTrace(), ...troubledTrace(), seenFromOutside()] },
  { type: 'steps', id: 7, steps: [] },
  done('run-1', 'replied'),
  done(0, 'refused', { error: 'ECONNREFUSED' }),
  done(1, 'replied', {
    link: { delayMs: 100, jitterMs: 0.5, lossPercent: 30, duplicatePercent: 1, reorderPercent: 100 },
  }),
  done(2, 'replied', {
    link: {
      kbitPerSecond: 64,
      mtu: 576,
      seed: 7,
      hold: [{ from: 'client', every: true }],
      drop: [{ kind: 'SYN', nth: 2 }],
    },
  }),
  done(3, 'replied', { link: { hold: true } }),
  hello({ blockedIn: 'accept4' }, { wire: 'lab', wireWhy: 'LAB_APPARMOR', wireMessage: 'AppArmor lets nobody.' }),
  { type: 'error', code: 'BAD_SCRIPT', message: 'No.' },
  { type: 'error', id: 'run-1', code: 'BAD_SCRIPT', message: 'No.' },
];
const WEIRD = [null, true, -1, 1.5, '', 'x', [], {}, 'x'.repeat(65), [null], { type: 'hello' }, 127, 20_001, -0.1, 101];

const schemas = new Map(Object.entries(BRIDGE_MESSAGES).map(([type, schema]) => [type, Compile(schema)]));

/** What the schemas say, the truth that the page's own reader is held to. */
function bySchema(value: unknown): boolean {
  const type = (value as { type?: unknown } | null)?.type;
  return typeof type === 'string' && (schemas.get(type)?.Check(value) ?? false);
}

/** Every place in a message where something else could stand. */
function places(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))];
}

function changed(
  message: unknown,
  path: readonly string[],
  change: (holder: Record<string, unknown>, name: string) => void,
): unknown {
  const copy = { root: structuredClone(message) } as Record<string, unknown>;
  const whole = ['root', ...path];
  const holder = whole.slice(0, -1).reduce((inner, name) => inner[name] as Record<string, unknown>, copy);
  change(holder, whole.at(-1)!);
  return copy['root'];
}

describe('what comes from the bridge', () => {
  it('is read if it fits the schemas', () => {
    for (const message of GOOD) expect(readMessage(JSON.stringify(message))).toEqual(message);
  });

  it('may contain fields that this page does not know: the bridge may be newer', () => {
    const step = { ...plainTrace()[0], fieldOfTomorrow: [1] };
    const source = { name: 'a source of tomorrow', tells: 'something new', active: true, more: {} };
    for (const message of [
      { type: 'steps', id: 1, steps: [step], more: 1 },
      done(1, 'replied', { sources: [source as never], ...{ more: null } }),
      hello({}, { sources: [source as never] }),
    ])
      expect(readMessage(JSON.stringify(message))).toEqual(JSON.parse(JSON.stringify(message)));
  });

  it.each(['', 'nonsense', '{', '1', 'null', '[]', '{}', '{"type":"toString"}', '{"type":"constructor"}'])(
    '%j is refused',
    (text) => expect(readMessage(text)).toBeUndefined(),
  );

  it('is judged as the schemas judge it, whatever the fields contain', () =>
    fc.assert(
      fc.property(
        fc.oneof(...GOOD.map((message) => fc.tuple(fc.constant(message), fc.constantFrom(...places(message))))),
        fc.option(fc.oneof(fc.constantFrom(...WEIRD), fc.jsonValue()), { nil: undefined }),
        ([message, path], other) => {
          const value = changed(message, path, (holder, name) => {
            if (other === undefined) delete holder[name];
            else holder[name] = other;
          });
          const text = JSON.stringify(value);
          if (text === undefined) return;
          expect(readMessage(text) !== undefined).toBe(bySchema(JSON.parse(text)));
        },
      ),
      { numRuns: 4000 },
    ));
});
