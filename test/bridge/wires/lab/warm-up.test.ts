import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Bridge } from '../../../../bridge/bridge.ts';
import { LIMITS } from '../../../../bridge/protocol/limits.ts';
import { plainScript } from '../../../../bridge/trace/script.ts';
import { LabWire } from '../../../../bridge/wires/lab/lab.ts';
import type { ClientRun, RunOnWire, Wire } from '../../../../bridge/wires/wire.ts';
import { startOwning } from '../../../helpers/bridge.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { whyNoLab } from '../../../helpers/programs/lab.ts';
import { calls, expectCausal, segments } from '../../../helpers/trace-checks.ts';
import { until } from '../../../helpers/until.ts';

describe.skipIf(whyNoLab)('a warmed-up lab', () => {
  test('has left its server program alone: one that serves a single connection serves the first run', async () => {
    const bridge = await startOwning({
      wire: 'lab',
      server: `exec '${process.execPath}' dist/server/main.js --once --port PORT`,
    });
    const page = await Page.open(bridge);
    const { server } = await page.message('hello');
    expect(server.state).toBe('listening');
    expect(server.output.filter(({ line }) => /10\.77\.0\.1/.test(line))).toEqual([]);
    const { done, steps } = await page.run(plainScript(121n));
    expect(done).toMatchObject({ outcome: 'replied', reply: { text: 'ÍMPAR' } });
    expectCausal(steps);
    const connections = new Set(
      calls(steps).flatMap(({ side, name, peer }) => (side === 'server' && name === 'accept' ? [peer] : [])),
    );
    expect(connections.size).toBe(1);
    // The ports of every packet: the client's, and the server program's own.
    const ports = segments(steps).map(({ header }) => Buffer.from(header!, 'hex').subarray(20, 24));
    const pairs = ports.map((pair) => [pair.readUInt16BE(0), pair.readUInt16BE(2)].toSorted((a, b) => a - b).join());
    expect(new Set(pairs).size).toBe(1);
    expect(pairs[0]).toContain(String(bridge.targetPort));
  });

  test('has a listener of its own host only while it is lent', async () => {
    const wire = await LabWire.make(await freePort(), 10_000);
    onTestFinished(() => wire.close());
    const listener = (await wire.openListener())!;
    expect(listener.port).not.toBe(wire.target.port);
    expect(await play(wire, listener.port)).toMatchObject({ connected: 'ok', peerEnd: 'fin', reply: '2d2d2d2d2d2d' });
    listener.close();
    expect(await play(wire, listener.port)).toMatchObject({ connected: 'ECONNREFUSED' });
  });

  test('never has that listener on the server program’s port', async () => {
    const wire = await LabWire.make(9, 10_000);
    onTestFinished(() => wire.close());
    expect((await wire.openListener())!.port).not.toBe(9);
  });
});

describe('a lab that cannot be warmed up', () => {
  test('is used all the same, and the log says that nothing came through', async () => {
    const warn = vi.fn();
    await started(fakeWire({ openListener: async () => ({ port: 9, close: () => {} }) }), warn);
    expect(warn).toHaveBeenCalledExactlyOnceWith('The lab carried no connection when it was tried: refused.');
  });

  test.each<[string, Partial<Wire>]>([
    ['has no listener', {}],
    ['cannot listen', { openListener: async () => undefined }],
    ['never says whether it listens', { openListener: () => new Promise(() => {}) }],
  ])('because it %s: nobody needs to know', async (_, more) => {
    const warn = vi.fn();
    await started(fakeWire(more), warn);
    expect(warn).not.toHaveBeenCalled();
  });

  test('a listener that comes too late is closed again', async () => {
    const close = vi.fn();
    let listens = (_: { port: number; close(): void }): void => {};
    const openListener = (): Promise<{ port: number; close(): void }> => new Promise((resolve) => (listens = resolve));
    await started(fakeWire({ openListener }), vi.fn());
    listens({ port: 9, close });
    await until(() => close.mock.calls.length === 1);
  });
});

/** Connects to a port of the server's host. */
function play(wire: Wire, port: number) {
  const run = wire.open({
    ...{ script: plainScript(1n), limits: LIMITS, host: wire.target.host, port, zero: 0 },
    sink: () => {},
    onPort: () => {},
  });
  return run.played.finally(() => run.watch?.stop());
}

/** A wire on which every connection is refused. */
function fakeWire(more: Partial<Wire>): Wire {
  const target = { host: '127.0.0.1', port: 1 };
  const open = ({ onPort }: RunOnWire): ClientRun => {
    onPort(40_000);
    return { played: Promise.resolve({ connected: 'ECONNREFUSED', ownReset: false, reply: '' }), abort: () => {} };
  };
  return {
    name: 'lab',
    target,
    reached: [target.host],
    status: () => [],
    open,
    close: () => Promise.resolve(),
    ...more,
  };
}

/** Starts a bridge on this wire, without a server program; resolves when it is ready. */
async function started(wire: Wire, warn: () => void): Promise<void> {
  const config = { wire: 'lab', target: wire.target, ownsServer: false, restart: false, capture: 'off' } as const;
  const log = { warn, error: vi.fn() };
  const bridge = new Bridge(config, { wire }, log, { mayControl: false, limits: LIMITS });
  onTestFinished(() => bridge.stop());
  await bridge.start();
}
