import type { Hello } from '../../bridge/protocol.ts';
import { startBridge, stopBridge } from '../helpers/bridge-process.ts';
import { measure, printHead, printRow, ratio, ROUNDS, startNumberServer, warmUp, type Result } from './measure.ts';

/** What the bridge costs, beside a bare client of the same server program. */
export async function benchBridge(): Promise<void> {
  const server = await startNumberServer();
  const bridge = await startBridge(undefined, ['--wire', 'direct', '--capture', 'off']);
  const capturing = await startBridge(undefined, ['--wire', 'direct', '--capture', 'auto']);
  const lab = await startBridge(undefined, ['--wire', 'auto']);
  const { wireMessage } = (await (await fetch(`${lab.url}/health`)).json()) as Pick<Hello, 'wireMessage'>;
  const { sources } = (await (await fetch(`${capturing.url}/health`)).json()) as Pick<Hello, 'sources'>;
  const whyNot = sources.find(({ name, active }) => name === 'capture' && !active)?.why;
  try {
    printHead();
    for (const atOnce of [1, 64]) {
      await warmUp('bare', server.port, atOnce);
      await warmUp('page', bridge.url, atOnce);
      const bare: Result[] = [];
      const page: Result[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        bare.push(await measure('bare', server.port, atOnce));
        page.push(await measure('page', bridge.url, atOnce));
      }
      printRow(`(a) bare client, ${atOnce} at a time`, bare);
      printRow(`(b) through the bridge, full traces, ${atOnce} at a time`, page);
      console.log(`    b/a: throughput ${ratio(page, bare, 'perSecond')}, p50 ${ratio(page, bare, 'p50')}`);
      // Each run waits for tcpdump, unless one is on already: a tcpdump never outlives the runs that it captures for.
      await alone(`(c) the same, packets captured, ${atOnce} at a time`, capturing.url, atOnce, whyNot);
      await alone(`(d) the same in the lab, ${atOnce} at a time`, lab.url, atOnce, wireMessage);
      console.log();
    }
  } finally {
    await stopBridge(bridge);
    await stopBridge(capturing);
    await stopBridge(lab);
    server.process.kill();
  }
}

/** A row of its own: for what a bare client has no counterpart. */
async function alone(name: string, url: string, atOnce: number, whyNot: string | undefined): Promise<void> {
  if (whyNot !== undefined) return console.log(`${name}: not here (${whyNot})`);
  const results: Result[] = [];
  for (let round = 0; round < ROUNDS; round += 1) results.push(await measure('page', url, atOnce));
  printRow(name, results);
}
