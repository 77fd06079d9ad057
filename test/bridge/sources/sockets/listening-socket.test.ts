import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { groupListens, listeningSockets } from '../../../../bridge/sources/sockets/listening-socket.ts';
import { addressText, listeningRows } from '../../../../bridge/sources/sockets/socket-table.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { startNode } from '../../../helpers/programs/program.ts';
import { until } from '../../../helpers/until.ts';

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:FF98 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0
   1: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
   2: 0100007F:FF98 0100007F:9C41 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
`;

test('the sockets in LISTEN of a table', () => {
  const rows = listeningRows(TABLE).map(({ localAddress, localPort, inode }) => [
    addressText(localAddress),
    localPort,
    inode,
  ]);
  expect(rows).toEqual([
    ['127.0.0.1', 65432, '4711'],
    ['0.0.0.0', 80, '4713'],
  ]);
  expect(listeningRows('')).toEqual([]);
  expect(listeningRows(TABLE.split('\n')[0]!)).toEqual([]);
});

test.runIf(process.platform === 'linux').each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.2', '127.0.0.2'],
  ['0.0.0.0', '0.0.0.0'],
  ['::1', '::1'],
  ['::', '::'],
  ['::ffff:127.0.0.3', '127.0.0.3'],
])('a socket bound to %s is found as %s', async (bound, host) => {
  const server = createServer().listen(0, bound);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  expect(await listeningSockets([String(process.pid)])).toContainEqual({ host, port });
});

test.runIf(process.platform === 'linux')('a group listens when a process of it does, and no other', async () => {
  const port = await freePort();
  const script = `require('node:net').createServer().listen(${port}, '127.0.0.1')`;
  const { child } = startNode(['-e', script]);
  await until(async () => (await groupListens(child.pid!, port)) === true);
  expect(await groupListens(child.pid!, port - 1)).toBe(false);

  const own = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void own.close());
  await once(own, 'listening');
  expect(await groupListens(child.pid!, (own.address() as AddressInfo).port)).toBe(false);
});
