import { Bridge } from '../../bridge/bridge.ts';
import type { Trace } from '../../bridge/trace/outcome.ts';
import { compareSteps, type Step } from '../../bridge/trace/step.ts';
import { chooseWire } from '../../bridge/wires/choose-wire.ts';
import { SCENARIO_KEYS, SHELF, type ScenarioKey } from '../../web/scenarios/shelf.ts';
import { freePort } from './free-port.ts';

export type Played = Pick<Trace, 'steps' | 'outcome' | 'reply' | 'error'>;

/** Runs that are on at the same time: more would disturb each other's timing on a small machine. */
const AT_ONCE = 6;
/** Those that take long begin first. */
const LONG: readonly ScenarioKey[] = ['blackhole', 'backlog'];

/** Plays every scenario of the shelf so many times, some at a time, in a lab of its own. */
export class ShelfRuns {
  readonly #bridge: Bridge;
  readonly #played = new Map<string, Promise<Played>>();
  readonly #waiting: (() => void)[] = [];
  #on = 0;

  static async begin(times: number): Promise<ShelfRuns> {
    const target = { host: '127.0.0.1', port: await freePort() };
    const config = { wire: 'lab', target, ownsServer: true, restart: false, capture: 'off' } as const;
    const bridge = new Bridge(config, await chooseWire(config), console);
    await bridge.start();
    return new ShelfRuns(bridge, times);
  }

  private constructor(bridge: Bridge, times: number) {
    this.#bridge = bridge;
    const keys = [...LONG, ...SCENARIO_KEYS.filter((key) => !LONG.includes(key))];
    for (let turn = 0; turn < times; turn += 1)
      for (const key of keys) this.#played.set(`${key} ${turn}`, this.#inTurn(key));
  }

  /** What came of a scenario's run of this number. */
  run(key: ScenarioKey, turn: number): Promise<Played> {
    return this.#played.get(`${key} ${turn}`)!;
  }

  end(): Promise<void> {
    return this.#bridge.stop();
  }

  /** Those that only wait take no part of the machine. */
  async #inTurn(key: ScenarioKey): Promise<Played> {
    const counts = !LONG.includes(key);
    if (counts) {
      if (this.#on >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
      this.#on += 1;
    }
    const played = await this.#play(key);
    if (counts) {
      this.#on -= 1;
      this.#waiting.shift()?.();
    }
    return played;
  }

  #play(key: ScenarioKey): Promise<Played> {
    const { script, link, server } = SHELF[key];
    const steps = new Map<string, Step>();
    return new Promise((resolve) => {
      this.#bridge.startSession({
        script,
        ...(link && { link }),
        ...(server && { server }),
        onSteps: (news) => news.forEach((step) => steps.set(step.id, step)),
        onDone: (result) => resolve({ ...result, steps: [...steps.values()].sort(compareSteps) }),
      });
    });
  }
}

/** The trace in a few lines, for whoever has to find out why it does not show what it should. */
export function told({ outcome, error, reply, steps }: Played): string {
  const lines = steps.map((step) => {
    const at = `${(step.at / 1000).toFixed(1)} ms`;
    if (step.kind === 'call') return `${at} ${step.side} ${step.name}() ${step.result ?? '…'} ${step.bytes ?? ''}`;
    if (step.kind === 'segment')
      return `${at}   ${step.from} ${step.flags.join('+')} ${step.seq} ${step.ack ?? ''} +${step.length} ${step.fate} ${step.retransmissionOf ?? ''}`;
    return step.kind === 'state' ? `${at}     ${step.side} ${step.to}` : `${at} ${step.line}`;
  });
  return [`${outcome} ${error ?? ''} ${reply?.text.slice(0, 40) ?? ''}`, ...lines].join('\n');
}
