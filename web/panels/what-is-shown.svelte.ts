import type { Hello, ServerStatus } from '../../bridge/protocol/messages.ts';
import type { Segment, Step } from '../../bridge/trace/step.ts';
import type { SourceStatus } from '../../bridge/trace/trace.ts';
import { factsOfConnection } from '../reading/connection-facts.ts';
import { isEstimated } from '../reading/estimated-time.ts';
import type { Links, linksIn } from '../reading/links.ts';
import { shortCommand } from '../reading/short-text.ts';
import type { Page } from '../runs/page.ts';
import type { Run } from '../runs/run.svelte.ts';
import type { Language } from '../texts/language.svelte.ts';
import type { Explanation } from '../words/steps/explanation.ts';
import { linkInWords } from '../words/link-words.ts';
import { paceSentence } from '../words/runs/pace-sentence.ts';
import { endSentence } from '../words/runs/run-end.ts';
import { serverAddress } from '../words/runs/server-address.ts';
import { sourceNotes, withSeen } from '../words/source-words.ts';
import { wireName } from '../words/wire-name.ts';
import { explainerWhen } from '../words/steps/explainer.svelte.ts';

/**
 * What is on show: the one place from which every part of the page takes what it shows.
 *
 *     Bridge ── hello ───────────────┐
 *     Selection ── run, cursor ──────┼──▶ Shown ──▶ panels ──▶ views
 *     Language ── texts, numbers ────┘
 *
 * It only derives: it changes no run, sends nothing, and does not know how a view draws. Make it in a component.
 */
export class Shown {
  readonly #page: Page;
  readonly #language: Language;
  readonly #explainer: ReturnType<typeof explainerWhen>;
  #linksIn = $state.raw<typeof linksIn>();
  /** The id of the step that the viewer points at, in the picture or among the links. */
  touched = $state<string>();

  constructor(page: Page, language: Language) {
    this.#page = page;
    this.#language = language;
    this.#explainer = explainerWhen(language, () => this.steps.length > 0);
    $effect(() => {
      if (this.steps.length === 0 || this.#linksIn) return;
      import('../reading/links.ts').then(
        (related) => (this.#linksIn = related.linksIn),
        // The bridge is gone, and the page says so.
        () => {},
      );
    });
  }

  get hello(): Hello | undefined {
    return this.#page.bridge.hello;
  }
  get server(): ServerStatus | undefined {
    return this.hello?.server;
  }
  get isConnected(): boolean {
    return this.#page.bridge.isConnected;
  }

  get run(): Run | undefined {
    return this.#page.selection.run;
  }
  get isOver(): boolean {
    return this.run?.end !== undefined;
  }
  get isUnderWay(): boolean {
    return this.run !== undefined && !this.isOver;
  }
  readonly steps: readonly Step[] = $derived.by(() => this.run?.steps ?? []);
  /** Empty while the code that finds links is still loading. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- it stays empty
  readonly links: Links = $derived.by(() => this.#linksIn?.(this.steps) ?? new Map());
  readonly facts = $derived.by(() => factsOfConnection(this.steps));

  /** −1 before the first step. */
  get cursor(): number {
    return this.#page.selection.playback.cursor;
  }
  get step(): Step | undefined {
    return this.steps[this.cursor];
  }
  /** When the step under the cursor happened, in words. */
  get moment(): string {
    const { step } = this;
    if (!step) return '';
    return step.at < 0 ? this.#language.texts.player.before : this.#language.moment(step.at, isEstimated(step));
  }
  get pace(): string {
    return this.isOver ? paceSentence(this.steps, this.#page.selection.playback.speed, this.#language) : '';
  }

  get #wire(): Hello['wire'] | undefined {
    return this.run?.begun.wire ?? this.hello?.wire;
  }
  readonly sources: readonly SourceStatus[] = $derived.by(() => {
    const ofBridge = this.hello?.sources ?? [];
    return withSeen(this.run?.sources(ofBridge) ?? ofBridge, this.steps);
  });
  readonly notes: string[] = $derived.by(() => sourceNotes(this.sources, this.#language.texts));
  /**
   * Why the wire is not the lab; undefined if it is, or if nobody knows because the trace comes from a file. With a working
   * capture there is no need for the lab either.
   */
  readonly reason = $derived.by(() => {
    const hasCapture = this.sources.some(({ tells, active }) => tells === 'segments' && active);
    if (this.#wire !== 'direct' || this.run?.isOpened || hasCapture) return undefined;
    return { why: this.hello?.wireWhy, message: this.hello?.wireMessage };
  });

  /** The run's link holds segments, and the viewer may decide about them. */
  get isHolding(): boolean {
    return this.run?.link?.hold !== undefined && !this.isOver;
  }
  get held(): readonly Segment[] {
    return this.#page.selection.held;
  }

  /** How the run ended, in a sentence. */
  get ending(): string {
    return this.run ? endSentence(this.run, this.facts.hasReset, this.#language.texts) : '';
  }
  /** What stands in the picture while it is empty. */
  get invitation(): string {
    const { run, server } = this;
    const { diagram } = this.#language.texts;
    if (run) return this.isOver ? this.ending : diagram.underWay;
    if (!this.isConnected || !server) return diagram.inviteNoBridge;
    const hasServer = server.state === 'listening' || server.state === 'external';
    return hasServer ? diagram.invite : diagram.inviteStopped;
  }
  /** What stands below the names of client, wire and server at the head of the picture. */
  readonly heads = $derived.by(() => {
    const { run, server } = this;
    return {
      client: this.facts.clientAddress ?? '',
      wire: [
        run?.link ? linkInWords(run.link, this.#language) : '',
        this.#wire ? wireName(this.#wire, this.#language.texts) : '',
      ],
      server: serverAddress(run, this.facts, this.hello?.target),
      command: shortCommand((run ? run.begun.command : server?.command) ?? ''),
    };
  });

  readonly #context = $derived.by(() => ({ steps: this.steps, isOver: this.isOver }));
  /** What is said of the step under the cursor. */
  readonly explanation: Explanation | undefined = $derived.by(() => this.step && this.explain(this.step));

  /** Undefined while the words are still loading. */
  explain(step: Step): Explanation | undefined {
    return this.#explainer.current?.explain(step, this.#context);
  }
  titleOf(step: Step): string {
    return this.#explainer.current?.titleOf(step, this.#context) ?? '';
  }
}
