import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LinkSettings } from '../../../../../bridge/trace/link.ts';
import { plainScript, type Script } from '../../../../../bridge/trace/script.ts';
import type { Segment } from '../../../../../bridge/trace/step.ts';
import { startOwning } from '../../../../helpers/bridge.ts';
import { whyNoLab } from '../../../../helpers/programs/lab.ts';
import { Page } from '../../../../helpers/clients/page.ts';
import { expectCausal, segments, states } from '../../../../helpers/trace-checks.ts';

/** A run whose segments are held, and the viewer who lets them go. */
class HeldRun {
  readonly page: Page;
  readonly id: string | number;
  #from = 0;

  constructor(page: Page, script: Script, link: LinkSettings) {
    this.page = page;
    this.id = page.start(script, undefined, link);
  }

  /** The segment with this id, once it is held and was sent again this often. */
  held(id: string, repeats = 0): Promise<Segment> {
    return this.heldThat((segment) => segment.id === id && (segment.repeats ?? 0) >= repeats);
  }

  async heldThat(fits: (segment: Segment) => boolean): Promise<Segment> {
    const isIt = (segment: Segment) => segment.fate === 'held' && fits(segment);
    const message = await this.page.message('steps', ({ steps }) => segments(steps).some(isIt), this.#from);
    return segments(message.steps).find(isIt)!;
  }

  act(segment: string, action: 'deliver' | 'drop' | 'duplicate'): void {
    this.page.send({ type: 'wire', id: this.id, segment, action });
  }

  /** Delivers every segment as soon as it is held, until the run is done. */
  async deliverAll() {
    const gone = new Set<string>();
    for (let index = this.#from; ; index += 1) {
      const message = await this.page
        .message(
          'steps',
          ({ id, steps }) =>
            id === this.id && segments(steps).some((step) => step.fate === 'held' && !gone.has(step.id)),
          index,
        )
        .catch(() => undefined);
      if (!message) return;
      for (const { id, fate } of segments(message.steps))
        if (fate === 'held' && !gone.has(id)) {
          gone.add(id);
          this.act(id, 'deliver');
        }
    }
  }

  done() {
    return this.page.message('done', ({ id }) => id === this.id);
  }
}

const open = async (script: Script, link: LinkSettings) =>
  new HeldRun(await Page.open(await startOwning({ wire: 'lab' })), script, link);

/** Milliseconds of thought at each segment of a handshake. For a minute: `THINKING_MS=60000 npx vitest run test/bridge/wires/lab/link/hold.test.ts`. */
const THINKING_MS = Number(process.env['THINKING_MS'] ?? 0);

describe.skipIf(whyNoLab)('a run whose segments are held', { timeout: 120_000 + 4 * THINKING_MS }, () => {
  test('stops at each segment of the handshake, with the kernels in the states of that moment', async () => {
    const run = await open(plainScript(121n), { hold: true });
    const now = (side: 'client' | 'server') => states(run.page.steps(run.id), side).at(-1)!.to;
    for (const [segment, client, server] of [
      ['client.syn', 'SYN_SENT', 'LISTEN'],
      ['server.syn', 'SYN_SENT', 'SYN_RCVD'],
      ['client.ack.1', 'ESTABLISHED', 'SYN_RCVD'],
    ] as const) {
      await run.held(segment);
      await setTimeout(THINKING_MS);
      expect([now('client'), now('server')]).toEqual([client, server]);
      run.act(segment, 'deliver');
    }
    void run.deliverAll();
    expect(await run.done()).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
    const steps = run.page.steps(run.id);
    expectCausal(steps);
    expect(segments(steps).every(({ fate }) => fate === 'delivered')).toBe(true);
  });

  test('a kernel that waits sends again: counted, and not queued', async () => {
    const run = await open(plainScript(121n), { hold: [{ kind: 'SYN' }] });
    const { repeats } = await run.held('client.syn', 1);
    expect(repeats).toBe(1);
    run.act('client.syn', 'deliver');
    expect((await run.done()).outcome).toBe('replied');
    const syns = segments(run.page.steps(run.id)).filter(({ id }) => id.startsWith('client.syn'));
    expect(syns).toMatchObject([{ fate: 'delivered', repeats: 1 }]);
  });

  test('a break point holds what it names, and what is sent behind it waits', async () => {
    const run = await open(plainScript(121n), { hold: [{ from: 'server', kind: 'data' }] });
    await run.heldThat(({ id, behind }) => id === 'server.fin' && behind === 'server.data.1');
    const waiting = segments(run.page.steps(run.id)).filter(({ fate }) => fate === 'held');
    expect(waiting.map(({ id, behind }) => [id, behind])).toEqual([
      ['server.data.1', undefined],
      ['server.fin', 'server.data.1'],
    ]);
    run.act('server.data.1', 'deliver');
    expect((await run.done()).outcome).toBe('replied');
    const steps = run.page.steps(run.id);
    expectCausal(steps);
    const [data, fin] = segments(steps).filter(
      ({ from, length, flags }) => from === 'server' && (length > 0 || flags.includes('FIN')),
    );
    expect(fin!.arrivedAt).toBeGreaterThan(data!.arrivedAt!);
    // A kernel that gets a FIN too early answers with the number that it still waits for.
    const answers = segments(steps).filter(
      ({ from, flags, sentAt }) => from === 'client' && flags.join() === 'ACK' && sentAt > data!.sentAt,
    );
    expect(answers.every(({ ack }) => ack! > data!.seq)).toBe(true);
  });

  test('if it may be overtaken, what is sent behind it arrives before it', async () => {
    const run = await open(plainScript(121n), { hold: [{ from: 'server', kind: 'data' }], mayOvertake: true });
    await run.held('server.data.1');
    // Of the FIN that came too early, the client's kernel says only that something is missing.
    await run.page.message('steps', ({ steps }) =>
      segments(steps).some(({ id, fate }) => id === 'server.fin' && fate === 'delivered'),
    );
    expect(segments(run.page.steps(run.id)).filter(({ fate }) => fate === 'held')).toMatchObject([
      { id: 'server.data.1' },
    ]);
    run.act('server.data.1', 'deliver');
    expect(await run.done()).toMatchObject({ outcome: 'replied', link: { mayOvertake: true } });
  });

  test('dropped: the kernel sends it again', async () => {
    const run = await open(plainScript(121n), { hold: [{ from: 'client', kind: 'data' }] });
    await run.held('client.data.1');
    run.act('client.data.1', 'drop');
    expect(await run.done()).toMatchObject({ outcome: 'replied' });
    const data = segments(run.page.steps(run.id)).filter(({ from, length }) => from === 'client' && length > 0);
    expect(data[0]).toMatchObject({ id: 'client.data.1', fate: 'dropped' });
    expect(data[1]).toMatchObject({ fate: 'delivered', retransmissionOf: 'client.data.1' });
  });

  test('dropped after its kernel sent it again: the repetition takes its place', async () => {
    const run = await open(plainScript(121n), { hold: [{ from: 'client', kind: 'data', every: true }] });
    await run.held('client.data.1', 1);
    run.act('client.data.1', 'drop');
    await run.heldThat(({ retransmissionOf }) => retransmissionOf === 'client.data.1');
    // Its kernel may send it yet again before the acknowledgment is there.
    void run.deliverAll();
    expect(await run.done()).toMatchObject({ outcome: 'replied' });
    expectCausal(run.page.steps(run.id));
  });

  test('duplicated: it arrives, and a copy behind it', async () => {
    const run = await open(plainScript(121n), { hold: [{ from: 'client', kind: 'data' }] });
    await run.held('client.data.1');
    run.act('client.data.1', 'duplicate');
    expect(await run.done()).toMatchObject({ outcome: 'replied' });
    expect(segments(run.page.steps(run.id)).find(({ duplicateOf }) => duplicateOf === 'client.data.1')).toMatchObject({
      fate: 'delivered',
    });
  });

  test('a segment that is not held cannot be delivered: an error with a code, and the run goes on', async () => {
    const run = await open(plainScript(121n), { hold: [{ kind: 'SYN' }] });
    await run.held('client.syn');
    expect(await run.page.complaint({ type: 'wire', id: run.id, segment: 'client.fin', action: 'drop' })).toMatchObject(
      {
        code: 'NOT_HELD',
        id: run.id,
      },
    );
    run.act('client.syn', 'deliver');
    expect((await run.done()).outcome).toBe('replied');
  });

  test('cancelled while segments are held: they are released, and the run is done', async () => {
    const run = await open(plainScript(121n), { hold: true });
    await run.held('client.syn');
    run.page.send({ type: 'cancel', id: run.id });
    expect(await run.done()).toMatchObject({ outcome: 'cancelled' });
    expect((await run.page.run(plainScript(8n))).done.outcome).toBe('replied');
  });
});
