import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startBridge, type TestBridge } from '../../helpers/bridge.ts';
import { upgradeRequest } from '../../helpers/clients/deaf-page.ts';

const health = ({ port }: TestBridge): string => `GET /health HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;

async function open({ port }: TestBridge): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

test('an upgrade on the heels of another request: the bridge closes the connection, and keeps no descriptor', async () => {
  const bridge = await startBridge();
  const socket = await open(bridge);
  socket.resume().write(health(bridge) + upgradeRequest(bridge));
  await once(socket, 'close');
});

test('an upgrade once the other request is answered: a page', async () => {
  const bridge = await startBridge();
  const socket = await open(bridge);
  socket.setEncoding('utf8').write(health(bridge));
  expect(((await once(socket, 'data')) as [string])[0]).toMatch(/^HTTP\/1\.1 200 /);
  socket.write(upgradeRequest(bridge));
  expect(((await once(socket, 'data')) as [string])[0]).toMatch(/^HTTP\/1\.1 101 /);
});
