import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge, startNumberServer, startServer } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';

/** A page of a bridge with a server that keeps its connections. */
async function openPage(): Promise<Page> {
  const targetPort = await startServer((socket) => socket.resume());
  return Page.open(await startBridge({ targetPort }));
}
/** The connection is still open. */
async function expectAlive(page: Page): Promise<void> {
  expect(await page.complaint({ type: 'cancel', id: 'no such run' })).toMatchObject({ code: 'NO_SUCH_RUN' });
}

const recv = { do: 'recv' } as const;
const run = (more: object) => ({ type: 'run', id: 1, script: [recv], ...more });
const playing = (...script: unknown[]) => run({ script });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('each bad message is answered by an error, and the connection lives on', () => {
  test.each<[string, unknown, string]>([
    ['nothing', '', 'BAD_JSON'],
    ['half an object', '{"type":"run"', 'BAD_JSON'],
    ['a binary frame', Buffer.from(JSON.stringify(run({}))), 'NOT_TEXT'],
    ['an empty binary frame', Buffer.alloc(0), 'NOT_TEXT'],
    ['null', 'null', 'UNKNOWN_MESSAGE'],
    ['a number', '1e999', 'UNKNOWN_MESSAGE'],
    ['a list', '[{"type":"run"}]', 'UNKNOWN_MESSAGE'],
    ['no type', {}, 'UNKNOWN_MESSAGE'],
    ['a type that is none', { type: 'hello' }, 'UNKNOWN_MESSAGE'],
    ['a type out of the prototype', { type: 'constructor' }, 'UNKNOWN_MESSAGE'],
    ['a type that is a list', { type: ['run'] }, 'UNKNOWN_MESSAGE'],
    ['the key __proto__', '{"__proto__":{"type":"server","action":"stop"}}', 'UNKNOWN_MESSAGE'],
    ['__proto__ beside what is right', '{"type":"run","id":1,"script":[{"do":"recv"}],"__proto__":{}}', 'BAD_MESSAGE'],
    ['constructor beside what is right', run({ constructor: { prototype: {} } }), 'BAD_MESSAGE'],
    ['deep nesting', nested(30_000), 'UNKNOWN_MESSAGE'],
    ['deep nesting in a script', `{"type":"run","id":1,"script":${nested(30_000)}}`, 'BAD_MESSAGE'],
    ['more than 64 KiB', JSON.stringify(run({ id: 'x'.repeat(65_536) })), 'MESSAGE_TOO_LARGE'],
    ['just under a mebibyte', 'x'.repeat(1024 * 1024), 'MESSAGE_TOO_LARGE'],
    ['no script', { type: 'run', id: 1 }, 'BAD_MESSAGE'],
    ['no id', { type: 'run', script: [recv] }, 'BAD_MESSAGE'],
    ['an empty script', playing(), 'BAD_MESSAGE'],
    ['an operation that is none', playing({ do: 'exec', hex: '00' }), 'BAD_MESSAGE'],
    ['a target', run({ target: '10.0.0.1:22' }), 'BAD_MESSAGE'],
    ['a target in an operation', playing({ do: 'send', hex: '00', host: '10.0.0.1' }), 'BAD_MESSAGE'],
    ['an odd number of hex digits', playing({ do: 'send', hex: '007' }), 'BAD_MESSAGE'],
    ['hex that is none', playing({ do: 'send', hex: 'zz' }), 'BAD_MESSAGE'],
    ['hex with a line end', playing({ do: 'send', hex: '00\n' }), 'BAD_MESSAGE'],
    ['a number for hex', playing({ do: 'send', hex: 79 }), 'BAD_MESSAGE'],
    ['a wait of less than nothing', playing({ do: 'wait', ms: -1 }), 'BAD_MESSAGE'],
    ['a wait without an end', playing({ do: 'wait', ms: 1e9 }), 'BAD_MESSAGE'],
    ['a text for a wait', playing({ do: 'wait', ms: '1' }), 'BAD_MESSAGE'],
    ['recv of no bytes', playing({ do: 'recv', bytes: 0 }), 'BAD_MESSAGE'],
    ['recv of half a byte', playing({ do: 'recv', bytes: 0.5 }), 'BAD_MESSAGE'],
    ['an id of an object', run({ id: {} }), 'BAD_MESSAGE'],
    ['an empty id', run({ id: '' }), 'BAD_MESSAGE'],
    ['a negative id', run({ id: -1 }), 'BAD_MESSAGE'],
    ['too many operations', playing(...Array<object>(65).fill({ do: 'wait', ms: 0 })), 'BAD_MESSAGE'],
    [
      'too many bytes',
      playing({ do: 'send', hex: '00'.repeat(16 * 1024), times: 64 }, { do: 'send', hex: '00' }),
      'BAD_SCRIPT',
    ],
    ['a server that is none', run({ server: 'sh' }), 'BAD_MESSAGE'],
    ['a server of its own on the direct wire', run({ server: 'dies' }), 'SERVER_NEEDS_LAB'],
    ['waits that add up', playing({ do: 'wait', ms: 20_000 }, { do: 'wait', ms: 1 }), 'BAD_SCRIPT'],
    ['something after close', playing({ do: 'close' }, recv), 'BAD_SCRIPT'],
    ['something after reset', playing({ do: 'reset' }, recv), 'BAD_SCRIPT'],
    ['send after shutdown', playing({ do: 'shutdown' }, { do: 'send', hex: '00' }), 'BAD_SCRIPT'],
    ['a link on the direct wire', run({ link: { delayMs: 1 } }), 'LINK_NEEDS_LAB'],
    ['a held segment on the direct wire', { type: 'wire', id: 1, segment: 'x', action: 'drop' }, 'LINK_NEEDS_LAB'],
    ['an action that is none', { type: 'server', action: 'kill' }, 'BAD_MESSAGE'],
    ["a stop of another's server", { type: 'server', action: 'stop' }, 'SERVER_NOT_OWNED'],
    ['a cancel of nothing', { type: 'cancel', id: 1 }, 'NO_SUCH_RUN'],
  ])('%s', async (_, message, code) => {
    const page = await openPage();
    const error = await page.complaint(message);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/\S/);
    await expectAlive(page);
    expect(page.count('error')).toBe(2);
    expect(page.count('done') + page.count('steps')).toBe(0);
  });

  test('the error names the run of the message, if its id can be read', async () => {
    const page = await openPage();
    expect(await page.complaint(run({ id: 'mine', script: 7 }))).toMatchObject({ id: 'mine' });
    expect(await page.complaint(run({ id: 7, script: [] }))).toMatchObject({ id: 7 });
    expect(await page.complaint({ type: 'cancel', id: 'other' })).toMatchObject({ id: 'other' });
    expect(await page.complaint('{')).not.toHaveProperty('id');
    expect(await page.complaint(run({ id: { a: 1 } }))).not.toHaveProperty('id');
  });

  test('an id that is in use: the first run goes on, and is ended once', async () => {
    const page = await openPage();
    const id = page.start([recv], 'twice');
    expect(await page.complaint({ type: 'run', id, script: [recv] })).toMatchObject({ id, code: 'RUN_ID_IN_USE' });
    page.send({ type: 'cancel', id });
    expect(await page.message('done')).toMatchObject({ id, outcome: 'cancelled' });
    expect(await page.complaint({ type: 'cancel', id })).toMatchObject({ code: 'NO_SUCH_RUN' });
    expect(page.count('done')).toBe(1);
  });

  test('ids that are names of the prototype are ids like others; the number 1 is not the text "1"', async () => {
    const page = await Page.open(await startBridge({ targetPort: await startNumberServer() }));
    const ids = ['__proto__', 'constructor', 'toString', '1', 1, 0];
    for (const id of ids) page.start(plainScript(4n), id);
    for (const id of ids) await page.message('done', (done) => done.id === id && done.outcome === 'replied');
    expect(page.count('done')).toBe(ids.length);
  });
});

test('any JSON: an error each, and the connection lives on', async () => {
  const page = await openPage();
  const type = fc.constantFrom('run', 'cancel', 'wire', 'server', 'hello', '__proto__');
  const someMessage = fc.record(
    {
      type: fc.oneof(type, fc.jsonValue()),
      id: fc.jsonValue(),
      action: fc.jsonValue(),
      segment: fc.jsonValue(),
      script: fc.oneof(
        fc.jsonValue(),
        fc.array(fc.record({ do: fc.jsonValue(), hex: fc.jsonValue(), ms: fc.jsonValue() })),
      ),
    },
    { requiredKeys: ['type'] },
  );
  const anything = fc.oneof(fc.jsonValue(), someMessage);
  await fc.assert(
    fc.asyncProperty(anything, async (message) => {
      const error = await page.complaint(JSON.stringify(message));
      expect(error.code).toMatch(
        /^(UNKNOWN_MESSAGE|BAD_MESSAGE|BAD_SCRIPT|NO_SUCH_RUN|LINK_NEEDS_LAB|SERVER_NOT_OWNED)$/,
      );
    }),
    { numRuns: 500 },
  );
  await expectAlive(page);
});

test('any bytes, as text that is not JSON or as binary: an error each, and the connection lives on', async () => {
  const page = await openPage();
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect((await page.complaint(Buffer.from(bytes))).code).toBe('NOT_TEXT');
      expect((await page.complaint(`#${Buffer.from(bytes).toString('latin1')}`)).code).toBe('BAD_JSON');
    }),
    { numRuns: 100 },
  );
  await expectAlive(page);
});
