import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { portIn, startNode } from '../helpers/programs/program.ts';
import { exchange } from '../helpers/clients/tcp-client.ts';

const start = (...args: string[]) => startNode(['dist/server/main.js', '--port', '0', ...args]);

test('prints where it listens and who connects', async () => {
  const program = start();
  const listening = await program.line(/^listening on /);
  expect(listening).toMatch(/^listening on 127\.0\.0\.1:\d+$/);
  expect(await exchange(portIn(listening), { sends: ['0079'] })).toEqual({ reply: 'c38d4d504152', end: 'fin' });
  expect(await program.line(/^connection /)).toMatch(/^connection from 127\.0\.0\.1:\d+$/);
});

test('--answers prime', async () => {
  const program = start('--answers', 'prime');
  const port = portIn(await program.line(/^listening/));
  expect((await exchange(port, { sends: ['0007'] })).reply).toBe(Buffer.from('PRIMO').toString('hex'));
});

test('--once serves one connection and exits with 0', async () => {
  const program = start('--once');
  const port = portIn(await program.line(/^listening/));
  expect((await exchange(port, { sends: ['0008'] })).reply).toBe('504152');
  expect(await program.ended).toBe(0);
  expect(program.out).toHaveLength(2);
  expect(program.err).toEqual([]);
});

test('--once exits with 0 even if its one peer breaks off', async () => {
  const program = start('--once');
  const socket = connect({ port: portIn(await program.line(/^listening/)), host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.resetAndDestroy();
  expect(await program.ended).toBe(0);
  expect(program.err).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it at once, in the middle of a connection', async (signal) => {
  const program = start();
  const socket = connect({ port: portIn(await program.line(/^listening/)), host: '127.0.0.1' });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await program.line(/^connection/);
  program.child.kill(signal);
  expect(await program.ended).toBe(0);
  expect(program.err).toEqual([]);
});

test('a port that is taken: one sentence with the address and what to do, exit code 1', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const program = startNode(['dist/server/main.js', '--port', String(port)]);
  expect(await program.ended).toBe(1);
  expect(program.out).toEqual([]);
  expect(program.err).toEqual([
    `Another program is already listening on 127.0.0.1:${port}: stop it, or choose another port with --port.`,
  ]);
});

test('a bad option: one sentence, exit code 2', async () => {
  const program = start('--answers', 'odd');
  expect(await program.ended).toBe(2);
  expect(program.err).toEqual(['--answers must be parity or prime, not "odd".']);
});

test('goes on if nobody reads its lines any more', async () => {
  const program = start();
  const port = portIn(await program.line(/^listening/));
  program.child.stdout!.destroy();
  for (let turn = 0; turn < 3; turn++) expect((await exchange(port, { sends: ['02'] })).reply).toBe('504152');
});
