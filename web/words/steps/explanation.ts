import { REASON_SOURCES } from '../../../bridge/trace/reasons.ts';
import type { Segment, Step } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import { hasOwnRole, toneOf } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';
import { explainCall } from './call-explanation.ts';
import type { Context, RunSoFar } from './context.ts';
import { explainReturn, wakerOf } from './return-explanation.ts';
import { whatOfSegment, whyOfSegment } from './segment-explanation.ts';
import { explainState } from './state-explanation.ts';

/*
 * This room makes sentences of facts: here of a step, in its other files of a run, a wire and a source.
 *
 *     reading: what a trace shows ──┐
 *     texts: one language ──────────┴──► words: sentences ──► views
 *
 * A sentence never claims more than the trace shows. No sentence stands here: each comes from a table in texts/.
 * The room knows no view. If the bridge is newer than the page, unknown names and codes are shown as they are.
 */

/** A step in words. */
export interface Explanation {
  what: string;
  why: string;
  /** The section of the standard that says so. */
  section: string;
  evidence: string;
  /** For an inferred step: why it must have happened, and the section that says so. */
  reason?: { text: string; section: string };
}

/** A step has a beginning. The return of a call that can block, or that failed, is a moment of its own. */
export type Moment = 'begin' | 'return';

/** Explains steps in one language. */
export interface Explainer {
  /** @param run holds only what is known at this moment: no sentence says more */
  explain(step: Step, run: RunSoFar, moment?: Moment): Explanation;
  /** Only what it is. It costs much less, and is what a list of all steps needs. */
  whatOf(step: Step, run: RunSoFar, moment?: Moment): string;
  /** The same with the evidence, as a tooltip. */
  titleOf(step: Step, run: RunSoFar, moment?: Moment): string;
}

/** Rejects if the texts cannot be loaded. */
export async function explainerIn(language: Language): Promise<Explainer> {
  const texts = await language.topic('steps');
  const said = { begin: new WeakMap<Step, Said>(), return: new WeakMap<Step, Said>() };
  const whatOf = (step: Step, moment: Moment, context: Context): string => {
    const by = moment === 'return' ? wakerOf(step.id, context.run.steps) : undefined;
    const before = said[moment].get(step);
    if (before && before.by === by) return before.what;
    const what = sayWhat(step, moment, context);
    if (standsAlone(step)) said[moment].set(step, { what, by });
    return what;
  };
  return {
    explain: (step, run, moment = 'begin') => {
      const context = { language, texts, run };
      const what = whatOf(step, moment, context);
      return { what, ...whyOf(step, moment, context), evidence: evidenceOf(step, context), ...reasonOf(step, context) };
    },
    whatOf: (step, run, moment = 'begin') => whatOf(step, moment, { language, texts, run }),
    titleOf: (step, run, moment = 'begin') => {
      const context = { language, texts, run };
      const why = reasonOf(step, context).reason?.text ?? evidenceOf(step, context);
      return `${whatOf(step, moment, context)}\n${language.texts.evidence[step.evidence]}: ${why}`;
    },
  };
}

/** What was said of a step. Of other steps it depends only on the segment that woke a call. */
interface Said {
  what: string;
  by: Segment | undefined;
}

/** Whether nothing else that is known of other steps, now or later, changes what is said of this one. */
function standsAlone(step: Step): boolean {
  if (step.kind === 'call') return step.returnedAt !== undefined;
  if (step.kind === 'segment') return hasOwnRole(step) && toneOf(step) !== 'rst';
  return step.kind !== 'state' || (step.to !== 'CLOSED' && step.to !== 'TIME_WAIT');
}

function sayWhat(step: Step, moment: Moment, context: Context): string {
  return step.kind === 'segment' ? whatOfSegment(step, context) : explainOther(step, moment, context).what;
}

function whyOf(step: Step, moment: Moment, context: Context): Pick<Explanation, 'why' | 'section'> {
  if (step.kind === 'segment') return whyOfSegment(step, context);
  const { why, section } = explainOther(step, moment, context);
  return { why, section };
}

function explainOther(
  step: Exclude<Step, Segment>,
  moment: Moment,
  context: Context,
): Pick<Explanation, 'what' | 'why' | 'section'> {
  switch (step.kind) {
    case 'call':
      return moment === 'return' && step.returnedAt !== undefined
        ? explainReturn(step, context)
        : explainCall(step, context);
    case 'state':
      return explainState(step, context);
    default: {
      const { what, why } = context.texts[step.kind];
      return { what: what(step.side), why, section: '' };
    }
  }
}

function evidenceOf({ evidence }: Step, { texts }: Context): string {
  return texts.evidenceMeans[evidence];
}

function reasonOf({ reason }: Step, { texts }: Context): Pick<Explanation, 'reason'> {
  if (reason === undefined) return {};
  // A newer bridge may send reasons that this page does not know.
  const text = lookup(texts.reason, reason);
  return text === undefined ? {} : { reason: { text, section: lookup(REASON_SOURCES, reason) ?? '' } };
}
