import type { DoneMessage } from '../../bridge/protocol/messages.ts';
import { printable } from '../../bridge/trace/printable.ts';
import type { LinkSettings } from '../../bridge/trace/link.ts';
import type { Beginner, SourceStatus, Trace } from '../../bridge/trace/trace.ts';
import type { ScenarioServer } from '../../bridge/trace/scenario-server.ts';
import { plainScript, type Script } from '../../bridge/trace/script.ts';
import type { Step } from '../../bridge/trace/step.ts';
import { printableStep } from '../reading/printable-step.ts';
import { shortCommand } from '../reading/short-text.ts';
import { now } from './now.ts';
import { withSteps } from './with-steps.ts';

/** `lost`: the connection to the bridge was lost before the run ended. `rejected`: the bridge refused to run it. */
export type RunEnd =
  { kind: 'done'; done: DoneMessage } | { kind: 'lost' } | { kind: 'rejected'; code: string; message: string };

/** What is settled about a run when it begins. */
export interface Beginning {
  /** Empty if the client is a program. */
  script: Script;
  /** The command line of the client program, if the client is one. */
  client?: string | undefined;
  /** The sources of a run of the client program, as far as they are known before. */
  clientSources?: readonly SourceStatus[] | undefined;
  /** What the run asks of the wire. */
  link?: LinkSettings | undefined;
  wire?: Trace['wire'] | undefined;
  target?: string | undefined;
  command?: string | undefined;
  /** The name of the scenario that it plays. */
  scenario?: string | undefined;
  /** The server of this run alone, if it has one. */
  server?: ScenarioServer | undefined;
  /** If it was opened from a capture file: where that was taken. */
  capturedAt?: Trace['capturedAt'];
  /** Who began it, if this page did not ask for it: then it cannot be cancelled here. */
  by?: Beginner | undefined;
}

/** What a trace says of a run's end. */
type TraceEnd = Pick<
  Trace,
  'outcome' | 'reply' | 'error' | 'durationUs' | 'waitedUs' | 'leftOut' | 'sources' | 'link' | 'client' | 'connections'
>;

/** One connection, or those of one client program, as far as the bridge has reported it; or one that was opened from a file. */
export class Run {
  readonly id: string;
  /** Its place in the list: runs count up from 1. */
  readonly order: number;
  readonly begun: Beginning;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly isOpened: boolean;
  /** The number that it sends, if its script is a plain one. */
  readonly number: bigint | undefined;
  // Raw: thousands of steps in a deep proxy are slow, and a step never changes, it is replaced.
  #steps = $state.raw<readonly Step[]>([]);
  /** As they are shown. What is kept and saved is what came. */
  readonly #shown = $derived(this.#steps.map(printableStep));
  /** The steps of each connection: one list, unless a client program made several. */
  readonly connections: readonly (readonly Step[])[] = $derived(byConnection(this.#shown));
  /** The number of the connection whose picture is shown. */
  chosen = $state(0);
  /** The latest moment that the viewer has come to in any of its connections, in microseconds. */
  knownAt = $state(-Infinity);
  #end = $state.raw<RunEnd | undefined>();
  /** The id of the last beat that the viewer has been to. What was once revealed stays known. */
  furthest = $state<string>();
  /** What the viewer guessed when the run's question was put. */
  guess = $state<string>();
  /** Of several connections, the outcome is that of the one that is shown. */
  readonly done = $derived(this.#end?.kind === 'done' ? shownEnd(this.#end.done, this.chosen) : undefined);
  readonly outcome = $derived(this.#end?.kind === 'done' ? this.done!.outcome : this.#end?.kind);

  /** @param id the bridge's own name for it, if the bridge has one */
  constructor(order: number, begun: Beginning, startedAt = now(), isOpened = false, id = `run-${order}`) {
    this.id = id;
    this.order = order;
    this.begun = begun;
    this.isOpened = isOpened;
    this.startedAt = startedAt;
    this.number = numberOf(begun.script);
  }

  /** Those of the connection that is shown, in the order of `compareSteps`. */
  get steps(): readonly Step[] {
    return this.connections[this.chosen] ?? NO_STEPS;
  }

  get hasSeveral(): boolean {
    return this.connections.length > 1;
  }

  get end(): RunEnd | undefined {
    return this.#end;
  }

  /** With the seed that was used, once the bridge has reported it. */
  get link(): LinkSettings | undefined {
    return this.done ? this.done.link : this.begun.link;
  }

  /** @param fallback the bridge's present sources, for a run that is not over */
  sources(fallback: readonly SourceStatus[]): readonly SourceStatus[] {
    return this.done?.sources ?? this.begun.clientSources ?? fallback;
  }

  /** Adds steps. A step that comes again replaces the earlier one. */
  add(steps: readonly Step[]): void {
    if (steps.length > 0) this.#steps = withSteps(this.#steps, steps);
  }

  /** Only the first end counts. */
  finish(end: RunEnd): void {
    this.#end ??= end;
  }

  /** The run as a trace; undefined until the bridge has reported its end. */
  trace(): Trace | undefined {
    if (this.#end?.kind !== 'done') return undefined;
    const { type: _type, id: _id, ...end } = this.#end.done;
    return this.traceWith(end as TraceEnd);
  }

  /** The run as a trace with this end. */
  traceWith(end: TraceEnd): Trace {
    const { script, wire = 'direct', target = '', server, command, client, capturedAt } = this.begun;
    return {
      format: 'aperto-trace',
      // Every page opens a trace of one connection, also one that knows no others.
      version: this.hasSeveral ? 2 : 1,
      startedAt: this.startedAt,
      wire,
      target,
      script,
      ...(server && { server }),
      ...(command && { command: shortCommand(command) }),
      ...(client !== undefined && { clientCommand: shortCommand(client) }),
      ...end,
      ...(capturedAt && { capturedAt }),
      steps: [...this.#steps],
    };
  }
}

const NO_STEPS: readonly Step[] = [];

function byConnection(steps: readonly Step[]): Step[][] {
  const connections: Step[][] = [];
  for (const step of steps) (connections[step.connection ?? 0] ??= []).push(step);
  return Array.from(connections, (own) => own ?? []);
}

/** The end as it is shown, of several connections that of one: characters that cannot be seen are escapes. */
function shownEnd(done: DoneMessage, chosen: number): DoneMessage {
  const { reply } = done;
  const { outcome, error, leftOut } = done.connections?.[chosen] ?? done;
  const notListed = done.leftOut?.connections;
  const several = done.connections && { leftOut: { ...leftOut, ...(notListed && { connections: notListed }) } };
  return {
    ...done,
    outcome,
    ...several,
    ...(reply && { reply: { ...reply, text: printable(reply.text) } }),
    ...(error !== undefined && { error: printable(error) }),
  };
}

/** The number that a plain script sends, up to 1024 bytes long; undefined for any other script. */
function numberOf(script: Script): bigint | undefined {
  const [first] = script;
  if (first?.do !== 'send' || first.hex === '' || first.hex.length > 2048) return undefined;
  const number = BigInt(`0x${first.hex}`);
  return JSON.stringify(plainScript(number)) === JSON.stringify(script) ? number : undefined;
}
