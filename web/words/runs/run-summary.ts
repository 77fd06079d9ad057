import type { ConnectionFacts } from '../../reading/connection-facts.ts';
import { conversationOf, type Conversation } from '../../reading/conversation.ts';
import { replyIn } from '../../reading/reply.ts';
import { unreadAtClose, type UnreadAtClose } from '../../reading/unread-at-close.ts';
import type { Run } from '../../runs/run.svelte.ts';
import type { Language } from '../../texts/language.svelte.ts';
import type { Topics } from '../../texts/topics.ts';
import { endSentence } from './run-end.ts';

type SummaryTexts = Topics['summary'];

/** A finished run in a few sentences: how it went from end to end, what it carried, and what went wrong. */
export function summarySentences(run: Run, facts: ConnectionFacts, language: Language, t: SummaryTexts): string[] {
  const conversation = conversationOf(run.steps, facts.hasReset);
  const { opener, ending, answer } = conversation;
  const isRefused = run.outcome === 'refused';
  const { bytes } = language.texts;
  const isWhole = !run.done?.leftOut?.steps;
  return [
    endSentence(run, facts.hasReset, language.texts),
    waitSentence(run, language, t),
    opener && run.end && !isRefused && isWhole ? t.ending[ending](opener) : '',
    ...leftOutSentences(run, t),
    ...closingSentences(conversation, unreadAtClose(run.steps), language, t),
    isRefusedAsStranger(run) ? t.onlyLoopback : '',
    facts.up + facts.down > 0 && isWhole ? t.traffic(bytes(facts.up), bytes(facts.down)) : '',
    answer ? t.answer(language.duration(answer.us), answer.isBound) : '',
    facts.lost + facts.again + facts.copied > 0 ? t.trouble(facts.lost, facts.again, facts.copied) : '',
  ].filter(Boolean);
}

/** Whether the server's reply seems to say that it serves its own machine only. */
function isRefusedAsStranger({ begun, done, steps }: Run): boolean {
  return begun.wire === 'lab' && /\bdenied\b|protected mode|loopback/i.test(done?.reply?.text ?? replyIn(steps) ?? '');
}

function waitSentence({ done, outcome }: Run, language: Language, { waited }: SummaryTexts): string {
  if (done?.waitedUs === undefined) return '';
  return (outcome === 'refused' ? waited.inVain : waited.untilListening)(language.duration(done.waitedUs));
}

function leftOutSentences({ done }: Run, { leftOut }: SummaryTexts): string[] {
  const { lines = 0, steps = 0 } = done?.leftOut ?? {};
  return [steps > 0 ? leftOut.steps(steps) : '', lines > 0 ? leftOut.lines(lines) : ''];
}

function closingSentences(
  { closedFirst, abortedBy, waits }: Conversation,
  unread: UnreadAtClose | undefined,
  language: Language,
  t: SummaryTexts,
): string[] {
  const lasts = (ms: number | undefined) => (ms === undefined ? '' : language.duration(ms * 1000));
  const waiting = waits.filter(({ side }) => side !== closedFirst).map(({ side, ms }) => t.waits(side, lasts(ms)));
  const others = unread ? [t.unread(unread.side, language.texts.bytes(unread.bytes)), ...waiting] : waiting;
  // That it left bytes unread says more than that it ended the connection with a RST.
  if (closedFirst === undefined)
    return abortedBy && abortedBy !== unread?.side ? [t.aborted(abortedBy), ...others] : others;
  if (closedFirst === 'both') return [t.bothFirst, ...others];
  const own = waits.find(({ side }) => side === closedFirst);
  return [own ? t.firstAndWaits(closedFirst, lasts(own.ms)) : t.first(closedFirst), ...others];
}
