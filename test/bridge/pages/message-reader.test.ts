import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageError, readMessage } from '../../../bridge/pages/message-reader.ts';
import { LIMITS } from '../../../bridge/protocol/limits.ts';
import type { PageMessage } from '../../../bridge/protocol/messages.ts';
import { numberToHex, plainScript } from '../../../bridge/trace/script.ts';

const read = (value: unknown) => readMessage(Buffer.from(JSON.stringify(value)), false, LIMITS);

test.each<PageMessage>([
  { type: 'run', id: 'a', script: plainScript(121n) },
  { type: 'run', id: 0, script: [{ do: 'recv', bytes: 1 }, { do: 'reset' }] },
  { type: 'run', id: 1, script: [{ do: 'shutdown' }, { do: 'wait', ms: 0.5 }, { do: 'recv' }, { do: 'close' }] },
  {
    type: 'run',
    id: 1,
    script: [{ do: 'send', hex: '' }],
    link: { delayMs: 5, hold: true, drop: [{ kind: 'SYN', nth: 2 }] },
  },
  {
    type: 'run',
    id: 1,
    script: [{ do: 'send', hex: '01', times: 64, nagle: true }],
    server: 'never-accepts',
  },
  { type: 'cancel', id: 'x'.repeat(64) },
  { type: 'wire', id: 1, segment: 'client.syn', action: 'duplicate' },
  { type: 'server', action: 'stop' },
])('reads %j as it is', (message) => expect(read(message)).toEqual(message));

test('just as much as the limits say', () => {
  const send = { do: 'send', hex: '00'.repeat(LIMITS.sendBytesPerRun / 128), times: 64 } as const;
  expect(read({ type: 'run', id: 1, script: [send, send] })).toBeDefined();
  expect(() => read({ type: 'run', id: 1, script: [send, send, { do: 'send', hex: '00' }] })).toThrow(
    expect.objectContaining({ code: 'BAD_SCRIPT', runId: 1 }),
  );
  expect(read({ type: 'run', id: 1, script: [{ do: 'wait', ms: LIMITS.runMs }] })).toBeDefined();
});

test('whatever the number, its plain script is read', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 8192n }), (number) => {
      expect(BigInt(`0x${numberToHex(number)}`)).toBe(number);
      expect(read({ type: 'run', id: 1, script: plainScript(number) })).toBeDefined();
    }),
  );
});

test('whatever bytes come, it answers a message or throws an error with a code', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map((text) => Buffer.from(text)),
      ),
      fc.boolean(),
      (bytes, isBinary) => {
        try {
          readMessage(Buffer.from(bytes), isBinary, LIMITS);
        } catch (error) {
          expect(error).toBeInstanceOf(MessageError);
        }
      },
    ),
  );
});

test.each<[string, object]>([
  ['a server that is not on the list', { server: '/bin/sh' }],
  ['a server that is no name', { server: ['never-accepts'] }],
  ['a send that is repeated too often', { script: [{ do: 'send', hex: '01', times: 65 }] }],
  ['a send that is not made at all', { script: [{ do: 'send', hex: '01', times: 0 }] }],
])('%s is refused', (_, fields) => {
  expect(() => read({ type: 'run', id: 1, script: plainScript(1n), ...fields })).toThrow(
    expect.objectContaining({ code: 'BAD_MESSAGE', runId: 1 }),
  );
});
