import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { freePort } from '../../helpers/free-port.ts';
import { whyNoIpv6, whyNoLab } from '../../helpers/programs/lab.ts';
import { calls, states } from '../../helpers/trace-checks.ts';

const NODE = `exec "${process.execPath}"`;
/** Without the probe, as any foreign program. */
const PLAIN = `unset NODE_OPTIONS; ${NODE}`;
const script = (address: string) =>
  `-e "require('node:net').createServer((c) => c.on('error', () => {}).once('data', () => c.end('ok'))).listen(${address})"`;

interface Settings {
  calls?: 'tracer' | 'probe';
  wire?: 'direct' | 'lab';
  host?: string;
}

/** A page of a bridge with this server program. `PORT` is the target's port, and `OTHER` another free one. */
async function pageWith(
  server: string,
  { wire = 'direct', host = '127.0.0.1', calls: choice = 'probe' }: Settings = {},
) {
  const [port, other] = [await freePort(), await freePort()];
  const line = server.replaceAll('PORT', String(port)).replaceAll('OTHER', String(other));
  const bridge = await startBridge({ wire, calls: choice, ownsServer: true, target: { host, port }, server: line });
  return { page: await Page.open(bridge), port, other };
}

const wires = whyNoLab ? (['direct'] as const) : (['direct', 'lab'] as const);
const programs = { 'with the probe': NODE, 'without it': PLAIN };

describe.runIf(process.platform === 'linux').each(wires)('on the wire %s', (wire) => {
  describe.each(Object.entries(programs))('a Node server %s', (_, node) => {
    test('on another port: it is said where it listens, and runs do not wait', async () => {
      const { page, other } = await pageWith(`${node} ${script(`OTHER, '127.0.0.1'`)}`, { wire });
      const { server } = await page.message('hello', (hello) => hello.server.trouble === 'OTHER_PORT');
      expect(server).toMatchObject({ state: 'starting', trouble: 'OTHER_PORT', listensOn: [`127.0.0.1:${other}`] });
      const { done } = await page.run(plainScript(121n));
      expect(done).toMatchObject({ outcome: 'refused' });
      expect(done.waitedUs).toBeUndefined();
    });

    const elsewhere: [address: string, shown: string][] = [['127.0.0.2', '127.0.0.2:']];
    // In the lab it is reached there, over IPv6.
    if (wire === 'direct' || whyNoIpv6) elsewhere.push(['::1', '[::1]:']);

    test.each(elsewhere)('bound to %s: refused, and no state of its socket is shown', async (address, shown) => {
      const { page, port } = await pageWith(`${node} ${script(`PORT, '${address}'`)}`, { wire });
      const { server } = await page.message('hello', (hello) => hello.server.trouble === 'OTHER_ADDRESS');
      expect(server).toMatchObject({ state: 'starting', trouble: 'OTHER_ADDRESS', listensOn: [`${shown}${port}`] });
      const { done, steps } = await page.run(plainScript(121n));
      expect(done).toMatchObject({ outcome: 'refused' });
      expect(states(steps, 'server')).toEqual([]);
      expect(calls(steps).filter(({ side }) => side === 'server')).toEqual([]);
    });

    test.each(['127.0.0.1', '0.0.0.0', '::', ...(wire === 'lab' && !whyNoIpv6 ? ['::1'] : [])])(
      'bound to %s: reached',
      async (address) => {
        const { page, port } = await pageWith(`${node} ${script(`PORT, '${address}'`)}`, { wire });
        const { server } = await page.message('hello', (hello) => hello.server.listensOn !== undefined);
        expect(server).toMatchObject({
          state: 'listening',
          listensOn: [`${address.includes(':') ? `[${address}]` : address}:${port}`],
        });
        expect(server.trouble).toBeUndefined();
        expect((await page.run(plainScript(121n))).done).toMatchObject({ outcome: 'replied' });
      },
    );

    test('bound to 127.0.0.2, with that target: reached', async () => {
      const { page, port } = await pageWith(`${node} ${script(`PORT, '127.0.0.2'`)}`, { wire, host: '127.0.0.2' });
      const { server } = await page.message('hello', (hello) => hello.server.listensOn !== undefined);
      expect(server).toMatchObject({ state: 'listening', listensOn: [`127.0.0.2:${port}`] });
      expect((await page.run(plainScript(121n))).done).toMatchObject({ outcome: 'replied' });
    });
  });

  test('seen by the tracer, bound to 127.0.0.2: refused, and no call of its socket is shown', async () => {
    const { page } = await pageWith(`${PLAIN} ${script(`PORT, '127.0.0.2'`)}`, { wire, calls: 'tracer' });
    await page.message('hello', ({ server }) => server.trouble === 'OTHER_ADDRESS');
    const { done, steps } = await page.run(plainScript(121n));
    expect(done).toMatchObject({ outcome: 'refused' });
    expect(states(steps, 'server')).toEqual([]);
    expect(calls(steps).filter(({ side }) => side === 'server')).toEqual([]);
  });

  test('a program that first listens elsewhere, and then where it should: it listens', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'aperto-listening-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const goOn = join(folder, 'go-on');
    const late = `const { createServer } = require('node:net');
      createServer().listen(OTHER);
      const timer = setInterval(() => {
        if (!require('node:fs').existsSync('${goOn}')) return;
        clearInterval(timer);
        createServer((c) => c.once('data', () => c.end('ok'))).listen(PORT, '127.0.0.1');
      }, 20);`;
    const { page } = await pageWith(`${PLAIN} -e "${late}"`, { wire });
    await page.message('hello', ({ server }) => server.trouble === 'OTHER_PORT');
    writeFileSync(goOn, '');
    const { server } = await page.message('hello', (hello) => hello.server.state === 'listening');
    expect(server.trouble).toBeUndefined();
    expect((await page.run(plainScript(121n))).done).toMatchObject({ outcome: 'replied' });
  });
});

test('a server bound to ::1, with that target: reached', async () => {
  const { page } = await pageWith(`${PLAIN} ${script(`PORT, '::1'`)}`, { host: '::1' });
  await page.message('hello', ({ server }) => server.state === 'listening');
  expect((await page.run(plainScript(121n))).done).toMatchObject({ outcome: 'replied' });
});

test('a program that takes longer than runs wait: it is said so, until it listens', async () => {
  const { page } = await pageWith(`sleep 5.5; ${PLAIN} ${script(`PORT, '127.0.0.1'`)}`);
  await page.message('hello', ({ server }) => server.trouble === 'SLOW');
  const { server } = await page.message('hello', (hello) => hello.server.state === 'listening');
  expect(server.trouble).toBeUndefined();
}, 20_000);

test.runIf(process.platform === 'linux')(
  'a program that has ended while another holds its port: it is said so, as long as it holds it',
  async () => {
    const other = createServer((socket) => void socket.end()).listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const settings = {
      ownsServer: true,
      target: { host: '127.0.0.1', port },
      server: `${NODE} ${script(`${port}, '127.0.0.1'`)}`,
    };
    const page = await Page.open(await startBridge(settings));
    await page.message('hello', ({ server }) => server.state === 'exited' && server.trouble === 'PORT_HELD');
    const from = page.messages.length;
    other.close();
    await page.message('hello', ({ server }) => server.state === 'exited' && server.trouble === undefined, from);
  },
);
