import { EventEmitter, once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createNumberServer, type NumberServerOptions } from '../../server/number-server.ts';
import fixture from '../fixtures/number-server-vectors.json' with { type: 'json' };
import { exchange } from '../helpers/clients/tcp-client.ts';

async function serve(options: Partial<NumberServerOptions> = {}): Promise<number> {
  const server = createNumberServer({ answers: 'parity', ...options });
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

test.each(fixture.vectors)('$sends, $mode: $reply, then $end', async ({ sends, mode, reply, end }) => {
  const port = await serve();
  expect(await exchange(port, { sends, shutdown: mode === 'eof' })).toEqual({ reply, end });
});

test('serves 200 peers at once, whatever the hostile among them do', async () => {
  const said: string[] = [];
  const port = await serve({ say: (line) => said.push(line) });
  const silent = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void silent.destroy());
  const hostile = Array.from({ length: 20 }, async (_, turn) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (turn % 2 === 0) socket.write('ffff');
    socket.resetAndDestroy();
  });
  const replies = await Promise.all(
    Array.from({ length: 200 }, (_, value) => exchange(port, { sends: [value.toString(16).padStart(4, '0')] })),
  );
  await Promise.all(hostile);
  expect(replies).toEqual(
    Array.from({ length: 200 }, (_, value) => ({
      reply: Buffer.from(value % 2 === 0 ? 'PAR' : 'ÍMPAR').toString('hex'),
      end: 'fin',
    })),
  );
  expect(said.length).toBeLessThanOrEqual(221 + 20);
  expect(said.filter((line) => line.includes('\n'))).toEqual([]);
});

test('names every peer', async () => {
  const said: string[] = [];
  const port = await serve({ say: (line) => said.push(line) });
  const socket = connect({ port, host: '127.0.0.1' });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const { localPort } = socket;
  socket.write('1');
  await once(socket, 'data');
  expect(said).toEqual([`connection from 127.0.0.1:${localPort}`]);
});

test('a peer that breaks its connection costs one line', async () => {
  const said: string[] = [];
  const lineEvents = new EventEmitter();
  const port = await serve({
    say: (line) => {
      said.push(line);
      lineEvents.emit(line.includes('broke') ? 'broke' : 'came');
    },
  });
  const broke = once(lineEvents, 'broke');
  const socket = connect({ port, host: '127.0.0.1' });
  await once(lineEvents, 'came');
  socket.resetAndDestroy();
  await broke;
  expect(said).toHaveLength(2);
  expect(said[1]).toMatch(/^connection from 127\.0\.0\.1:\d+ broke: ECONNRESET$/);
  expect(await exchange(port, { sends: ['02'] })).toMatchObject({ end: 'fin' });
});
