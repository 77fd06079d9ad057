/**
 * `npm run fuzz`: any messages over the WebSocket, any captured packets and files, any HTTP requests. It prints its seed
 * and a table. Its exit status is 1 if anything went wrong.
 */
import { readOptions } from '../helpers/options.ts';
import { fuzzDecoders } from './fuzz-decoders.ts';
import { fuzzBridge } from './fuzz-bridge.ts';
import { fuzzMessages } from './messages.ts';
import { fuzzRequests } from './requests.ts';

/** The result of one part. */
export interface Fuzzed {
  cases: number;
  seconds: number;
  /** Bytes by which the heap grew, after garbage collection. */
  grewBytes: number;
  faults: string[];
}

const { seed, packets, messages, requests, seconds, captures } = readOptions({
  seed: Date.now() % 1_000_000,
  packets: 10_000_000,
  messages: 50_000,
  requests: 20_000,
  /** Seconds that each part may take. */
  seconds: 300,
  captures: '../shared/captures',
});
const atMostMs = seconds * 1000;

/** A heap that grows by more than this leaks; a table that grows once takes less. */
const MOST_GROWTH_BYTES = 8e6;

const parts: [string, () => Promise<Fuzzed>][] = [
  ['packets and capture files', () => fuzzDecoders({ seed, cases: packets, atMostMs, captures })],
  [
    'messages of pages',
    () => fuzzBridge((bridge, cases = messages) => fuzzMessages(bridge, { seed, cases, atMostMs })),
  ],
  [
    'requests and frames',
    () => fuzzBridge((bridge, cases = requests) => fuzzRequests(bridge, { seed, cases, atMostMs })),
  ],
];

console.log(`seed ${seed}\n`);
console.log(row('', 'cases', 'seconds', 'grew kB', 'faults'));
let faulty = false;
for (const [name, fuzz] of parts) {
  const { cases, seconds: took, grewBytes, faults } = await fuzz();
  if (grewBytes > MOST_GROWTH_BYTES) faults.push(`the heap grew by ${grewBytes} bytes`);
  console.log(row(name, cases, took.toFixed(1), (grewBytes / 1000).toFixed(0), faults.length));
  for (const fault of faults) console.log(`    ${fault}`);
  faulty ||= faults.length > 0;
}
process.exit(faulty ? 1 : 0);

function row(name: string, ...cells: (string | number)[]): string {
  return name.padEnd(28) + cells.map((cell) => String(cell).padStart(12)).join('');
}
