import { Bridge } from '../../bridge/bridge.ts';
import type { CallsChoice } from '../../bridge/protocol/calls-choice.ts';
import { LIMITS } from '../../bridge/protocol/limits.ts';
import type { Trace } from '../../bridge/trace/trace.ts';
import { compareSteps, type Segment, type Step } from '../../bridge/trace/step.ts';
import { chooseWire } from '../../bridge/wires/choose-wire.ts';
import type { Scenario } from '../../web/scenarios/scenario.ts';
import { withUsual } from '../../web/settings/link-settings.ts';
import { SCENARIO_KEYS, SHELF, type ScenarioKey } from '../../web/scenarios/shelf.ts';
import { freePort } from './free-port.ts';

type ToPlay = Pick<Scenario, 'script' | 'link' | 'server'>;
type OnHeld = (segment: Segment, deliver: () => void) => void;
export type Played = Pick<Trace, 'steps' | 'outcome' | 'reply' | 'error' | 'durationUs'>;

/** Runs at the same time: more would disturb each other's timing on a small machine. */
const AT_ONCE = 6;
/** Takes longest but only waits: it begins first, beside the others. */
const LONGEST: ScenarioKey = 'blackhole';

/** Plays every scenario of the shelf several times, some at a time, in a lab of its own. */
export class ShelfRuns {
  readonly #bridge: Bridge;
  readonly #played = new Map<string, Promise<Played>>();
  readonly #waiting: (() => void)[] = [];
  #on = 0;
  /** The last of the runs that are played one after the other. */
  #alone: Promise<unknown> = Promise.resolve();

  /** @param calls how the bridge comes to know the server's calls */
  static async begin(times: number, calls: CallsChoice = 'auto'): Promise<ShelfRuns> {
    const target = { host: '127.0.0.1', port: await freePort() };
    const config = { wire: 'lab', target, ownsServer: true, restart: false, capture: 'off', calls } as const;
    const bridge = new Bridge(config, await chooseWire(config), console, { mayControl: false, limits: LIMITS });
    await bridge.start();
    return new ShelfRuns(bridge, times);
  }

  private constructor(bridge: Bridge, times: number) {
    this.#bridge = bridge;
    const keys = [LONGEST, ...SCENARIO_KEYS.filter((key) => key !== LONGEST)];
    for (let turn = 0; turn < times; turn += 1)
      for (const key of keys) this.#played.set(`${key} ${turn}`, this.#inTurn(key));
  }

  /** The result of a scenario's run of this number. */
  run(key: ScenarioKey, turn: number): Promise<Played> {
    return this.#played.get(`${key} ${turn}`)!;
  }

  /** Plays a scenario once more, after the shelf's own runs and alone of its kind: a busy machine may spoil its timing. */
  async playAlone(toPlay: ToPlay, onHeld?: OnHeld): Promise<Played> {
    await Promise.all(this.#played.values());
    const before = this.#alone;
    this.#alone = before.then(() => this.play(toPlay, onHeld));
    return this.#alone as Promise<Played>;
  }

  end(): Promise<void> {
    return this.#bridge.stop();
  }

  async #inTurn(key: ScenarioKey): Promise<Played> {
    if (key === LONGEST) return this.play(SHELF[key]);
    if (this.#on >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#on += 1;
    // A waiting run takes over the place.
    return this.play(SHELF[key]).finally(() => {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#on -= 1;
    });
  }

  /**
   * Plays it on the wire that the page has by itself.
   * @param onHeld called for each segment that the link holds, but not for those behind it, with a function that lets it go
   */
  play({ script, link = {}, server }: ToPlay, onHeld?: OnHeld): Promise<Played> {
    const steps = new Map<string, Step>();
    return new Promise((resolve) => {
      const session = this.#bridge.startSession({
        script,
        link: withUsual(link),
        ...(server && { server }),
        onSteps: (news) => {
          for (const step of news) {
            const before = steps.get(step.id);
            steps.set(step.id, step);
            if (waitsForViewer(step) && !waitsForViewer(before)) onHeld?.(step, () => session.act(step.id, 'deliver'));
          }
        },
        onDone: (result) => resolve({ ...result, steps: [...steps.values()].sort(compareSteps) }),
      });
    });
  }
}

function waitsForViewer(step: Step | undefined): step is Segment {
  return step?.kind === 'segment' && step.fate === 'held' && step.behind === undefined;
}

/** The trace in a few lines, for the report of a failed test. */
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
