import type { BridgeMessage, Hello } from '../../bridge/protocol/messages.ts';
import type { LinkSettings, WireAction } from '../../bridge/trace/link.ts';
import type { Trace } from '../../bridge/trace/outcome.ts';
import { plainScript } from '../../bridge/trace/script.ts';
import type { Segment, Step } from '../../bridge/trace/step.ts';
import { BridgeConnection, type ConnectionStatus, type Socket } from '../connection/bridge-connection.ts';
import { keptIn, keyOf, tabStorage } from './kept.ts';
import { Playback, type Beat } from '../playback/playback.svelte.ts';
import { Runs, type Beginning, type Run } from './runs.svelte.ts';
import { toneOf } from '../reading/segment-role.ts';

/**
 * A run that takes longer than this is followed while it happens; a shorter one is played when it is over, also on a machine
 * that has much to do. One whose segments are held is followed at once.
 */
const LIVE_AFTER_MS = 1000;
/** Something that went wrong and belongs to no run. */
export interface Trouble {
  order: number;
  code: string;
  message: string;
}

/** What the page knows: the bridge, the runs, and which of them is on show. */
export class Page {
  readonly runs = new Runs((run) => this.#changed(run));
  readonly playback = new Playback();
  readonly #bridge: BridgeConnection;
  #hello = $state.raw<Hello | undefined>();
  #status = $state<ConnectionStatus>('connecting');
  #hasBeenLost = $state(false);
  #selected = $state.raw<Run | undefined>();
  #troubles = $state.raw<readonly Trouble[]>([]);
  #troubleCount = 0;
  readonly #storage: Storage | undefined;

  /** @param storage where runs outlive a reload; without one, they do not */
  constructor(open: () => Socket, storage = tabStorage()) {
    this.#storage = storage;
    this.#bridge = new BridgeConnection({
      open,
      onmessage: (message) => this.#receive(message),
      onstatus: (status) => this.#became(status),
      onnonsense: () => this.complain('unreadable-message'),
    });
    void this.#restore();
  }

  get hello(): Hello | undefined {
    return this.#hello;
  }
  get selected(): Run | undefined {
    return this.#selected;
  }
  /** Segments of the run on show that its link holds, from the oldest. */
  get held(): readonly Segment[] {
    const { end, steps = [] } = this.#selected ?? {};
    return end ? [] : steps.filter((step) => step.kind === 'segment').filter(({ fate }) => fate === 'held');
  }
  get troubles(): readonly Trouble[] {
    return this.#troubles;
  }
  get isConnected(): boolean {
    return this.#status === 'open';
  }
  get isLost(): boolean {
    return this.#hasBeenLost && this.#status !== 'open';
  }

  /** @param link what the lab's wire is to do; nothing where the wire is another */
  send(number: bigint, link?: LinkSettings): void {
    this.play({ script: plainScript(number), link });
  }

  /** Plays a script, be it a scenario's or one's own. A server of its own needs the lab; so does its link, as in `send`. */
  play({ link, server, ...asked }: Omit<Beginning, 'wire' | 'target' | 'command'>): void {
    const { wire, target } = this.#hello ?? {};
    const command = server ? `scenarios/${server}` : this.#hello?.server.command;
    this.#begin({ ...asked, server, link: wire === 'lab' ? link : undefined, wire, target, command });
  }

  #begin(begun: Beginning): void {
    // What keeps the run is to be there when it ends.
    if (this.#storage) import('./kept-traces.ts').catch(() => undefined);
    const { run, message } = this.runs.begin(begun);
    this.#show(run);
    if (!this.#bridge.send(message)) {
      run.finish({ kind: 'rejected', code: 'not-connected', message: '' });
      void this.#keep(run);
    }
    const follow = (): void => {
      if (!run.end && this.#selected === run && this.playback.cursor < 0) this.playback.follow();
    };
    if (begun.link?.hold) follow();
    else setTimeout(follow, LIVE_AFTER_MS);
  }

  cancel(): void {
    const run = this.#selected;
    if (run && !run.end) this.#sendOrComplain({ type: 'cancel', id: run.id });
  }

  /** Does something with a segment of the run on show that its link holds. */
  act(segment: string, action: WireAction): void {
    const run = this.#selected;
    if (run && !run.end) this.#sendOrComplain({ type: 'wire', id: run.id, segment, action });
  }

  /** For the step key: where a run waits for its viewer, stepping on lets the oldest held segment go. */
  letGo(): boolean {
    const [oldest] = this.held;
    if (!oldest || !this.playback.isAtEnd) return false;
    this.act(oldest.id, 'deliver');
    return true;
  }

  deliverAll(): void {
    for (const { id } of this.held) this.act(id, 'deliver');
  }

  server(action: 'start' | 'stop'): void {
    this.#sendOrComplain({ type: 'server', action });
  }

  /** Shows a run of the list, whole. */
  select(run: Run): void {
    if (run === this.#selected) return;
    this.#show(run);
    if (run.end) this.playback.goTo(run.steps.length - 1);
    else this.playback.follow();
  }

  /** Shows a saved trace as a run of the list. */
  open(trace: Trace): void {
    const run = this.runs.open(trace);
    this.#show(run);
    this.#playFromTheRun(run);
    void this.#keep(run);
  }

  /** Forgets runs that are over; the newest that is left takes the place of the one on show. */
  remove(runs: readonly Run[]): void {
    const over = runs.filter(({ end }) => end);
    this.runs.remove(over);
    for (const run of over) this.#storage?.removeItem(keyOf(run));
    if (!this.#selected || !over.includes(this.#selected)) return;
    const [newest] = this.runs.list;
    if (newest) return this.select(newest);
    this.#selected = undefined;
    this.playback.reset();
  }

  dismiss(order: number): void {
    this.#troubles = this.#troubles.filter((trouble) => trouble.order !== order);
  }

  #show(run: Run): void {
    this.#selected = run;
    this.playback.reset();
    this.playback.update(run.steps.map(beatOf));
  }

  #receive(message: BridgeMessage): void {
    if (message.type === 'hello') this.#hello = message;
    else if (message.type === 'error' && message.id === undefined) this.complain(message.code, message.message);
    else this.runs.receive(message);
  }

  #changed(run: Run): void {
    if (run.end) void this.#keep(run);
    if (run !== this.#selected) return;
    this.playback.update(run.steps.map(beatOf));
    if (!run.end) return;
    if (this.playback.isFollowing) this.playback.unfollow();
    else if (this.playback.cursor < 0) this.#playFromTheRun(run);
  }

  /** A browser without room, or a bridge that is gone with what writes: then a run lasts as long as the page. */
  async #keep(run: Run): Promise<void> {
    if (!this.#storage) return;
    try {
      const { keep } = await import('./kept-traces.ts');
      if (this.runs.list.includes(run)) keep(run, this.#storage);
    } catch {
      return;
    }
  }

  async #restore(): Promise<void> {
    const storage = this.#storage;
    try {
      const last = storage && keptIn(storage).at(-1);
      if (!last) return;
      this.runs.goOnFrom(last.order);
      const { restore } = await import('./kept-traces.ts');
      for (const { trace, ...kept } of restore(storage)) this.runs.open(trace, kept);
    } catch {
      return;
    }
  }

  /** Not from what the server did before. */
  #playFromTheRun({ steps }: Run): void {
    this.playback.playFrom(
      Math.max(
        0,
        steps.findIndex(({ at }) => at >= 0),
      ),
    );
  }

  #became(status: ConnectionStatus): void {
    this.#status = status;
    if (status === 'lost') {
      this.#hasBeenLost = true;
      this.runs.loseAll();
    } else if (status === 'open') this.#hasBeenLost = false;
  }

  #sendOrComplain(message: Parameters<BridgeConnection['send']>[0]): void {
    if (!this.#bridge.send(message)) this.complain('not-connected');
  }

  /** Says what of the page's address it cannot do. */
  async check(asked: URLSearchParams): Promise<void> {
    try {
      const { addressFaults } = await import('../settings/address-faults.ts');
      const faults = addressFaults(asked);
      if (faults.length > 0) this.complain('ADDRESS', faults.join(', '));
    } catch {
      this.complain('not-connected');
    }
  }

  /** Says what went wrong, once. */
  complain(code: string, message = ''): void {
    // Said once is enough: a bridge that repeats itself must not fill the screen.
    const others = this.#troubles.filter((trouble) => trouble.code !== code);
    this.#troubleCount += 1;
    this.#troubles = [...others, { order: this.#troubleCount, code, message }].slice(-3);
  }
}

/** Segments take longest: they travel. */
export function beatOf(step: Step): Beat {
  const ms = step.kind === 'segment' ? (toneOf(step) === 'ack' ? 650 : 850) : step.kind === 'call' ? 450 : 280;
  return { id: step.id, ms };
}
