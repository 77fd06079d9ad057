import { effectiveLimits } from './access/effective-limits.ts';
import { resolveAddress } from './address.ts';
import { Bridge } from './bridge.ts';
import type { BridgeSettings } from './config.ts';
import type { RunResult } from './runs/run-result.ts';
import type { Trace } from './trace/trace.ts';
import type { Script } from './trace/script.ts';
import { compareSteps, type Step } from './trace/step.ts';
import { chooseWire } from './wires/choose-wire.ts';

export type ClientSettings = Pick<BridgeSettings, 'wire' | 'target' | 'ownsServer' | 'server' | 'capture'>;

/** The terminal client has no log. */
const SILENT = { warn: () => {}, error: () => {} };

/**
 * Makes a bridge without a page, has it play one script, and ends it.
 * @throws BridgeError if there is no such wire, or the host is not known
 */
export async function runOnce(settings: ClientSettings, script: Script): Promise<Trace> {
  const config = { ...settings, restart: false, target: await resolveAddress(settings.target) };
  const bridge = new Bridge(config, await chooseWire(config), SILENT, { mayControl: false, limits: effectiveLimits() });
  try {
    await bridge.start();
    return await play(bridge, script);
  } finally {
    await bridge.stop();
  }
}

function play(bridge: Bridge, script: Script): Promise<Trace> {
  const { wire, target } = bridge.hello();
  const steps = new Map<string, Step>();
  return new Promise((resolve) => {
    const session = bridge.startSession({
      script,
      onSteps: (news) => news.forEach((step) => steps.set(step.id, step)),
      onDone: (result: RunResult) => {
        process.off('SIGINT', cancel);
        resolve({
          format: 'aperto-trace',
          version: 1,
          wire,
          target,
          script,
          ...result,
          steps: [...steps.values()].sort(compareSteps),
        });
      },
    });
    const cancel = (): void => session.cancel();
    process.once('SIGINT', cancel);
  });
}
