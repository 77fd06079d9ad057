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
