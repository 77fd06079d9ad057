import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { compareSteps, type Call, type Step } from '../../../bridge/trace/step.ts';
import { startOwning } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { freePort } from '../../helpers/free-port.ts';
import { whyNoLab } from '../../helpers/programs/lab.ts';
import { PYTHON } from '../../helpers/programs/python.ts';
import { expectCausal } from '../../helpers/trace-checks.ts';

type Pair = [name: string, tools: string[], server: string, client: string, printed: RegExp];

/** Programs that people really use together, unchanged. */
const PAIRS: Pair[] = [
  [
    'curl and python3 -m http.server',
    ['curl'],
    'python3 -m http.server --bind 127.0.0.1 --directory docs/two-programs PORT',
    'curl -s http://10.77.0.2:PORT/server.py',
    /import socket/,
  ],
  [
    'redis-cli and redis-server',
    ['redis-server', 'redis-cli'],
    "redis-server --bind 127.0.0.1 --protected-mode no --save '' --port PORT",
    'redis-cli -h 10.77.0.2 -p PORT ping',
    /PONG/,
  ],
];

const isThere = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined;

describe.skipIf(whyNoLab !== undefined || !PYTHON)('two programs in the lab, unchanged: nothing is inferred', () => {
  for (const [name, tools, server, client, printed] of PAIRS) {
    const missing = tools.filter((tool) => !isThere(tool));
    if (missing.length > 0) console.warn(`A pair of programs is left out: ${missing.join(', ')} not installed.`);
    test.skipIf(missing.length > 0)(name, async () => {
      const port = await freePort();
      const withPort = (line: string) => line.replaceAll('PORT', String(port));
      const page = await Page.open(
        await startOwning({
          wire: 'lab',
          targetPort: port,
          target: { host: '127.0.0.1', port },
          server: withPort(server),
          client: withPort(client),
        }),
      );
      page.send({ type: 'run', id: 'pair', client: true });
      const done = await page.message('done', ({ id }) => id === 'pair');
      expect(done).toMatchObject({ outcome: 'replied', client: { exitCode: 0 } });
      const byId = new Map<string, Step>();
      for (const message of page.messages)
        if (message.type === 'steps') for (const step of message.steps) byId.set(step.id, step);
      const steps = [...byId.values()].sort(compareSteps);
      expectCausal(steps);
      const told = steps.filter(({ kind }) => kind === 'call' || kind === 'segment');
      expect(told.filter(({ evidence }) => evidence === 'inferred')).toEqual([]);
      const text = steps.flatMap((step) => (step.kind === 'output' && step.side === 'client' ? [step.line] : []));
      expect(text.join('\n')).toMatch(printed);
      // Each byte that one program sent, its kernel sent, and the other program received.
      for (const [from, to] of [
        ['client', 'server'],
        ['server', 'client'],
      ] as const) {
        const sum = (side: Step['side'], call: Call['name']): number =>
          steps.reduce(
            (bytes, step) =>
              bytes + (step.kind === 'call' && step.side === side && step.name === call ? (step.bytes ?? 0) : 0),
            0,
          );
        const carried = steps.reduce(
          (bytes, step) =>
            bytes + (step.kind === 'segment' && step.from === from && !step.retransmissionOf ? step.length : 0),
          0,
        );
        expect(sum(from, 'send')).toBe(carried);
        expect(sum(to, 'recv')).toBe(carried);
      }
    });
  }
});
