import { connect, type Socket } from 'node:net';
import { seededRandom } from '../../bridge/wires/lab/link/faults/seeded-random.ts';
import { upgradeRequest } from '../helpers/clients/deaf-page.ts';
import { below, mutate, pick, type Random } from './mutate.ts';
import type { Fuzzed } from './fuzz.ts';

const AT_ONCE = 32;
/** Milliseconds that a connection waits for a reply; many requests are never complete. */
const PATIENCE_MS = 100;
/** Milliseconds in which the bridge must reply to a correct request, whatever came before. */
const HEALTHY_MS = 5000;
const HEALTH_EVERY = 500;

/** Requests over raw sockets, most of them bad, and bad frames after an upgrade. */
export async function fuzzRequests(
  bridge: { port: number; origin: string },
  { seed, cases, atMostMs }: { seed: number; cases: number; atMostMs: number },
): Promise<Pick<Fuzzed, 'cases' | 'faults'>> {
  const random = seededRandom(seed);
  const seeds = requestsTo(bridge);
  const end = performance.now() + atMostMs;
  const faults: string[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < cases && faults.length === 0 && performance.now() < end) {
      const number = begun++;
      const pieces = piecesOf(random, seeds);
      const answer = await exchange(bridge.port, pieces, random() < 0.5);
      const wrong = faultIn(answer) ?? (number % HEALTH_EVERY === 0 ? await illness(bridge) : undefined);
      if (wrong !== undefined) faults.push(`request ${number} of seed ${seed}: ${wrong}\n${show(pieces)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  const wrong = await illness(bridge);
  if (wrong !== undefined) faults.push(`after ${begun} requests of seed ${seed}: ${wrong}`);
  return { cases: begun, faults };
}

/** What a connection sends, in order: a request, or an upgrade and frames, each changed now and then. */
function piecesOf(random: Random, { requests, upgrade }: Seeds): Uint8Array[] {
  const frames = random() < 0.5;
  const whole = frames
    ? [upgrade, ...Array.from({ length: 1 + below(random, 5) }, () => someFrame(random))]
    : Array.from({ length: 1 + below(random, 3) }, () => mutated(random, pick(random, requests), requests));
  const bytes = Buffer.concat(whole);
  const cut = below(random, bytes.length + 1);
  return random() < 0.3 ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes];
}

function mutated(random: Random, request: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  return random() < 0.2 ? request : mutate(random, request, others);
}

interface Seeds {
  requests: Uint8Array[];
  upgrade: Uint8Array;
}

function requestsTo(bridge: { port: number; origin: string }): Seeds {
  const upgrade = upgradeRequest(bridge);
  const host = `Host: 127.0.0.1:${bridge.port}`;
  const heads: [string, ...string[]][] = [
    ['GET /health HTTP/1.1', host],
    ['GET / HTTP/1.1', host, 'Accept-Encoding: gzip, br', 'Range: bytes=0-10', 'If-None-Match: "x"'],
    ['GET /../../etc/passwd HTTP/1.1', host],
    ['GET /%2e%2e/%00/%ff HTTP/1.1', host],
    ['GET //evil.example/ HTTP/1.1', host],
    ['GET http://evil.example/health HTTP/1.1', host],
    ['OPTIONS * HTTP/1.1', host],
    ['CONNECT 127.0.0.1:22 HTTP/1.1', host],
    ['TRACE / HTTP/1.1', host],
    ['HEAD /health HTTP/1.0'],
    ['PRI * HTTP/2.0'],
    ['GET /health HTTP/9.9', host],
    ['GET /health'],
    ['POST /health HTTP/1.1', host, 'Content-Type: application/json', 'Content-Length: 2147483648'],
    ['POST /ws HTTP/1.1', host, 'Transfer-Encoding: chunked', 'Content-Length: 3'],
    ['GET /health HTTP/1.1', host, host, 'Content-Length: -1'],
    ['GET /health HTTP/1.1', host, `X-Long: ${'x'.repeat(20_000)}`],
    ['GET /health HTTP/1.1', host, ...Array<string>(300).fill('X: y')],
    ['GET /health HTTP/1.1', host, 'X\u0000Y: z', ' folded', ': empty', 'no colon'],
    ['GET /ws HTTP/1.1', host, `Origin: ${bridge.origin}`, 'Upgrade: websocket', 'Connection: Upgrade'],
    ['GET /ws HTTP/1.1', host, `Origin: ${bridge.origin}`, 'Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings'],
    ['GET /elsewhere HTTP/1.1', ...upgrade.split('\r\n').slice(1, -2)],
  ];
  const bodies = ['', '{"type":"run"}', 'ffffffffffffffff\r\n', '0\r\n\r\n', 'GET / HTTP/1.1\r\n\r\n'];
  const requests = heads.map((lines, index) =>
    Buffer.from(`${lines.join('\r\n')}\r\n\r\n${bodies[index % bodies.length]}`, 'latin1'),
  );
  return { requests: [...requests, Buffer.from(upgrade)], upgrade: Buffer.from(upgrade) };
}

const PAYLOADS = [
  '',
  '{',
  '{"type":"cancel","id":1}',
  '{"type":"run","id":1,"script":[{"do":"close"}]}',
  '\u0003\u00e8',
  'x'.repeat(126),
];

/** A WebSocket frame (RFC 6455 §5.2) of any opcode, with any of its rules broken: masks, reserved bits, lengths, fragments. */
function someFrame(random: Random): Uint8Array {
  const payload = Buffer.from(pick(random, PAYLOADS), 'latin1');
  const final = random() < 0.8 ? 0x80 : 0;
  const reserved = random() < 0.2 ? below(random, 8) << 4 : 0;
  const masked = random() < 0.9 ? 0x80 : 0;
  const mask = masked ? [below(random, 256), 0, below(random, 256), 0] : [];
  const sent = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  const bytes = Buffer.concat([
    Buffer.from([
      final | reserved | below(random, 16),
      ...lengthOf(random, payload.length).map((byte, index) => byte | (index === 0 ? masked : 0)),
      ...mask,
    ]),
    sent,
  ]);
  return random() < 0.2 ? mutate(random, bytes, [bytes]) : bytes;
}

/** The true length, a longer form than needed, or far too much: up to 2^63. */
function lengthOf(random: Random, length: number): number[] {
  if (random() < 0.1) return [127, below(random, 128), ...Array.from({ length: 7 }, () => below(random, 256))];
  if (random() < 0.1) return [127, 0, 0, 0, 0, 0, 0, length >> 8, length & 0xff];
  return length > 125 || random() < 0.1 ? [126, length >> 8, length & 0xff] : [length];
}

/** Sends the pieces one after the other; returns what came until the bridge closed or the time was over. */
function exchange(port: number, pieces: readonly Uint8Array[], ends: boolean): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let answer = '';
    socket.setTimeout(PATIENCE_MS, () => socket.destroy());
    socket.on('data', (bytes) => (answer += bytes.toString('latin1')));
    socket.on('error', () => {});
    socket.on('close', () => resolve(answer));
    socket.once('connect', () => {
      const [first, ...rest] = pieces;
      socket.write(first!, () => {
        for (const piece of rest) socket.write(piece);
        if (ends) socket.end();
      });
    });
  });
}

/** A reply is HTTP, and never an error of the bridge itself. */
function faultIn(answer: string): string | undefined {
  if (answer === '' || /^HTTP\/1\.1 [1-4]\d\d /.test(answer)) {
    return answer.includes('"code":"INTERNAL"') ? `an error of the bridge: ${answer.slice(0, 500)}` : undefined;
  }
  // What HTTP/2 or an unknown method gets.
  if (/^HTTP\/1\.1 50[15] /.test(answer)) return undefined;
  return `an answer that is none: ${JSON.stringify(answer.slice(0, 500))}`;
}

async function illness({ origin }: { origin: string }): Promise<string | undefined> {
  try {
    const { status } = await fetch(`${origin}/health`, {
      signal: AbortSignal.timeout(HEALTHY_MS),
      headers: { connection: 'close' },
    });
    return status === 200 ? undefined : `health says ${status}`;
  } catch (error) {
    return `no health: ${(error as Error).message}`;
  }
}

function show(pieces: readonly Uint8Array[]): string {
  return pieces.map((piece) => JSON.stringify(Buffer.from(piece).toString('latin1').slice(0, 1000))).join('\n    ');
}
