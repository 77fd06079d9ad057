import { expect, test } from 'vitest';
import { startBridge, startNumberServer } from '../helpers/bridge.ts';
import { fuzzMessages } from './messages.ts';

// `npm run fuzz` does the same for long.
test('whatever messages come: each has its answer, each run one done, and the connection lives on', async () => {
  const bridge = await startBridge({ targetPort: await startNumberServer() });
  const { cases, faults } = await fuzzMessages(bridge, { seed: Math.floor(Math.random() * 1e6), cases: 1000 });
  expect(faults).toEqual([]);
  expect(cases).toBe(1000);
});
