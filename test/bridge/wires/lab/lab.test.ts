import { describe, expect, onTestFinished, test } from 'vitest';
import { decodeTcpPacket } from '../../../../bridge/packet/packet.ts';
import type { LinkSettings } from '../../../../bridge/trace/link.ts';
import { plainScript, type Script } from '../../../../bridge/trace/script.ts';
import type { Segment, Step } from '../../../../bridge/trace/step.ts';
import { startOwning, startOwningForAll } from '../../../helpers/bridge.ts';
import { whyNoIpv6, whyNoLab } from '../../../helpers/programs/lab.ts';
import { Page, type PlayedRun, type WhenOver } from '../../../helpers/clients/page.ts';
import {
  calls,
  expectCausal,
  expectZeroAndEnd,
  segmentNames,
  segments,
  states,
} from '../../../helpers/trace-checks.ts';

/** A page of a lab of its own, for a test with another server, or with a stopped one. */
const openOwn = async (server?: string) => Page.open(await startOwning({ wire: 'lab', ...(server && { server }) }));

/** The lab of all other runs: no run disturbs another. */
const lab = startOwningForAll({ wire: 'lab' }, !whyNoLab);
const openPage = (whenOver: WhenOver = onTestFinished) => Page.open(lab(), whenOver);

const path = (steps: Step[], side: 'client' | 'server') => states(steps, side).map(({ to }) => to);
const of = (steps: Step[], from: Segment['from'], flag: Segment['flags'][number]) =>
  segments(steps).filter((segment) => segment.from === from && segment.flags.includes(flag));
const ones = (bytes: number) => '01'.repeat(bytes);

/**
 * No segment is inferred, the states were seen, and the kernels followed the standard. A program may be so quick that its
 * kernel leaves a state before the lab looks, except the last one.
 */
function expectSeen({ steps, done }: PlayedRun): void {
  expectCausal(steps);
  expectZeroAndEnd(steps, done.durationUs);
  expect(segments(steps).filter(({ evidence }) => evidence !== 'captured')).toEqual([]);
  for (const side of ['client', 'server'] as const) {
    const seen = states(steps, side).map(({ evidence }) => evidence === 'observed');
    expect(seen.at(-1) ?? true, `the last state of the ${side}`).toBe(true);
    expect(seen.filter((state) => !state).length, `states of the ${side} that nobody saw`).toBeLessThanOrEqual(1);
  }
  expect(states(steps).filter(({ expected }) => expected !== undefined)).toEqual([]);
}

describe.skipIf(whyNoLab)('a run in the lab', () => {
  test('plain: every segment captured, every state observed, the calls of both programs beside them', async () => {
    const page = await openPage();
    const { done, steps } = await page.run(plainScript(121n));
    expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
    expectSeen({ steps, done });
    expect(segmentNames(steps).slice(0, 3)).toEqual(['client SYN', 'server SYN ACK', 'client ACK']);
    expect(path(steps, 'client')).toEqual(['SYN_SENT', 'ESTABLISHED', 'CLOSE_WAIT', 'LAST_ACK', 'CLOSED']);
    expect(path(steps, 'server').slice(0, 4)).toEqual(['LISTEN', 'SYN_RCVD', 'ESTABLISHED', 'FIN_WAIT_1']);
    const timeWait = states(steps, 'server').find(({ to }) => to === 'TIME_WAIT')!;
    expect(timeWait.lastsMs).toBeGreaterThan(59_000);
    expect(timeWait.lastsMs).toBeLessThanOrEqual(60_000);
    const observed = calls(steps).filter(({ side, evidence }) => side === 'server' && evidence === 'observed');
    expect(observed.map(({ name }) => name)).toEqual(['listen', 'accept', 'recv', 'send', 'close']);
  });

  test('each segment is linked to the call that caused it and to the one that it woke', async () => {
    const { steps } = await (await openPage()).run(plainScript(121n));
    const link = (id: string) => {
      const { causedBy, woke } = segments(steps).find((segment) => segment.id === id)!;
      return { causedBy, woke };
    };
    expect(link('client.syn').causedBy).toBe('client.connect');
    expect(link('server.syn').woke).toBe('client.connect');
    expect(link('client.ack.1').woke).toBe('server.accept');
    expect(link('client.data.1').causedBy).toBe('client.send.0');
    expect(link('server.data.1').causedBy).toBe('server.send.0');
    expect(link('client.fin').causedBy).toBe('client.close');
  });

  test.each<[string, Script, string]>([
    ['silent: ten digits', plainScript(1_000_000_000n), 'silent'],
    [
      'a half-closed client',
      [{ do: 'send', hex: '0079' }, { do: 'shutdown' }, { do: 'recv' }, { do: 'close' }],
      'replied',
    ],
    ['no byte at all', [{ do: 'shutdown' }, { do: 'recv' }, { do: 'close' }], 'replied'],
    ['the client closes first', [{ do: 'send', hex: '0079' }, { do: 'close' }], 'silent'],
    ['the client resets', [{ do: 'send', hex: '0079' }, { do: 'reset' }], 'reset'],
    ['oversize: unread bytes', [{ do: 'send', hex: ones(1100) }, { do: 'recv' }, { do: 'close' }], 'reset'],
    [
      'split',
      [{ do: 'send', hex: '00' }, { do: 'wait', ms: 20 }, { do: 'send', hex: '79' }, { do: 'recv' }],
      'replied',
    ],
  ])('%s', async (_, script, outcome) => {
    const { done, steps } = await (await openPage()).run(script);
    expect(done.outcome).toBe(outcome);
    expectSeen({ steps, done });
  });

  test('refused: the server program is stopped', async () => {
    const page = await openOwn();
    page.send({ type: 'server', action: 'stop' });
    await page.message('hello', ({ server }) => server.state === 'stopped');
    const { done, steps } = await page.run(plainScript(1n));
    expect(done).toMatchObject({ outcome: 'refused', error: 'ECONNREFUSED' });
    expectSeen({ steps, done });
    expect(segmentNames(steps)).toEqual(['client SYN', 'server RST ACK']);
    expect(path(steps, 'client')).toEqual(['SYN_SENT', 'CLOSED']);
  });

  test.each(['127.0.0.1', '0.0.0.0', '10.77.0.2'])('a server bound to %s is reached', async (host) => {
    const page = await openOwn(`exec '${process.execPath}' dist/server/main.js --host ${host} --port PORT`);
    const { done, steps } = await page.run(plainScript(8n));
    expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'PAR' } });
    expectSeen({ steps, done });
  });

  test.skipIf(whyNoIpv6).each(['::1', '::', 'fd77::2'])(
    'a server bound to %s is reached over IPv6, whatever the link does',
    async (host) => {
      const page = await openOwn(`exec '${process.execPath}' dist/server/main.js --host ${host} --port PORT`);
      const { target } = await page.message('hello', ({ server }) => server.listensOn !== undefined);
      expect(target).toMatch(/^\[fd77::2\]:/);
      const plain = await page.run(plainScript(8n));
      expect(plain.done).toMatchObject({ outcome: 'replied', reply: { text: 'PAR' }, target });
      expectSeen(plain);
      expect(calls(plain.steps).find(({ name, side }) => name === 'socket' && side === 'client')!.args[0]).toBe(
        'AF_INET6',
      );
      expect(calls(plain.steps).find(({ name }) => name === 'connect')!.args).toEqual([target]);
      const ends = segments(plain.steps).map(({ header }) => decodeTcpPacket(Buffer.from(header!, 'hex')).ip);
      expect(new Set(ends.map(({ source }) => source))).toEqual(new Set(['fd77::1', 'fd77::2']));
      const faults = {
        mtu: 1280,
        duplicatePercent: 30,
        reorderPercent: 30,
        drop: [{ kind: 'data', from: 'client' }],
        seed: 3,
      };
      const broken = await page.run([{ do: 'send', hex: '01'.repeat(1024) }, { do: 'recv' }], faults as LinkSettings);
      expect(broken.done.outcome).toBe('replied');
      expectCausal(broken.steps);
      expect(segments(broken.steps)[0]!.options).toContain('mss 1220');
      expect(segments(broken.steps).some(({ fate }) => fate === 'dropped')).toBe(true);
    },
  );

  test('there is no way out: two interfaces, and one route, to the other host', async () => {
    const page = await openOwn(
      `cat /proc/net/dev /proc/net/route; exec '${process.execPath}' dist/server/main.js --port PORT`,
    );
    const hello = await page.message('hello', ({ server }) => server.output.some(({ line }) => line.includes('Iface')));
    const lines = hello.server.output.map(({ line }) => line.trim());
    expect(
      lines
        .filter((line) => /^\w+:/.test(line))
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['lo', 'wire0']);
    const routes = lines
      .slice(lines.findIndex((line) => line.startsWith('Iface')) + 1)
      .filter((line) => /^wire0/.test(line));
    expect(routes.map((line) => line.split(/\s+/)[1])).toEqual(['00004D0A']);
  });
});

describe.skipIf(whyNoLab).concurrent('what the link does to a run', () => {
  // Alone: if other runs wait for accept() too, another segment wakes it, or none.
  test.sequential('the ACK of the handshake lost: the data carry it', async ({ onTestFinished }) => {
    const { done, steps } = await (
      await openPage(onTestFinished)
    ).run(plainScript(121n), { drop: [{ from: 'client', kind: 'ACK' }] });
    expectSeen({ steps, done });
    expect(segments(steps).find(({ woke }) => woke === 'server.accept')).toMatchObject({ from: 'client', length: 2 });
  });

  test('a first SYN lost: the kernel sends it again after about a second', async ({ onTestFinished }) => {
    const { done, steps } = await (await openPage(onTestFinished)).run(plainScript(121n), { drop: [{ kind: 'SYN' }] });
    expect(done).toMatchObject({ outcome: 'replied', link: { drop: [{ kind: 'SYN' }] } });
    expectSeen({ steps, done });
    const [first, second] = of(steps, 'client', 'SYN');
    expect(first).toMatchObject({ fate: 'dropped' });
    expect(first).not.toHaveProperty('arrivedAt');
    expect(second).toMatchObject({ fate: 'delivered', retransmissionOf: first!.id });
    expect(second!.sentAt - first!.sentAt).toBeGreaterThan(900_000);
    // The second time-out would end after three seconds.
    expect(second!.sentAt - first!.sentAt).toBeLessThan(2_900_000);
  });

  test('every SYN lost: time-out, with each attempt shown', async ({ onTestFinished }) => {
    const { done, steps } = await (await openPage(onTestFinished)).run(plainScript(1n), { lossPercent: 100 });
    expect(done).toMatchObject({ outcome: 'timeout', error: 'ETIMEDOUT', link: { lossPercent: 100 } });
    expectSeen({ steps, done });
    expect(segmentNames(steps)).toEqual(['client SYN', 'client SYN', 'client SYN', 'client SYN']);
    expect(
      segments(steps)
        .slice(1)
        .every(({ retransmissionOf }) => retransmissionOf === 'client.syn'),
    ).toBe(true);
    expect(path(steps, 'client')).toEqual(['SYN_SENT', 'CLOSED']);
  });

  test('the first data lost: sent again, marked as a retransmission, and answered', async ({ onTestFinished }) => {
    const { done, steps } = await (
      await openPage(onTestFinished)
    ).run(plainScript(121n), { drop: [{ from: 'client', kind: 'data' }] });
    expect(done.reply?.text).toBe('ÍMPAR');
    expectSeen({ steps, done });
    const data = segments(steps).filter(({ from, length }) => from === 'client' && length > 0);
    expect(data[0]).toMatchObject({ fate: 'dropped', causedBy: 'client.send.0' });
    expect(data.slice(1).every(({ retransmissionOf }) => retransmissionOf === data[0]!.id)).toBe(true);
    expect(data.at(-1)).toMatchObject({ fate: 'delivered', woke: 'server.recv.0' });
  });

  test('delay: each segment is under way that long, and is reported before it arrives', async ({ onTestFinished }) => {
    const page = await openPage(onTestFinished);
    const { done, steps } = await page.run(plainScript(121n), { delayMs: 150 });
    expectSeen({ steps, done });
    for (const { sentAt, arrivedAt } of segments(steps)) expect(arrivedAt! - sentAt).toBeGreaterThanOrEqual(149_000);
    const told = page.messages.flatMap((message) => (message.type === 'steps' ? message.steps : []));
    expect(told.find(({ id }) => id === 'client.syn')).toMatchObject({ fate: 'underway' });
  });

  test('duplicates: the wire made the copy, and the kernel acknowledges it again', async ({ onTestFinished }) => {
    const { steps } = await (await openPage(onTestFinished)).run(plainScript(121n), { duplicatePercent: 100, seed: 1 });
    expectCausal(steps);
    const copies = segments(steps).filter(({ duplicateOf }) => duplicateOf !== undefined);
    expect(copies.length).toBeGreaterThan(3);
    for (const { id, duplicateOf, fate } of copies) expect(`${id} ${fate}`).toBe(`${duplicateOf}.copy delivered`);
  });

  test('a small MTU: the number comes in many segments', async ({ onTestFinished }) => {
    const { steps } = await (
      await openPage(onTestFinished)
    ).run([{ do: 'send', hex: ones(1000) }, { do: 'recv' }, { do: 'close' }], { mtu: 300 });
    expectCausal(steps);
    expect(of(steps, 'client', 'SYN')[0]!.options).toContain('mss 260');
    const data = segments(steps).filter(({ from, length }) => from === 'client' && length > 0);
    expect(data.length).toBeGreaterThanOrEqual(4);
    for (const { length } of data) expect(length).toBeLessThanOrEqual(260);
  });

  test('a slow line: bytes take their time', async ({ onTestFinished }) => {
    const { steps } = await (
      await openPage(onTestFinished)
    ).run([{ do: 'send', hex: ones(1000) }, { do: 'recv' }, { do: 'close' }], { kbitPerSecond: 100 });
    const data = segments(steps).find(({ from, length }) => from === 'client' && length > 0)!;
    // 1052 bytes at 100 kbit/s: 84 ms.
    expect(data.arrivedAt! - data.sentAt).toBeGreaterThan(80_000);
  });

  test('the same seed gives the same losses to the same packets, and the trace keeps the seed', async ({
    onTestFinished,
  }) => {
    const page = await openPage(onTestFinished);
    const link = { lossPercent: 100, seed: 7 };
    const { done } = await page.run([{ do: 'wait', ms: 1 }], { ...link, lossPercent: 0 });
    expect(done.link).toEqual({ lossPercent: 0, seed: 7 });
    const chosen = await page.run([{ do: 'wait', ms: 1 }], { delayMs: 1 });
    expect(chosen.done.link?.seed).toEqual(expect.any(Number));
  });

  test('runs do not disturb each other: one that loses everything beside many that lose nothing', async ({
    onTestFinished,
  }) => {
    const page = await openPage(onTestFinished);
    const lost = page.start(plainScript(1n), 'lost', { lossPercent: 100 });
    const all = await Promise.all(Array.from({ length: 20 }, (_, number) => page.run(plainScript(BigInt(number)))));
    for (const [number, { done, steps }] of all.entries()) {
      expect(done).toMatchObject({ outcome: 'replied', reply: { text: number % 2 === 0 ? 'PAR' : 'ÍMPAR' } });
      expectCausal(steps);
      const fates = segments(steps).map(({ id, fate }) => `${id} ${fate}`);
      expect(fates.filter((fate) => !fate.endsWith('delivered'))).toEqual([]);
    }
    page.send({ type: 'cancel', id: lost });
    expect(await page.message('done', ({ id }) => id === lost)).toMatchObject({ outcome: 'cancelled' });
  });
});
