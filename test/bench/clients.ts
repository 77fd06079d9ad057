/** The clients that the benchmark compares, each run in a process of its own. */
import { connect } from 'node:net';
import { WebSocket } from 'ws';
import { ShortLivedMap } from '../../bridge/machine/short-lived-collections.ts';
import { plainScript } from '../../bridge/trace/script.ts';

/** What a client did in its time: the milliseconds of each request, and the number of failures. */
export interface Measured {
  seconds: number;
  latencies: number[];
  failed: number;
  /** All requests, including those of the warm-up. */
  requests: number;
}

const DONE = Buffer.from('{"type":"done"');
const script = plainScript(121n);
const number = Buffer.from('0079', 'hex');
const reply = Buffer.from('ÍMPAR').toString('hex');

/** A bare Node TCP client: connect, send, read to the end, close. `atOnce` of them, each again and again. */
export async function bare(port: number, atOnce: number, seconds: number): Promise<Measured> {
  return repeat(atOnce, seconds, () => {
    return new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      let text = '';
      socket.on('data', (bytes) => (text += bytes.toString('hex')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text === reply));
      socket.write(number);
    });
  });
}

/** One page of the bridge with `atOnce` runs at a time. It receives every trace and reads each `done`. */
export async function page(url: string, atOnce: number, seconds: number): Promise<Measured> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, { origin: url });
  const waiting = new ShortLivedMap<number, (good: boolean) => void>();
  await new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
  });
  socket.on('message', (data: Buffer) => {
    // Only the beginning of each message is read: the bridge's cost is measured, not the page's.
    if (!DONE.equals(data.subarray(0, DONE.length))) return;
    const message = JSON.parse(data.toString('utf8')) as { id: number; reply?: { hex: string } };
    waiting.get(message.id)?.(message.reply?.hex === reply);
    waiting.delete(message.id);
  });
  let id = 0;
  const measured = await repeat(atOnce, seconds, () => {
    return new Promise<boolean>((resolve) => {
      waiting.set((id += 1), resolve);
      socket.send(JSON.stringify({ type: 'run', id, script }));
    });
  });
  socket.close();
  return measured;
}

/** A program behind a bridge that passes bytes on: a WebSocket of its own for each request. */
export async function websocket(url: string, atOnce: number, seconds: number): Promise<Measured> {
  return repeat(atOnce, seconds, () => {
    return new Promise<boolean>((resolve) => {
      const socket = new WebSocket(url, ['binary']);
      let text = '';
      socket.on('open', () => socket.send(number));
      socket.on('message', (bytes: Buffer) => (text += bytes.toString('hex')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text === reply));
    });
  });
}

/** Seconds of warm-up: a client's own code is slow until it is compiled. */
const WARM_UP_SECONDS = 0.5;

async function repeat(atOnce: number, seconds: number, once: () => Promise<boolean>): Promise<Measured> {
  const { requests } = await timed(atOnce, WARM_UP_SECONDS, once);
  const measured = await timed(atOnce, seconds, once);
  return { ...measured, requests: measured.requests + requests };
}

async function timed(atOnce: number, seconds: number, once: () => Promise<boolean>): Promise<Measured> {
  const latencies: number[] = [];
  let failed = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const one = async (): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      if (await once()) latencies.push(performance.now() - began);
      else failed += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return { seconds: (performance.now() - start) / 1000, latencies, failed, requests: latencies.length + failed };
}

const CLIENTS = {
  bare: (port: string, atOnce: number, seconds: number) => bare(Number(port), atOnce, seconds),
  page,
  websocket,
};
export type ClientKind = keyof typeof CLIENTS;

if (process.send) {
  const [kind, where, atOnce, seconds] = process.argv.slice(2) as [ClientKind, string, string, string];
  const measured = await CLIENTS[kind](where, Number(atOnce), Number(seconds));
  process.send(measured, () => process.exit());
}
