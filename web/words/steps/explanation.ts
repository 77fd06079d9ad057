import { REASON_SOURCES } from '../../../bridge/trace/reasons.ts';
import type { Step } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import type { Language } from '../../texts/language.svelte.ts';
import { explainCall } from './call-explanation.ts';
import type { Context, RunSoFar } from './context.ts';
import { explainReturn } from './return-explanation.ts';
import { explainSegment } from './segment-explanation.ts';
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
  /** The same, as short as a tooltip. */
  titleOf(step: Step, run: RunSoFar, moment?: Moment): string;
}

/** Rejects if the texts cannot be loaded. */
export async function explainerIn(language: Language): Promise<Explainer> {
  const texts = await language.topic('steps');
  return {
    explain: (step, run, moment = 'begin') => explain(step, moment, { language, texts, run }),
    titleOf: (step, run, moment = 'begin') => titleOf(step, moment, { language, texts, run }),
  };
}

function explain(step: Step, moment: Moment, context: Context): Explanation {
  return {
    evidence: context.texts.evidenceMeans[step.evidence],
    ...reasonOf(step, context),
    ...whatAndWhy(step, moment, context),
  };
}

function whatAndWhy(step: Step, moment: Moment, context: Context): Pick<Explanation, 'what' | 'why' | 'section'> {
  switch (step.kind) {
    case 'call':
      return moment === 'return' && step.returnedAt !== undefined
        ? explainReturn(step, context)
        : explainCall(step, context);
    case 'segment':
      return explainSegment(step, context);
    case 'state':
      return explainState(step, context);
    default: {
      const { what, why } = context.texts[step.kind];
      return { what: what(step.side), why, section: '' };
    }
  }
}

function titleOf(step: Step, moment: Moment, context: Context): string {
  const { what, evidence, reason } = explain(step, moment, context);
  return `${what}\n${context.language.texts.evidence[step.evidence]}: ${reason?.text ?? evidence}`;
}

function reasonOf({ reason }: Step, { texts }: Context): Pick<Explanation, 'reason'> {
  if (reason === undefined) return {};
  // A newer bridge may send reasons that this page does not know.
  const text = lookup(texts.reason, reason);
  return text === undefined ? {} : { reason: { text, section: lookup(REASON_SOURCES, reason) ?? '' } };
}
