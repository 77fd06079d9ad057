import { expect, it } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { Step } from '../../../bridge/trace/step.ts';
import { factsOfConnection } from '../../../web/reading/connection-facts.ts';
import { Run, type Beginning } from '../../../web/runs/run.svelte.ts';
import { serverAddress } from '../../../web/words/runs/server-address.ts';
import { call } from '../fixtures/traces.ts';

const BRIDGES = '10.77.0.2:65432';
const head = (more: Partial<Beginning>, steps: readonly Step[] = []) =>
  serverAddress(new Run(1, { script: plainScript(121n), target: BRIDGES, ...more }), factsOfConnection(steps), BRIDGES);
const connect = call('client', 'connect', 0, undefined, { args: ['10.77.0.2:14951'] });

it('the head shows the server’s port of this run: that to which its client connects', () => {
  expect(head({ server: 'never-accepts' }, [connect])).toBe('10.77.0.2:14951');
});

it('and not that of the bridge’s server while a scenario’s own is not known yet', () => {
  expect(head({ server: 'never-accepts' })).toBe('');
});

it('of an ordinary run, and without any run, it is that of the bridge’s server', () => {
  expect(head({})).toBe(BRIDGES);
  expect(serverAddress(undefined, factsOfConnection([]), BRIDGES)).toBe(BRIDGES);
});
