import { fileURLToPath } from 'node:url';
import type { Hello } from '../../bridge/protocol/messages.ts';
import type { ClientKind } from './clients.ts';
import { startBridge, stopBridge, type Bridge } from '../helpers/programs/bridge-process.ts';
import {
  measure,
  printHead,
  printRow,
  ratio,
  ROUNDS,
  startNumberServer,
  startServer,
  warmUp,
  type Result,
} from './measure.ts';

const tracelessSource = fileURLToPath(new URL('./traceless-bridge.ts', import.meta.url));

/**
 * What the bridge costs beside a bare client of the same server program, and beside the least that any trace must cost: a
 * server whose probe reports, and a bridge of the same libraries that sends no steps.
 */
export async function benchBridge(): Promise<void> {
  const server = await startNumberServer();
  const traceless = await startServer(process.execPath, ['--import', 'tsx', tracelessSource, server.port]);
  const bridge = await startBridge(undefined, ['--wire', 'direct', '--capture', 'off']);
  const capturing = await startBridge(undefined, ['--wire', 'direct', '--capture', 'auto']);
  const lab = await startBridge(undefined, ['--wire', 'auto']);
  const { wireMessage } = (await (await fetch(`${lab.url}/health`)).json()) as Pick<Hello, 'wireMessage'>;
  const { sources } = (await (await fetch(`${capturing.url}/health`)).json()) as Pick<Hello, 'sources'>;
  const whyNot = sources.find(({ name, active }) => name === 'capture' && !active)?.why;
  try {
    printHead();
    for (const atOnce of [1, 64]) {
      await compare(atOnce, { bare: server.port, page: bridge, least: traceless.line });
      // Each run waits for tcpdump, unless one is running already: a tcpdump never outlives its runs.
      await alone(`(c) the same, packets captured, ${atOnce} at a time`, capturing.url, atOnce, whyNot);
      await alone(`(d) the same in the lab, ${atOnce} at a time`, lab.url, atOnce, wireMessage);
      console.log();
    }
  } finally {
    await stopBridge(bridge);
    await stopBridge(capturing);
    await stopBridge(lab);
    server.process.kill();
    traceless.process.kill();
  }
}

/** @param where the number server's port, and the URLs of the bridges */
async function compare(atOnce: number, where: { bare: string; page: Bridge; least: string }): Promise<void> {
  const bare = row('a', 'bare client', 'bare', where.bare);
  const probed = row('a′', 'the same, server with the probe', 'bare', where.page.target.split(':')[1]!);
  const least = row('a″', 'through a bridge that keeps no trace', 'page', where.least);
  const full = row('b', 'through the bridge, full traces', 'page', where.page.url);
  const rows = [bare, probed, least, full];
  for (const { kind, where: url } of rows) await warmUp(kind, url, atOnce);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const { kind, where: url, results } of rows) results.push(await measure(kind, url, atOnce));
  for (const { letter, name, results } of rows) printRow(`(${letter}) ${name}, ${atOnce} at a time`, results);
  for (const { letter, results } of [probed, least, full]) {
    const [speed, p50] = [ratio(results, bare.results, 'perSecond'), ratio(results, bare.results, 'p50')];
    console.log(`    ${letter}/a: throughput ${speed}, p50 ${p50}`);
  }
}

/** One candidate of a table, which is compared with the others round by round. */
interface Row {
  letter: string;
  name: string;
  kind: ClientKind;
  where: string;
  results: Result[];
}

function row(letter: string, name: string, kind: ClientKind, where: string): Row {
  return { letter, name, kind, where, results: [] };
}

/** A row without a counterpart at the bare client. */
async function alone(name: string, url: string, atOnce: number, whyNot: string | undefined): Promise<void> {
  if (whyNot !== undefined) return console.log(`${name}: not here (${whyNot})`);
  const results: Result[] = [];
  for (let round = 0; round < ROUNDS; round += 1) results.push(await measure('page', url, atOnce));
  printRow(name, results);
}
