import type { State } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import type { Context } from './context.ts';

const SECTION = 'RFC 9293 §3.3.2';

export function explainState({ side, from, to, expected, lastsMs }: State, { language, texts: { state } }: Context) {
  if (expected !== undefined)
    return { what: state.disagrees.what(side, to, expected), why: state.disagrees.why, section: SECTION };
  const isListening = to === 'LISTEN' && side === 'server' && from === 'CLOSED';
  const lasts = lastsMs === undefined ? '' : ` ${state.lasts(language.duration(lastsMs * 1000))}`;
  return {
    what: (isListening ? state.listens : state.what(side, from, to)) + lasts,
    why: lookup(state.why, to) ?? '',
    section: SECTION,
  };
}
