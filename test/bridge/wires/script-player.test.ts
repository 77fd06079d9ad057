import { expect, test } from 'vitest';
import { startBridge, startServer } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { calls } from '../../helpers/trace-checks.ts';

test('bytes that are repeated are one send', async () => {
  let received = '';
  const targetPort = await startServer((socket) => {
    socket.on('data', (chunk: Buffer) => (received += chunk.toString('hex')));
    socket.on('end', () => socket.end());
  });
  const page = await Page.open(await startBridge({ targetPort }));
  const { steps } = await page.run([
    { do: 'send', hex: '0a0b', times: 3 },
    { do: 'shutdown' },
    { do: 'recv' },
    { do: 'close' },
  ]);
  expect(received).toBe('0a0b'.repeat(3));
  expect(calls(steps).filter(({ side, name }) => side === 'client' && name === 'send')).toMatchObject([
    { bytes: 6, payload: '0a0b0a0b0a0b', result: 'ok' },
  ]);
});

/** A server that answers these pieces, each in a segment of its own, and then ends. */
async function answering(...pieces: string[]): Promise<Page> {
  const targetPort = await startServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    const [first = '', ...more] = pieces;
    socket.write(first);
    // Each byte of the client's asks for the next piece.
    socket.on('data', (asked: Buffer) => void asked.forEach(() => socket.write(more.shift() ?? '')));
    socket.on('end', () => socket.end());
  });
  return Page.open(await startBridge({ targetPort }));
}

const bytesReceived = (steps: Parameters<typeof calls>[0]) =>
  calls(steps).flatMap(({ side, name, bytes }) => (side === 'client' && name === 'recv' ? [bytes] : []));

test('a recv up to so many bytes is one call, which returns what has come', async () => {
  const page = await answering('abc');
  const { steps, done } = await page.run([{ do: 'recv', upTo: 2 }, { do: 'recv', upTo: 1024 }, { do: 'close' }]);
  expect(bytesReceived(steps)).toEqual([2, 1]);
  expect(done.reply?.text).toBe('abc');
});

test('a recv until a text goes on until it has come, in whatever pieces, and what came after it counts for the next', async () => {
  const page = await answering('220 hello\r', '\n250 a\r\n250 b\r\n');
  const until = Buffer.from('\r\n').toString('hex');
  const ask = { do: 'send', hex: '2e' } as const;
  const line = { do: 'recv', until } as const;
  const { steps, done } = await page.run([ask, line, line, line, { do: 'close' }]);
  expect(bytesReceived(steps).every((bytes) => bytes! > 0)).toBe(true);
  expect(done).toMatchObject({ outcome: 'replied', reply: { text: '220 hello\r\n250 a\r\n250 b\r\n' } });
  // Without the text, it ends with the peer.
  const rest = await page.run([{ do: 'shutdown' }, { do: 'recv', until: '00' }, { do: 'close' }]);
  expect(bytesReceived(rest.steps).at(-1)).toBe(0);
  expect(rest.done.reply?.text).toBe('220 hello\r');
});
