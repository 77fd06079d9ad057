import type { BridgeMessage, DoneMessage, Hello, PageMessage } from '../../bridge/protocol/messages.ts';
import type { LinkSettings } from '../../bridge/trace/link.ts';
import type { ScenarioServer } from '../../bridge/trace/scenario-server.ts';
import type { SourceStatus, Trace } from '../../bridge/trace/trace.ts';
import { plainScript, type Script } from '../../bridge/trace/script.ts';
import type { Step } from '../../bridge/trace/step.ts';
import { now } from './now.ts';
import { shortCommand } from '../reading/short-command.ts';
import { withSteps } from './with-steps.ts';

/** `lost`: the bridge went away before the run ended. `rejected`: the bridge would not serve it. */
export type RunEnd =
  { kind: 'done'; done: DoneMessage } | { kind: 'lost' } | { kind: 'rejected'; code: string; message: string };

/** What is settled about a run when it begins. */
export interface Beginning {
  script: Script;
  /** What was asked of the wire. */
  link?: LinkSettings | undefined;
  wire?: Trace['wire'] | undefined;
  target?: string | undefined;
  command?: string | undefined;
  /** The name of the scenario that it plays, and its own server. */
  scenario?: string | undefined;
  server?: ScenarioServer | undefined;
}

/** One connection of this visit, as far as the bridge has told it; or one that was opened from a file. */
export class Run {
  readonly id: string;
  readonly order: number;
  readonly begun: Beginning;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly isOpened: boolean;
  /** What it sends, where its script is that of a plain run. */
  readonly number: bigint | undefined;
  // Raw: thousands of steps in a deep proxy are slow, and a step never changes, it is replaced.
  #steps = $state.raw<readonly Step[]>([]);
  #end = $state.raw<RunEnd | undefined>();
  readonly outcome = $derived(this.#end?.kind === 'done' ? this.#end.done.outcome : this.#end?.kind);
  readonly done = $derived(this.#end?.kind === 'done' ? this.#end.done : undefined);

  constructor(order: number, begun: Beginning, startedAt = now(), isOpened = false) {
    this.id = `run-${order}`;
    this.order = order;
    this.begun = begun;
    this.isOpened = isOpened;
    this.startedAt = startedAt;
    this.number = numberOf(begun.script);
  }

  /** In the order of `compareSteps`. */
  get steps(): readonly Step[] {
    return this.#steps;
  }

  get end(): RunEnd | undefined {
    return this.#end;
  }

  /** With the seed that was used, once that is known. */
  get link(): LinkSettings | undefined {
    return this.done ? this.done.link : this.begun.link;
  }

  sources(fallback: readonly SourceStatus[]): readonly SourceStatus[] {
    return this.done?.sources ?? fallback;
  }

  /** A step that comes again replaces the former. */
  add(steps: readonly Step[]): void {
    if (steps.length > 0) this.#steps = withSteps(this.#steps, steps);
  }

  /** The first end is the end. */
  finish(end: RunEnd): void {
    this.#end ??= end;
  }

  /** What is saved; undefined while there is no end to tell. */
  trace(): Trace | undefined {
    if (!this.done) return undefined;
    const { type: _type, id: _id, ...told } = this.done;
    const { script, wire = 'direct', target = '', server, command } = this.begun;
    const beginning = { format: 'aperto-trace', version: 1, startedAt: this.startedAt, wire, target, script } as const;
    const known = { ...(server && { server }), ...(command && { command: shortCommand(command) }) };
    return { ...beginning, ...known, ...told, steps: [...this.#steps] } as Trace;
  }
}

/** What a saved trace does not say of a run of this page. */
export interface Remembered {
  /** Its place in the list. */
  order: number;
  isOpened: boolean;
  scenario?: string | undefined;
  /** How it ended, where the bridge did not tell its end. */
  end?: RunEnd | undefined;
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

  begin(begun: Beginning): { run: Run; message: PageMessage } {
    const run = this.#insert(new Run(this.#next(), begun));
    const { script, link, server } = begun;
    return { run, message: { type: 'run', id: run.id, script, ...(link && { link }), ...(server && { server }) } };
  }

  /** Numbers up to this one are taken. */
  goOnFrom(order: number): void {
    this.#count = Math.max(this.#count, order);
  }

  /**
   * Puts a saved trace into the list, as a run that is over.
   * @param kept what else is known of it, where it has been in this list before
   */
  open(trace: Trace, kept?: Remembered): Run {
    const { script, link, server, command, startedAt, steps, outcome, reply, error, durationUs, sources } = trace;
    const { wire, target } = trace;
    const begun = { script, link, server, command, wire, target, scenario: kept?.scenario };
    const run = this.#insert(new Run(kept?.order ?? this.#next(), begun, startedAt, kept?.isOpened ?? true));
    run.add(steps);
    const told = {
      outcome,
      durationUs,
      sources,
      ...(reply && { reply }),
      ...(error && { error }),
      ...(link && { link }),
    };
    run.finish(kept?.end ?? { kind: 'done', done: { type: 'done', id: run.id, ...told } });
    return run;
  }

  /** Takes runs off the list. */
  remove(runs: readonly Run[]): void {
    this.#list = this.#list.filter((run) => !runs.includes(run));
  }

  #next(): number {
    return (this.#count += 1);
  }

  #insert(run: Run): Run {
    this.#list = [run, ...this.#list].sort((a, b) => b.order - a.order).slice(0, MOST_RUNS);
    return run;
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
        // It was let go a moment ago: the steps tell, and the run goes on.
        else if (message.type === 'error' && message.code === 'NOT_HELD') continue;
        else if (message.type === 'error')
          run.finish({ kind: 'rejected', code: message.code, message: message.message });
      }
      this.#onchange(run);
    }
  }
}

/** The number that a script sends, where it does nothing else; at most 1024 bytes. */
function numberOf(script: Script): bigint | undefined {
  const [first] = script;
  if (first?.do !== 'send' || first.hex === '' || first.hex.length > 2048) return undefined;
  const number = BigInt(`0x${first.hex}`);
  return JSON.stringify(plainScript(number)) === JSON.stringify(script) ? number : undefined;
}
