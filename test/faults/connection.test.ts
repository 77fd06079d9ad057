import type { Socket } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import type { PlayedRun } from '../helpers/clients/page.ts';
import { deferred } from '../helpers/deferred.ts';
import { calls } from '../helpers/trace-checks.ts';
import { until } from '../helpers/until.ts';
import { endure, LATE_MS, LONG_RUN_MS, plain, RUN_MS, Scenes, type Case, type Scene } from './endure.ts';
import { bandwidth, heldClose, latency, limit, reset, slices, slowClose, vanish, type Fault } from './faults.ts';
import type { World } from './world.ts';

const toServer =
  (fault: Fault): Case['breaks'] =>
  ({ world }) =>
    (world.proxy.toServer = fault);
const toClient =
  (fault: Fault): Case['breaks'] =>
  ({ world }) =>
    (world.proxy.toClient = fault);
const serving =
  (serve: World['serve']): Case['breaks'] =>
  ({ world }) =>
    (world.serve = serve);

const replied = (text: string) =>
  ({ outcome: 'replied', reply: { text, hex: Buffer.from(text).toString('hex') } }) as const;
const silent = { outcome: 'silent' } as const;
const outOfTime = { outcome: 'timeout', error: 'RUN_TIME' } as const;

const recv = { do: 'recv' } as const;
const close = { do: 'close' } as const;
const sendOf = (bytes: number) => ({ do: 'send', hex: '01'.repeat(bytes) }) as const;

/** No sooner than the fault allows, and not much later; in milliseconds. */
const after = (least: number) => [least, least + LATE_MS] as const;
const atOnce = after(0);
/** The limit counts from before the run's first call, the duration from that call: see `expectTimed`. */
const atTheLimit = [RUN_MS - 500, RUN_MS + LATE_MS] as const;

/** Waits for this number of bytes, then replies with the number that came. */
const counting = (wanted: number) => (socket: Socket) => {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= wanted) socket.end(String(bytes));
  });
};

/** Sends a hundred megabytes, as fast as the peer takes them. */
function flood(socket: Socket): void {
  const chunk = Buffer.alloc(1_000_000, 'x');
  let left = 100;
  const more = (): void => void (left-- > 0 && socket.writable && socket.write(chunk, more));
  socket.resume().once('data', more);
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz';

/** Sends one letter a second. The reply is what the client read, and begins with what the server sent first. */
function oneByteASecond(): Pick<Case, 'breaks' | 'also'> {
  let sent = '';
  return {
    breaks: (scene) => {
      sent = '';
      serving((socket) => {
        const say = (): void => {
          const letter = ALPHABET[sent.length]!;
          sent += letter;
          socket.write(letter);
        };
        socket.resume().once('data', say);
        const timer = setInterval(say, 1000);
        socket.once('close', () => clearInterval(timer));
      })(scene);
    },
    also: (_, { done, steps }) => {
      const reads = calls(steps).filter(({ side, name }) => side === 'client' && name === 'recv');
      const came = reads.reduce((sum, read) => sum + (read.bytes ?? 0), 0);
      expect(came).toBeGreaterThanOrEqual(2);
      expect(came).toBeLessThanOrEqual(sent.length);
      expect(done).toMatchObject({ ...replied(sent.slice(0, came)), outcome: 'timeout' });
    },
  };
}

/** Ends its side before a byte has come, and reads on. */
function halfClosing(): Pick<Case, 'breaks' | 'also'> {
  let heard = '';
  return {
    breaks: (scene) => {
      heard = '';
      serving((socket) => {
        socket.end();
        socket.on('data', (bytes: Buffer) => (heard += bytes.toString('hex')));
      })(scene);
    },
    also: () => until(() => heard === '0079'),
  };
}

/** Ends its side with the reply, and hears of the client's end only when the run is over. */
function hearingTheEndLate(): Pick<Case, 'breaks' | 'also'> {
  let isOver = deferred<void>();
  let ended = false;
  return {
    breaks: ({ world }) => {
      isOver = deferred();
      ended = false;
      world.proxy.toServer = heldClose(isOver.promise);
      world.serve = (socket) => {
        socket.once('data', () => socket.end('late')).once('end', () => (ended = true));
      };
    },
    also: async () => {
      expect(ended).toBe(false);
      isOver.resolve();
      await until(() => ended);
    },
  };
}

/** The flood does not fill the bridge's memory, whose peak the kernel remembers. */
function flooding(): Pick<Case, 'breaks' | 'also'> {
  let peak = 0;
  let ended = false;
  return {
    breaks: ({ world, bridge }) => {
      peak = bridge.peakMemory();
      ended = false;
      world.serve = (socket) => {
        socket.once('close', () => (ended = true));
        flood(socket);
      };
    },
    also: async ({ bridge }) => {
      expect(bridge.peakMemory() - peak).toBeLessThan(40e6);
      await until(() => ended);
    },
  };
}

const showsRecvs =
  (least: number) =>
  (_: Scene, { steps }: PlayedRun) =>
    expect(calls(steps).filter(({ name }) => name === 'recv').length).toBeGreaterThanOrEqual(least);

// prettier-ignore
const FAULTS: Case[] = [
  { name: 'latency with jitter, to the server', breaks: toServer(latency(150, 50)), told: replied('ÍMPAR'), within: after(100) },
  { name: 'latency with jitter, to the client', breaks: toClient(latency(150, 50)), told: replied('ÍMPAR'), within: after(100) },
  { name: 'bandwidth, to the server', breaks: (scene) => { toServer(bandwidth(50))(scene); serving(counting(20))(scene); }, script: [sendOf(20), recv, close], told: replied('20'), within: after(390) },
  { name: 'bandwidth, to the client', breaks: toClient(bandwidth(20)), told: replied('ÍMPAR'), within: after(290), also: showsRecvs(3) },
  { name: 'slices, to the server: its one read gets the first', breaks: toServer(slices(1, 30)), told: replied('PAR'), within: after(30) },
  { name: 'slices, to the client: split within a character', breaks: toClient(slices(1, 30)), told: replied('ÍMPAR'), within: after(170), also: showsRecvs(3) },
  { name: 'limit, to the server: half of the number', breaks: toServer(limit(1)), told: replied('PAR'), within: atOnce },
  { name: 'limit, to the client: half of the reply', breaks: toClient(limit(3)), told: replied('ÍM'), within: atOnce },
  { name: 'slow close, to the server', ...hearingTheEndLate(), told: replied('late'), within: atOnce },
  { name: 'slow close, to the client', breaks: toClient(slowClose(300)), told: replied('ÍMPAR'), within: after(295) },
  { name: 'data vanishes on the way to the server', breaks: toServer(vanish()), told: outOfTime, within: atTheLimit },
  { name: 'data vanishes on the way to the client', breaks: toClient(vanish()), told: outOfTime, within: atTheLimit },
  { name: 'data vanishes, then a close: to the server, which takes nothing for 0', breaks: toServer(vanish(200)), told: replied('PAR'), within: after(195) },
  { name: 'data vanishes, then a close: to the client', breaks: toClient(vanish(200)), told: silent, within: after(195) },
  { name: 'reset, of the server: its client hears a close', breaks: toServer(reset), told: silent, within: atOnce },
  { name: 'reset, of the client', breaks: toClient(reset), told: { outcome: 'reset', error: 'ECONNRESET' }, within: atOnce },
  { name: 'down', breaks: ({ world }) => world.down(), told: { outcome: 'refused', error: 'ECONNREFUSED' }, within: atOnce },
  { name: 'down in mid-run', breaks: (scene) => serving((socket) => socket.once('data', () => scene.world.down()))(scene), told: silent, within: atOnce },
  { name: 'server killed in mid-run', breaks: ({ world }) => world.replaceBy('dies'), told: silent, within: atOnce },
  { name: 'server never accepts', breaks: ({ world }) => world.replaceBy('never-accepts'), told: outOfTime, within: atTheLimit },
  { name: 'server floods 100 MB', ...flooding(), told: { outcome: 'failed', error: 'REPLY_TOO_LARGE' }, within: atOnce },
  { name: 'server floods 100 MB, and nobody reads', ...flooding(), script: [sendOf(2), { do: 'wait', ms: 500 }, close], told: silent, within: after(500) },
  { name: 'server sends one byte a second', ...oneByteASecond(), told: outOfTime, within: atTheLimit },
  { name: 'server answers before it is asked', breaks: serving((socket) => socket.resume().end('early')), script: [{ do: 'wait', ms: 50 }, ...plain], told: replied('early'), within: after(50) },
  { name: 'server half-closes at once', ...halfClosing(), script: [recv, ...plain], told: silent, within: atOnce },
];

const limited = new Scenes(RUN_MS);
const patient = new Scenes(LONG_RUN_MS);
afterAll(() => Promise.all([limited.close(), patient.close()]));

test.concurrent.for(FAULTS)('$name', async (fault) => {
  const scenes = fault.within === atTheLimit ? limited : patient;
  const scene = await scenes.take();
  await endure(fault, scene);
  scenes.giveBack(scene);
});
