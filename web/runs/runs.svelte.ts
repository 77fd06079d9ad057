import type { PageMessage } from '../../bridge/protocol/messages.ts';
import type { Trace } from '../../bridge/trace/trace.ts';
import type { RunMessage } from '../connection/bridge.svelte.ts';
import { Run, type Beginning, type RunEnd } from './run.svelte.ts';

/** What a saved trace does not say about a run of this tab. */
export interface Remembered {
  /** Its place in the list. */
  order: number;
  isOpened: boolean;
  scenario?: string | undefined;
  /** The id of the last beat that the viewer has been to. */
  furthest?: string | undefined;
  /** How it ended, if the bridge did not report its end. */
  end?: RunEnd | undefined;
}

/** Enough for a lesson, and a limit on the memory of a forgotten page. */
const MOST_RUNS = 300;

/** The list of runs, newest first. What the bridge says is applied once per animation frame. */
export class Runs {
  #list = $state.raw<readonly Run[]>([]);
  #count = 0;
  #queue: RunMessage[] = [];
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

  /** Adds a run, and returns the message that asks the bridge for it. */
  begin(begun: Beginning): { run: Run; message: PageMessage } {
    const run = this.#insert(new Run(this.#nextOrder(), begun));
    const { script, link, server, client } = begun;
    if (client !== undefined) return { run, message: { type: 'run', id: run.id, client: true, ...(link && { link }) } };
    return { run, message: { type: 'run', id: run.id, script, ...(link && { link }), ...(server && { server }) } };
  }

  /** Adds a run that the bridge has begun by itself. */
  follow(id: string, begun: Beginning): Run {
    return this.#insert(new Run(this.#nextOrder(), begun, undefined, false, id));
  }

  /** Leaves the numbers up to this one to the runs that are still to be restored. */
  countFrom(order: number): void {
    this.#count = Math.max(this.#count, order);
  }

  /**
   * Adds a saved trace, as a run that is over.
   * @param remembered what else is known of it, if it was in the list before
   */
  open(trace: Trace, remembered?: Remembered): Run {
    const { script, link, server, command, startedAt, steps, outcome, reply, error, durationUs, sources } = trace;
    const { wire, target, capturedAt } = trace;
    const client = trace.clientCommand;
    const begun = { script, link, server, command, client, wire, target, capturedAt, scenario: remembered?.scenario };
    const { order = this.#nextOrder(), isOpened = true } = remembered ?? {};
    const run = this.#insert(new Run(order, begun, startedAt, isOpened));
    run.add(steps);
    run.furthest = remembered?.furthest;
    const done = {
      type: 'done' as const,
      id: run.id,
      outcome,
      durationUs,
      sources,
      ...(reply && { reply }),
      ...(error && { error }),
      ...(link && { link }),
      ...(trace.leftOut && { leftOut: trace.leftOut }),
      ...(trace.client && { client: trace.client }),
      ...(trace.connections && { connections: trace.connections }),
    };
    run.finish(remembered?.end ?? { kind: 'done', done });
    return run;
  }

  remove(runs: readonly Run[]): void {
    this.#list = this.#list.filter((run) => !runs.includes(run));
  }

  receive(message: RunMessage): void {
    this.#queue.push(message);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => this.#flush());
  }

  /** The connection to the bridge is lost: the bridge will not report the end of what is under way. */
  loseAll(): void {
    this.#flush();
    for (const run of this.#list) {
      if (run.end) continue;
      run.finish({ kind: 'lost' });
      this.#onchange(run);
    }
  }

  #nextOrder(): number {
    return (this.#count += 1);
  }

  #insert(run: Run): Run {
    this.#list = [run, ...this.#list].sort((a, b) => b.order - a.order).slice(0, MOST_RUNS);
    return run;
  }

  #flush(): void {
    this.#isScheduled = false;
    const queue = this.#queue.splice(0);
    for (const run of this.#list) {
      // After a lost connection, the bridge may begin a run again under the same name.
      const messages = run.end ? [] : queue.filter(({ id }) => id === run.id);
      if (messages.length === 0) continue;
      run.add(messages.flatMap((message) => (message.type === 'steps' ? message.steps : [])));
      for (const message of messages) {
        if (message.type === 'done') run.finish({ kind: 'done', done: message });
        // The segment was let go a moment ago: the run goes on, and its steps say so.
        else if (message.type === 'error' && message.code !== 'NOT_HELD')
          run.finish({ kind: 'rejected', code: message.code, message: message.message });
      }
      this.#onchange(run);
    }
  }
}
