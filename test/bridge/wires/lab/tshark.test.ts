import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tracePcap } from '../../../../bridge/packet/trace-pcap.ts';
import type { LinkSettings } from '../../../../bridge/trace/link.ts';
import { plainScript, type Script } from '../../../../bridge/trace/script.ts';
import type { Flag, Segment } from '../../../../bridge/trace/step.ts';
import { startOwning } from '../../../helpers/bridge.ts';
import { whyNoLab } from '../../../helpers/lab.ts';
import { Page } from '../../../helpers/page.ts';
import { expectCausal, segments } from '../../../helpers/trace-checks.ts';

const hasTshark = spawnSync('tshark', ['--version']).status === 0;
if (!hasTshark) console.warn('Traces are not held against tshark: it is not installed.');

const ones = (bytes: number) => '01'.repeat(bytes);
const PLAIN = plainScript(121n);
const RUNS: [string, Script, LinkSettings?][] = [
  ['plain', PLAIN],
  ['silent', plainScript(1_000_000_000n)],
  ['lossy', PLAIN, { lossPercent: 30, delayMs: 20 }],
  [
    'lossy, in small segments',
    [{ do: 'send', hex: ones(900) }, { do: 'recv' }],
    { lossPercent: 20, delayMs: 5, mtu: 300 },
  ],
  ['in wrong order', [{ do: 'send', hex: ones(900) }, { do: 'recv' }], { reorderPercent: 40, delayMs: 5, mtu: 300 }],
  ['reset', [{ do: 'send', hex: '0079' }, { do: 'reset' }]],
  ['half-closed', [{ do: 'send', hex: '0079' }, { do: 'shutdown' }, { do: 'recv' }]],
  ['split', [{ do: 'send', hex: '00' }, { do: 'wait', ms: 20 }, { do: 'send', hex: '79' }, { do: 'recv' }]],
  ['oversize', [{ do: 'send', hex: ones(1100) }, { do: 'recv' }]],
  ['the client closes first', [{ do: 'send', hex: '0079' }, { do: 'close' }]],
];
/** How often each is run: more for a closer look. */
const TIMES = Number(process.env['APERTO_RUNS'] ?? 1);

const FIELDS = ['tcp.srcport', 'tcp.flags', 'tcp.seq', 'tcp.ack', 'tcp.len'];
/** What tshark calls the four ways in which a segment may come again. */
const AGAIN = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'].map(
  (name) => `tcp.analysis.${name}`,
);
const BITS: Record<Flag, number> = { FIN: 1, SYN: 2, RST: 4, PSH: 8, ACK: 16, URG: 32, ECE: 64, CWR: 128 };

/** A line for each segment, as tshark reads the file. */
function tsharkSays(file: string, serverPort: string): string[] {
  const options = [...FIELDS, ...AGAIN].flatMap((field) => ['-e', field]);
  const text = execFileSync('tshark', ['-r', file, '-T', 'fields', ...options], { encoding: 'utf8', stdio: 'pipe' });
  return text
    .trimEnd()
    .split('\n')
    .map((row) => {
      const [port, flags, seq, ack, length, ...again] = row.split('\t');
      return line(
        port === serverPort ? 'server' : 'client',
        Number(flags),
        Number(seq),
        Number(ack),
        Number(length),
        again.some(Boolean),
      );
    });
}

function traceSays({ from, flags, seq, ack = 0, length, retransmissionOf }: Segment): string {
  const bits = flags.reduce((sum, flag) => sum + BITS[flag], 0);
  return line(from, bits, seq, ack, length, retransmissionOf !== undefined);
}

function line(from: string, flags: number, seq: number, ack: number, length: number, again: boolean): string {
  return `${from} flags ${flags} seq ${seq} ack ${ack} length ${length}${again ? ' again' : ''}`;
}

describe.skipIf(whyNoLab || !hasTshark)('tshark reads the saved packets as the trace tells them', () => {
  test.each(RUNS)('%s', { timeout: 30_000 * TIMES }, async (_, script, link) => {
    const folder = await mkdtemp(join(tmpdir(), 'aperto-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const bridge = await startOwning({ wire: 'lab' });
    const page = await Page.open(bridge);
    for (let seed = 1; seed <= TIMES; seed += 1) {
      const { steps } = await page.run(script, link && { ...link, seed });
      expectCausal(steps);
      const file = join(folder, `${seed}.pcap`);
      await writeFile(file, tracePcap({ startedAt: new Date().toISOString(), steps }));
      const sent = segments(steps).sort((a, b) => a.sentAt - b.sentAt);
      expect(tsharkSays(file, String(bridge.targetPort)), `seed ${seed}`).toEqual(sent.map(traceSays));
    }
  });
});
