import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { tracePcap } from '../../../../bridge/packet/capture-file/trace-pcap.ts';
import type { LinkSettings } from '../../../../bridge/trace/link.ts';
import { plainScript, type Script } from '../../../../bridge/trace/script.ts';
import { startOwningForAll } from '../../../helpers/bridge.ts';
import { whyNoLab } from '../../../helpers/programs/lab.ts';
import { Page } from '../../../helpers/clients/page.ts';
import { expectCausal, segments } from '../../../helpers/trace-checks.ts';
import { hasTshark, traceSays, tsharkSays } from '../../../helpers/packets/tshark.ts';

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
/** Times that each runs: more for a closer look. */
const TIMES = Number(process.env['APERTO_RUNS'] ?? 1);

describe.skipIf(whyNoLab || !hasTshark)('tshark reads the saved packets as the trace tells them', () => {
  const lab = startOwningForAll({ wire: 'lab' });

  test.each(RUNS)('%s', { timeout: 120_000 * TIMES }, async (_, script, link) => {
    const folder = await mkdtemp(join(tmpdir(), 'aperto-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const page = await Page.open(lab());
    for (let seed = 1; seed <= TIMES; seed += 1) {
      const { steps } = await page.run(script, link && { ...link, seed });
      expectCausal(steps);
      const file = join(folder, `${seed}.pcap`);
      await writeFile(file, tracePcap({ startedAt: new Date().toISOString(), steps }));
      expect(tsharkSays(file), `seed ${seed}`).toEqual(traceSays(segments(steps)));
    }
  });
});
