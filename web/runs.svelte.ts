import type { BridgeMessage, DoneMessage, Hello, PageMessage } from '../bridge/protocol.ts';
import type { Source } from '../bridge/trace/outcome.ts';
import { type Script } from '../bridge/trace/script.ts';
import type { Step } from '../bridge/trace/step.ts';
import { withSteps } from './with-steps.ts';

/** `lost`: the bridge went away before the run ended. `rejected`: the bridge would not serve it. */
export type RunEnd =
  { kind: 'done'; done: DoneMessage } | { kind: 'lost' } | { kind: 'rejected'; code: string; message: string };

/** One connection of this visit, as far as the bridge has told it. */
export class Run {
  readonly id: string;
  readonly order: number;
  readonly number: bigint | undefined;
  readonly script: Script;
  // Raw: thousands of steps in a deep proxy are slow, and a step never changes, it is replaced.
  #steps = $state.raw<readonly Step[]>([]);
  #end = $state.raw<RunEnd | undefined>();
  readonly outcome = $derived(this.#end?.kind === 'done' ? this.#end.done.outcome : this.#end?.kind);
  readonly done = $derived(this.#end?.kind === 'done' ? this.#end.done : undefined);

  constructor(order: number, script: Script, number: bigint | undefined) {
    this.id = `run-${order}`;
    this.order = order;
    this.script = script;
    this.number = number;
  }

  /** In the order of `compareSteps`. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  get end(): RunEnd | undefined {
    return this.#end;
  }

  sources(fallback: readonly { name: string; active: boolean; why?: string | undefined }[]) {
    return (this.done?.sources ?? fallback) as readonly (Omit<Source, 'name'> & { name: string })[];
  }

  /** A step that comes again replaces the former. */
  add(steps: readonly Step[]): void {
    if (steps.length > 0) this.#steps = withSteps(this.#steps, steps);
  }

  /** The first end is the end. */
  finish(end: RunEnd): void {
    this.#end ??= end;
  }
}

type AboutRun = Exclude<BridgeMessage, Hello>;

/** Runs kept: enough for a lesson, and an end to what a forgotten page holds. */
const MOST_RUNS = 300;

/** The runs of this visit, newest first. What the bridge says is applied once per animation frame. */
export class Runs {
  #list = $state.raw<readonly Run[]>([]);
  #count = 0;
  #queue: AboutRun[] = [];
  #isScheduled = false;
  readonly #onchange: (run: Run) => void;
  readonly #schedule: (task: () => void) => void;

  constructor(
    onchange: (run: Run) => void,
    schedule: (task: () => void) => void = (task) => requestAnimationFrame(task),
  ) {
    this.#onchange = onchange;
    this.#schedule = schedule;
  }

  get list(): readonly Run[] {
    return this.#list;
  }

  begin(script: Script, number?: bigint): { run: Run; message: PageMessage } {
    this.#count += 1;
    const run = new Run(this.#count, script, number);
    this.#list = [run, ...this.#list].slice(0, MOST_RUNS);
    return { run, message: { type: 'run', id: run.id, script } };
  }

  receive(message: AboutRun): void {
    this.#queue.push(message);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => this.#flush());
  }

  /** The bridge is gone: what is under way will not be told to its end. */
  loseAll(): void {
    this.#flush();
    for (const run of this.#list) {
      if (run.end) continue;
      run.finish({ kind: 'lost' });
      this.#onchange(run);
    }
  }

  #flush(): void {
    this.#isScheduled = false;
    const queue = this.#queue.splice(0);
    for (const run of this.#list) {
      const about = queue.filter(({ id }) => id === run.id);
      if (about.length === 0) continue;
      run.add(about.flatMap((message) => (message.type === 'steps' ? message.steps : [])));
      for (const message of about) {
        if (message.type === 'done') run.finish({ kind: 'done', done: message });
        else if (message.type === 'error')
          run.finish({ kind: 'rejected', code: message.code, message: message.message });
      }
      this.#onchange(run);
    }
  }
}
