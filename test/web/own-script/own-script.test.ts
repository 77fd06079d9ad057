import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../../bridge/pages/message-reader.ts';
import { LIMITS } from '../../../bridge/protocol/limits.ts';
import type { Operation, Script } from '../../../bridge/trace/script.ts';
import { lineFromWords, wordsOf } from '../../../web/own-script/line-in-address.ts';
import {
  EMPTY_LINE,
  FORMS,
  lineOf,
  MOST_RECV_BYTES,
  MOST_UNTIL_BYTES,
  MOST_WAIT_MS,
  operationOf,
  READS,
  withForm,
  type Line,
} from '../../../web/own-script/line.ts';
import { MOST_LINES, MOST_SENT_BYTES, scriptOf } from '../../../web/own-script/script-from-lines.ts';
import { Run } from '../../../web/runs/run.svelte.ts';
import { hexOfTyped, typedOf } from '../../../web/own-script/typed-text.ts';

const send = (data: string, more: Partial<Line> = {}): Line => ({ ...EMPTY_LINE, data, ...more });
const other = (name: Line['do'], more: Partial<Line> = {}): Line => ({ ...EMPTY_LINE, do: name, ...more });
const hex = (data: string) => send(data, { form: 'hex' });

const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record(
      {
        hex: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.string({ minLength: 1 })),
        times: fc.integer({ min: 2, max: 64 }),
        nagle: fc.constant(true),
      },
      { requiredKeys: ['hex'] },
    )
    .map(({ hex: bytes, ...rest }): Operation => ({ do: 'send', hex: Buffer.from(bytes).toString('hex'), ...rest })),
  fc.integer({ min: 0, max: 200 }).map((ms): Operation => ({ do: 'wait', ms })),
  fc
    .option(fc.integer({ min: 1, max: LIMITS.replyBytes }))
    .map((bytes): Operation => ({ do: 'recv', ...(bytes && { bytes }) })),
  fc.integer({ min: 1, max: LIMITS.replyBytes }).map((upTo): Operation => ({ do: 'recv', upTo })),
  fc
    .oneof(fc.uint8Array({ minLength: 1, maxLength: MOST_UNTIL_BYTES }), fc.string({ minLength: 1, maxLength: 64 }))
    .map((text): Operation => ({ do: 'recv', until: Buffer.from(text).toString('hex') })),
);
const anyTls: fc.Arbitrary<Operation> = fc.record(
  {
    do: fc.constant('tls' as const),
    serverName: fc.constantFrom('example.org', 'localhost', 'xn--bcher-kva.example', '_x.a1'),
    alpn: fc.array(fc.constantFrom('h2', 'http/1.1', 'x-y'), { minLength: 1, maxLength: 8 }),
    verify: fc.constant(true),
  },
  { requiredKeys: ['do'] },
);
const anyScript = fc
  .tuple(
    fc.array(anyOperation, { minLength: 1, maxLength: 20 }),
    fc.option(anyTls),
    fc.array(anyOperation, { maxLength: 5 }),
    fc.constantFrom('shutdown', 'close', 'reset'),
  )
  .map(([before, tls, after, end]): Script => [...before, ...(tls ? [tls] : []), ...after, { do: end }]);
const anyLine: fc.Arbitrary<Line> = fc.record({
  do: fc.constantFrom('send', 'wait', 'recv', 'tls', 'shutdown', 'close', 'reset'),
  form: fc.constantFrom(...FORMS),
  data: fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('', '00', '\\n', '121')),
  times: fc.constantFrom('', '1', '3', '64', '65', '-3', 'x'),
  nagle: fc.boolean(),
  ms: fc.constantFrom('', '0', '10', '0.5', '20000', '20001', 'soon'),
  reads: fc.constantFrom(...READS),
  bytes: fc.constantFrom('', '1', '6', '0', '1048577', '1.5', 'all'),
  until: fc.oneof(fc.string(), fc.constantFrom('', '\\r\\n', '\\q', 'x'.repeat(256), 'x'.repeat(257))),
  serverName: fc.constantFrom('', 'example.org', ' localhost ', '127.0.0.1', '::1', 'a b', '-', 'x'.repeat(254)),
  alpn: fc.constantFrom('', 'h2', 'h2, http/1.1', 'h2,,', 'é', 'a,b,c,d,e,f,g,h,i', 'x'.repeat(65)),
  verify: fc.boolean(),
});
/** The script without the word that bytes are text: a line shows them as text wherever it can. */
const bytesOf = (read: ReturnType<typeof scriptOf>) =>
  'script' in read
    ? {
        script: read.script.map((operation) => {
          if (operation.do !== 'send') return operation;
          const { text: _text, ...rest } = operation;
          return rest;
        }),
      }
    : read;
const judged = (script: Script) => {
  try {
    readMessage(Buffer.from(JSON.stringify({ type: 'run', id: 1, script })), false, LIMITS);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a script of one’s own', () => {
  it('comes back as it was from typed lines, and from the words of an address', () =>
    fc.assert(
      fc.property(anyScript, (script) => {
        const lines = script.map(lineOf);
        expect(bytesOf(scriptOf(lines))).toEqual({ script });
        const address = new URLSearchParams(lines.map((line) => ['do', wordsOf(line)]));
        const words = new URLSearchParams(address.toString()).getAll('do');
        expect(bytesOf(scriptOf(words.map((each) => lineFromWords(each)!)))).toEqual({ script });
      }),
    ));

  it('says of text that it is text, also of a single letter, so that nobody takes it for a number', () => {
    const { script } = scriptOf([send('y', { form: 'text' }), other('recv'), other('close')]) as { script: Script };
    expect(script[0]).toEqual({ do: 'send', hex: '79', text: true });
    expect(script.map(lineOf)[0]).toMatchObject({ form: 'text', data: 'y' });
    const classic = { ...EMPTY_LINE, form: 'text', data: '\\0y' } as const;
    const asNumber: Script = [{ do: 'send', hex: '0079' }, { do: 'recv' }, { do: 'close' }];
    const asText = (scriptOf([classic, other('recv'), other('close')]) as { script: Script }).script;
    expect([asNumber, asText].map((each) => new Run(1, { script: each }).number)).toEqual([121n, undefined]);
  });

  it('is accepted by the bridge if and only if no line is wrong, whatever is typed', () =>
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 6 }), (lines) => {
        const read = scriptOf(lines);
        const operations = lines.map(operationOf).filter((operation) => typeof operation !== 'string');
        const isRight = 'script' in read;
        if (isRight) expect(read.script).toEqual(operations);
        else expect(read.problems.some((problem) => problem !== undefined)).toBe(true);
        if (operations.length === lines.length) expect(judged(operations) === 'taken').toBe(isRight);
      }),
    ));

  it('stays as it was typed in the words of an address, even if it is wrong', () =>
    fc.assert(
      fc.property(anyLine, (line) => {
        const back = lineFromWords(wordsOf(line))!;
        expect(wordsOf(back)).toBe(wordsOf(line));
        expect(operationOf(back)).toEqual(operationOf(line));
      }),
    ));

  it('has the limits of the bridge', () => {
    expect([MOST_LINES, MOST_SENT_BYTES, MOST_RECV_BYTES, MOST_WAIT_MS]).toEqual([
      LIMITS.operationsPerRun,
      LIMITS.sendBytesPerRun,
      LIMITS.replyBytes,
      LIMITS.runMs,
    ]);
  });

  it.each([
    [[send('a\\q')], ['TEXT_ESCAPE']],
    [[hex('0g')], ['HEX_DIGITS']],
    [[hex('00 7')], ['HEX_ODD']],
    [[send('', { form: 'number' })], ['NUMBER_MISSING']],
    [[send('-1', { form: 'number' })], ['NUMBER_DIGITS']],
    [[send('9'.repeat(2500), { form: 'number' })], ['NUMBER_TOO_LARGE']],
    [[send('a', { times: '0' })], ['TIMES']],
    [[other('wait')], ['WAIT']],
    [[other('recv', { bytes: '0' })], ['RECV_BYTES']],
    [[other('recv', { reads: 'once' })], ['RECV_UP_TO']],
    [[other('tls', { serverName: '127.0.0.1' })], ['TLS_NAME']],
    [[other('tls', { alpn: 'h 2' })], ['TLS_ALPN']],
    [
      [other('tls'), other('tls')],
      [undefined, 'TLS_TWICE'],
    ],
    [
      [other('shutdown'), other('tls')],
      [undefined, 'AFTER_SHUTDOWN'],
    ],
    [[other('recv', { reads: 'until' })], ['RECV_UNTIL']],
    [[other('recv', { reads: 'until', until: '\\q' })], ['RECV_UNTIL']],
    [
      [other('close'), other('recv')],
      [undefined, 'AFTER_END'],
    ],
    [
      [other('reset'), other('close')],
      [undefined, 'AFTER_END'],
    ],
    [
      [other('shutdown'), send('a')],
      [undefined, 'AFTER_SHUTDOWN'],
    ],
    [
      [other('wait', { ms: '15000' }), other('wait', { ms: '5001' })],
      [undefined, 'WAITS_TOO_LONG'],
    ],
    [
      [hex('00'.repeat(20_000)), hex('00'.repeat(20_000))],
      [undefined, 'TOO_LONG'],
    ],
    [
      [hex('00'.repeat(16_385)), send('a')].map((line) => ({ ...line, times: '64' })),
      ['TOO_MANY_BYTES', 'TOO_MANY_BYTES'],
    ],
  ])('%#: what is wrong is said of the line where it is', (lines, problems) =>
    expect(scriptOf(lines)).toEqual({ problems }),
  );

  it('is marked if it has too many lines', () => {
    const lines = Array.from({ length: 66 }, () => other('recv'));
    const read = scriptOf(lines);
    expect('problems' in read && read.problems.map((problem, index) => problem && index).filter(Boolean)).toEqual([
      64, 65,
    ]);
  });

  it.each(['explode', '', 'close now', 'send 00', 'text', 'constructor', 'hex*', '<b>'])(
    '%j is no line, or an empty one',
    (words) => {
      const line = lineFromWords(words);
      expect(line === undefined || line.data === '').toBe(true);
    },
  );
});

describe('the bytes of a send', () => {
  it.each([
    ['text', 'PAR', 'hex', '504152'],
    ['hex', '50 41 52', 'text', 'PAR'],
    ['text', 'GET\\r\\n', 'hex', '4745540d0a'],
    ['hex', '4745540D0A', 'text', 'GET\\r\\n'],
    ['number', '121', 'hex', '0079'],
    ['hex', '0079', 'number', '121'],
    ['hex', '00', 'number', '00'],
    ['hex', 'ff00', 'text', 'ff00'],
    ['text', 'a\\q', 'hex', 'a\\q'],
  ] as const)('%s %j as %s is %j', (form, data, to, written) =>
    expect(withForm(send(data, { form }), to)).toMatchObject({ form: to, data: written }),
  );

  it.each([
    ['0079', 'number', '121'],
    ['68656c6c6f0a', 'text', 'hello\\n'],
    ['5c6e', 'text', '\\\\n'],
    ['01', 'hex', '01'],
    ['01'.repeat(600), 'hex', '01'.repeat(600)],
  ])('%s is shown as %s', (bytes, form, data) =>
    expect(lineOf({ do: 'send', hex: bytes })).toMatchObject({ form, data }),
  );

  it('are what was typed, escapes and all', () => {
    expect(hexOfTyped('é\\x00\\0\\t\\\\')).toBe('c3a90000095c');
    expect([hexOfTyped('\\'), hexOfTyped('\\x1'), hexOfTyped('')]).toEqual([undefined, undefined, '']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(hexOfTyped(typedOf(text))).toBe(Buffer.from(text).toString('hex'));
      }),
    );
  });
});
