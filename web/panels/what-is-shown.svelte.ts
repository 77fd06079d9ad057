import type { Hello, ServerStatus } from '../../bridge/protocol/messages.ts';
import type { Evidence, Segment, Step } from '../../bridge/trace/step.ts';
import type { SourceStatus, Trace } from '../../bridge/trace/trace.ts';
import { factsOfConnection } from '../reading/connection-facts.ts';
import { isEstimated } from '../reading/estimated-time.ts';
import { isReturnAwaited } from '../reading/call-return.ts';
import { replyIn } from '../reading/reply.ts';
import type { Links, linksIn } from '../reading/links.ts';
import { shortCommand } from '../reading/short-text.ts';
import type { PlacedBeat } from '../playback/beats.ts';
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
 *     Bridge ── hello ─────────────────────┐
 *     Selection ── known steps, cursor ────┼──▶ Shown ──▶ panels ──▶ views
 *     Language ── texts, numbers ──────────┘
 *
 * The page knows no more of a run than its viewer has come to see: all that is said here of a run is a function of the
 * known steps. It only derives: it changes no run, sends nothing, and does not know how a view draws. Make it in a component.
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
  /** The run is over, and the viewer has come to its end. Derived, so that no beat but the last changes what follows of it. */
  readonly isOver: boolean = $derived.by(() => this.#page.selection.isRevealed);
  /** The bridge has not reported the run's end, wherever the viewer is. */
  get isUnderWay(): boolean {
    return this.run !== undefined && this.run.end === undefined;
  }
  /** The steps that are known where the viewer is, as far as they are known there. */
  readonly steps: readonly Step[] = $derived.by(() => this.#page.selection.steps);
  /** Empty while the code that finds links is still loading. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- it stays empty
  readonly links: Links = $derived.by(() => this.#linksIn?.(this.steps) ?? new Map());
  readonly facts = $derived.by(() => factsOfConnection(this.steps));

  /** What the cursor stands at: the beginning of a step, the return of a call, or the end. */
  get beat(): PlacedBeat | undefined {
    return this.#page.selection.beat;
  }
  /** Index of the step under the cursor; at the end of the run, of the last one. −1 before the first. */
  readonly cursor = $derived.by(() => {
    const { beat, steps } = this;
    if (!beat) return -1;
    return beat.step ? steps.findIndex(({ id }) => id === beat.step!.id) : steps.length - 1;
  });
  /** How many moments of the known steps have passed. Who sees everything has passed all of them at the newest beat. */
  readonly passed = $derived.by(() => {
    const { beat } = this;
    if (!beat) return 0;
    const { showsAll, playback } = this.#page.selection;
    return beat.what === 'end' || (showsAll && playback.isAtEnd) ? Infinity : beat.moment + 1;
  });
  /** The silence after the beat under the cursor while it is played: how much of it, and how long it has lasted in the run. */
  get waiting(): { share: number; us: number } | undefined {
    const { beats, playback } = this.#page.selection;
    const { waiting: share, cursor } = playback;
    const [beat, next] = [beats[cursor], beats[cursor + 1]];
    if (share === undefined || !beat || !next) return undefined;
    return { share, us: share * (next.at - Math.max(0, beat.at)) };
  }
  /** Index of the last step that began: while a call returns, the cursor stands at the call, but much has happened since. */
  get newest(): number {
    return this.beat?.newest ?? -1;
  }
  /** When that is, in microseconds. At the end all that was awaited has come. */
  get now(): number {
    return this.beat?.what === 'end' ? Infinity : (this.beat?.at ?? -Infinity);
  }
  get step(): Step | undefined {
    return this.steps[this.cursor];
  }
  /** How the step under the cursor is known. The end of a run is no step. */
  get evidence(): Evidence | undefined {
    return this.beat?.what === 'end' ? undefined : this.step?.evidence;
  }
  /** When the beat under the cursor was, in words. */
  get moment(): string {
    const { beat } = this;
    if (!beat) return '';
    if (beat.at < 0) return this.#language.texts.player.before;
    const isGuess = beat.step !== undefined && isEstimated(beat.step, beat.what === 'begin' ? 'began' : 'ended');
    return this.#language.moment(beat.at, isGuess);
  }
  /** How much slower than life the run has been played so far. */
  get pace(): string {
    const { seenBeats, playback } = this.#page.selection;
    return paceSentence(seenBeats, playback.speed, this.#language);
  }
  /** How far the viewer is behind a run that goes on, in words; empty if there is nothing newer. */
  get behind(): string {
    const { beats } = this.#page.selection;
    const newest = beats.at(-1);
    if (!this.isUnderWay || !this.beat || !newest || newest.at <= this.beat.at) return '';
    return this.#language.duration(newest.at - Math.max(0, this.beat.at));
  }
  /** What the client has read so far, as text; undefined if it has read nothing. */
  readonly reply = $derived.by(() => (this.isOver ? this.run?.done?.reply?.text : replyIn(this.steps)));

  get #wire(): Trace['wire'] | undefined {
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
    return this.run?.link?.hold !== undefined && this.isUnderWay;
  }
  get held(): readonly Segment[] {
    return this.#page.selection.held;
  }

  /** How the run ended, in a sentence; empty until the viewer knows. */
  get ending(): string {
    return this.run && this.isOver ? endSentence(this.run, this.facts.hasReset, this.#language.texts) : '';
  }
  /** What stands in the picture while it is empty. */
  get invitation(): string {
    const { run, server } = this;
    const { diagram } = this.#language.texts;
    if (run) return this.isOver ? this.ending : diagram.underWay;
    if (!this.isConnected || !server) return diagram.inviteNoBridge;
    if (this.hello?.watch) return diagram.inviteWatch(this.hello.target);
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
  /** What is said of the beat under the cursor. */
  readonly explanation: Explanation | undefined = $derived.by(() => {
    if (this.beat?.what === 'end') {
      const { atEnd, atEndOfFull } = this.#language.texts.player;
      const why = this.run?.done?.leftOut?.steps ? atEndOfFull : atEnd;
      return { what: this.ending, why, section: '', evidence: '' };
    }
    return this.step && this.explain(this.step, this.beat?.what);
  });

  /** Undefined while the words are still loading. */
  explain(step: Step, moment?: 'begin' | 'return'): Explanation | undefined {
    return this.#explainer.current?.explain(step, this.#context, moment);
  }
  /** What is said of a step where there is room for one sentence: of a call that was waited for, its return. */
  titleOf(step: Step): string {
    return this.#explainer.current?.titleOf(step, this.#context, lastMomentOf(step)) ?? '';
  }

  /** The known beats as sentences, in the order of time. */
  readonly told: readonly ToldBeat[] = $derived.by(() => {
    const { beats, seenBeats, showsAll } = this.#page.selection;
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- it is read here, and thrown away
    const known = new Map(this.steps.map((step) => [step.id, step]));
    return (showsAll ? beats : seenBeats).flatMap((beat) => {
      const shown = beat.step && known.get(beat.step.id);
      return beat.what === 'end' || !shown ? [] : [this.#tell(beat, shown, beat.what)];
    });
  });
  readonly #told = new WeakMap<PlacedBeat, ToldBeat>();

  /** What is told of a beat is the same object for as long as it is the same, so that the list changes only where it must. */
  #tell(beat: PlacedBeat, step: Step, what: 'begin' | 'return'): ToldBeat {
    const text = this.#explainer.current?.whatOf(step, this.#context, what) ?? '';
    const before = this.#told.get(beat);
    if (before?.text === text && before.step === step) return before;
    const { id, at } = beat;
    const told = { id, at, step, isEnd: what === 'return', text };
    this.#told.set(beat, told);
    return told;
  }
}

/** A beat in a sentence. */
export interface ToldBeat {
  id: string;
  at: number;
  step: Step;
  /** It is the return of a call. */
  isEnd: boolean;
  text: string;
}

function lastMomentOf(step: Step): 'begin' | 'return' {
  return step.kind === 'call' && step.returnedAt !== undefined && isReturnAwaited(step) ? 'return' : 'begin';
}
