import type { BegunMessage } from '../../bridge/protocol/messages.ts';
import type { LinkSettings, WireAction } from '../../bridge/trace/link.ts';
import type { Trace } from '../../bridge/trace/trace.ts';
import type { Socket } from '../connection/bridge-connection.ts';
import { Bridge } from '../connection/bridge.svelte.ts';
import { Troubles } from '../connection/troubles.svelte.ts';
import { changesAnything, withUsual } from '../settings/link-settings.ts';
import { KeptRuns } from './kept-runs.ts';
import type { Beginning, Run } from './run.svelte.ts';
import { Runs } from './runs.svelte.ts';
import { Selection } from './selection.svelte.ts';

/**
 * What the viewer can do on the page: start, cancel, open, select and remove runs, and decide about held segments.
 *
 *     viewer ──▶ Page ── messages ──▶ Bridge
 *                 │                     │ about runs
 *                 ├──▶ Selection ◀── Runs ──▶ KeptRuns (the tab's storage)
 *                 └──▶ Troubles
 *
 * The parts hold the state, and views read it from them. Nothing here knows a language or how anything looks.
 */
export class Page {
  readonly troubles = new Troubles();
  readonly selection = new Selection((run) => void this.#kept.keep(run));
  readonly runs = new Runs((run) => this.#update(run));
  readonly bridge: Bridge;
  readonly #kept: KeptRuns;

  /**
   * @param open opens a socket to the bridge
   * @param storage where runs outlive a reload; without one they do not
   */
  constructor(open: (onrefusal: (code: string | undefined) => void) => Socket, storage: Storage | undefined) {
    this.#kept = new KeptRuns(this.runs, storage);
    this.bridge = new Bridge({
      open,
      troubles: this.troubles,
      onbegun: (message) => this.#follow(message),
      onrunmessage: (message) => this.runs.receive(message),
      onlost: () => this.runs.loseAll(),
    });
    void this.#kept.restore();
  }

  /**
   * Plays a script. Its link and a server of its own need the lab; on another wire the link is left out. What the link
   * does not set is as usual.
   */
  play({ link = {}, server, ...asked }: Omit<Beginning, 'wire' | 'target' | 'command'>): void {
    const { wire, target } = this.bridge.hello ?? {};
    const command = server ? `scenarios/${server}` : this.bridge.hello?.server.command;
    const { run, message } = this.runs.begin({ ...asked, server, link: linkOn(wire, link), wire, target, command });
    this.#kept.prepare();
    if (!this.bridge.send(message)) {
      run.finish({ kind: 'rejected', code: 'not-connected', message: '' });
      void this.#kept.keep(run);
    }
    this.selection.begin(run);
  }

  /** Runs the operator's client program, over the wire that the viewer has set. */
  runClient(link: LinkSettings = {}): void {
    const { client } = this.bridge.hello ?? {};
    if (client) this.play({ script: [], client: client.command, clientSources: client.sources, link });
  }

  /** Adds a run that no page asked for. It is shown at once, unless the viewer is in the middle of another one. */
  #follow({ id, by, client, sources }: BegunMessage): void {
    const { wire, target, server } = this.bridge.hello ?? {};
    const begun = { script: [], by, client, clientSources: sources, wire, target, command: server?.command };
    const run = this.runs.follow(String(id), begun);
    this.#kept.prepare();
    if (!this.selection.run || this.selection.isRevealed) this.selection.begin(run);
  }

  cancel(): void {
    const { run } = this.selection;
    if (run && !run.end && !run.begun.by) this.bridge.request({ type: 'cancel', id: run.id });
  }

  /** Does something with a segment that the selected run's link holds. */
  act(segment: string, action: WireAction): void {
    const { run } = this.selection;
    if (!run || run.end) return;
    const of = run.hasSeveral ? { connection: run.chosen } : {};
    this.bridge.request({ type: 'wire', id: run.id, segment, action, ...of });
  }

  /** Delivers the oldest held segment if the cursor has reached the last step. Returns whether it did. */
  deliverNext(): boolean {
    const [oldest] = this.selection.held;
    if (!oldest || !this.selection.playback.isAtEnd) return false;
    this.act(oldest.id, 'deliver');
    return true;
  }

  /** The newest first: each then waits only for those in front of it, and none has left before its turn. */
  deliverAll(): void {
    for (const { id } of this.selection.heldOnWire.toReversed()) this.act(id, 'deliver');
  }

  server(action: 'start' | 'stop'): void {
    this.bridge.request({ type: 'server', action });
  }

  /** Adds a saved trace to the list, and plays it. */
  open(trace: Trace): void {
    const run = this.runs.open(trace);
    this.selection.play(run);
    void this.#kept.keep(run);
  }

  /** Removes runs that are over. The newest run left takes the place of the selected one. */
  remove(runs: readonly Run[]): void {
    const over = runs.filter(({ end }) => end);
    this.runs.remove(over);
    this.#kept.forget(over);
    if (!this.selection.run || !over.includes(this.selection.run)) return;
    const [newest] = this.runs.list;
    if (newest) this.selection.select(newest);
    else this.selection.clear();
  }

  #update(run: Run): void {
    if (run.end) void this.#kept.keep(run);
    this.selection.update(run);
  }
}

function linkOn(wire: Trace['wire'] | undefined, link: LinkSettings): LinkSettings | undefined {
  const whole = withUsual(link);
  return wire === 'lab' && changesAnything(whole) ? whole : undefined;
}
