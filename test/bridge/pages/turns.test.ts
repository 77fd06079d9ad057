import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { plainScript } from '../../../bridge/trace/script.ts';
import { Page } from '../../helpers/clients/page.ts';
import { freePort } from '../../helpers/free-port.ts';
import { BRIDGE } from '../../helpers/programs/built-programs.ts';
import { startNode } from '../../helpers/programs/program.ts';

const FLOODERS = 8;
const RUNS = 100;
/** A busy machine may be slow once, but not each time. */
const TRIES = 3;

/** A client's text frame (RFC 6455 §5.2) with the mask 0, again and again: about 64 KiB. */
const FLOOD = Buffer.concat(Array(8192).fill(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x7b, 0x7d])));
const PINGS = Buffer.concat(Array(8192).fill(Buffer.from([0x89, 0x80, 0, 0, 0, 0])));
/** Fragments of a message that never ends. */
const FRAGMENTS = Buffer.concat(Array(8192).fill(Buffer.from([0x00, 0x80, 0, 0, 0, 0])));
const FIRST_FRAGMENT = Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x7b]);

async function percentile99(page: Page): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const startedAt = performance.now();
    const { done } = await page.run(plainScript(121n));
    times.push(performance.now() - startedAt);
    expect(done.outcome).toBe('replied');
  }
  return times.sort((one, other) => one - other)[Math.floor(RUNS * 0.99) - 1]!;
}

/** Writes as fast as the bridge reads, and reads nothing but the handshake. */
async function flood(url: string, origin: string, bytes: Buffer, first?: Buffer): Promise<() => void> {
  const socket = new WebSocket(url, { origin });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  const transport = (socket as unknown as { _socket: Socket })._socket;
  let over = false;
  if (first) transport.write(first);
  const more = (): void => {
    if (!over && transport.writable) transport.write(bytes, more);
  };
  more();
  return () => {
    over = true;
    socket.terminate();
  };
}

test.each<[string, Buffer, Buffer?]>([
  ['messages', FLOOD],
  ['pings', PINGS],
  ['fragments', FRAGMENTS, FIRST_FRAGMENT],
])('eight pages flood the bridge with %s: an honest page hardly waits longer', async (_, bytes, first) => {
  const [http, target] = [await freePort(), await freePort()];
  const program = startNode([
    ...BRIDGE,
    ...['--wire', 'direct', '--capture', 'off', '--http', `127.0.0.1:${http}`, '--target', `127.0.0.1:${target}`],
    ...['--server', `exec '${process.execPath}' dist/server/main.js --port ${target}`],
  ]);
  await program.line(/^Aperto is at /);
  const bridge = { port: http, origin: `http://127.0.0.1:${http}` };
  const page = await Page.open(bridge);
  await page.message('hello', ({ server }) => server.state === 'listening');
  await percentile99(page);
  let ratio = Infinity;
  for (let turn = 0; turn < TRIES && ratio >= 5; turn += 1) {
    const idle = await percentile99(page);
    const ends = await Promise.all(
      Array.from({ length: FLOODERS }, () => flood(`ws://127.0.0.1:${http}/ws`, bridge.origin, bytes, first)),
    );
    onTestFinished(() => ends.forEach((end) => end()));
    const flooded = await percentile99(page);
    ends.forEach((end) => end());
    ratio = flooded / idle;
  }
  expect(ratio).toBeLessThan(5);
});
