import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { ClientSocket } from '../../../bridge/sources/client-socket.ts';
import { startServer } from '../../helpers/bridge.ts';
import { until } from '../../helpers/until.ts';

test('a reset in the midst of a shutdown: the peer is reset, and no descriptor is left', async () => {
  let peer: Socket | undefined;
  const port = await startServer((socket) => (peer = socket.resume()));
  const open = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  const before = open();
  const client = new ClientSocket({ host: '127.0.0.1', port }, 0, () => {});
  expect(await client.connect()).toBe('ok');
  void client.shutdown();
  client.reset();
  // After a FIN, a peer learns of the reset only when it writes.
  await until(() => peer !== undefined && (peer.destroyed || !peer.write('x')) && open() === before);
});
