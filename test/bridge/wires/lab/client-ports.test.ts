import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ClientPorts } from '../../../../bridge/wires/lab/client-ports.ts';

const COUNT = 60_999 - 32_768 + 1;

test('no port is taken twice at a time, and each is one of a client’s', () => {
  const anyTaking = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant('take' as const) }, fc.nat()), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(anyTaking, (acts) => {
      const ports = new ClientPorts();
      const taken: number[] = [];
      for (const act of acts)
        if (act === 'take') {
          const port = ports.take();
          expect(taken).not.toContain(port);
          expect(port).toBeGreaterThanOrEqual(32_768);
          expect(port).toBeLessThanOrEqual(60_999);
          taken.push(port);
        } else if (taken.length > 0) ports.giveBack(taken.splice(act % taken.length, 1)[0]!);
    }),
    { numRuns: 30 },
  );
});

test('if all are taken there is none, until one is given back', () => {
  const ports = new ClientPorts();
  const taken = new Set(Array.from({ length: COUNT }, () => ports.take()));
  expect(taken.size).toBe(COUNT);
  expect(() => ports.take()).toThrow(RangeError);
  ports.giveBack(40_000);
  expect(ports.take()).toBe(40_000);
  expect(() => ports.take()).toThrow(RangeError);
});

test('the next is the one that rested longest', () => {
  const ports = new ClientPorts();
  const long = ports.take();
  const first = ports.take();
  ports.giveBack(first);
  for (let more = 2; more < COUNT; more += 1) ports.giveBack(ports.take());
  ports.giveBack(long);
  expect(ports.take()).toBe(first);
});

test('a port that nobody took cannot be given back', () => {
  const ports = new ClientPorts();
  ports.giveBack(1);
  const port = ports.take();
  ports.giveBack(port);
  ports.giveBack(port);
  const taken = Array.from({ length: COUNT }, () => ports.take());
  expect(new Set(taken).size).toBe(COUNT);
  expect(taken).not.toContain(1);
});
