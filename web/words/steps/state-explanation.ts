import type { State } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import { indexOf } from '../../reading/index-of-steps.ts';
import { hasGivenUp } from '../../reading/connection-facts.ts';
import type { Context } from './context.ts';

const SECTION = 'RFC 9293 §3.3.2';

export function explainState(step: State, context: Context) {
  const { side, from, to, expected } = step;
  const { state } = context.texts;
  if (expected !== undefined)
    return { what: state.disagrees.what(side, to, expected), why: state.disagrees.why, section: SECTION };
  if (from === to) return { what: state.found(side, to), why: lookup(state.why, to) ?? '', section: SECTION };
  if (to === 'CLOSED') {
    const end = explainEnd(step, context);
    if (end) return end;
  }
  const isListening = to === 'LISTEN' && side === 'server' && from === 'CLOSED';
  return {
    what: [isListening ? state.listens : state.what(side, from, to), ...lastsOf(step, context)].join(' '),
    why: lookup(state.why, to) ?? '',
    section: to === 'TIME_WAIT' ? 'RFC 9293 §3.3.2, §3.6.1' : SECTION,
  };
}

/** Ends that are not in good order have reasons of their own. */
function explainEnd(step: State, { texts: { state }, run }: Context) {
  const { side, from, to, cause } = step;
  const by = cause === undefined ? undefined : indexOf(run.steps).byId.get(cause);
  if (by?.kind === 'segment' && by.flags.includes('RST') && from === 'TIME_WAIT')
    return { what: state.what(side, from, to), why: state.timeWaitEnded, section: 'RFC 1337; RFC 9293 §3.10.7.4' };
  if (!hasGivenUp(step, run.steps)) return undefined;
  const why = from === 'SYN_SENT' ? state.gaveUp.whySyn : state.gaveUp.why;
  return { what: state.gaveUp.what(side, from), why, section: 'RFC 9293 §3.8.3' };
}

/** How long the kernel's timer runs, and whether something ended the state before. */
function lastsOf({ id, side, at, to, lastsMs }: State, { language, texts: { state }, run }: Context): string[] {
  if (to !== 'TIME_WAIT') return [];
  const timer = lastsMs === undefined ? [] : [state.lasts(language.duration(lastsMs * 1000))];
  const next = run.steps.find((step) => step.kind === 'state' && step.side === side && step.at >= at && step.id !== id);
  const by = next?.kind === 'state' && indexOf(run.steps).byId.get(next.cause ?? '');
  const isEarly = by && by.kind === 'segment' && by.flags.includes('RST');
  return isEarly ? [...timer, state.endedEarly(language.duration(next.at - at))] : timer;
}
