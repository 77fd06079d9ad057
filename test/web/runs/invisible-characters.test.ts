import { describe, expect, it } from 'vitest';
import type { Trace } from '../../../bridge/trace/trace.ts';
import { textFromHex } from '../../../web/reading/bytes.ts';
import { replyIn } from '../../../web/reading/reply.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../web/views/diagram/geometry/columns.ts';
import { layoutOf } from '../../../web/views/diagram/geometry/layout.ts';
import { pictureWords } from '../../../web/views/diagram/picture-words.ts';
import { printedBy } from '../../../web/views/inspector/terminal-lines.ts';
import { sourceLines } from '../../../web/words/source-lines.ts';
import { comparableRuns } from '../../../web/words/runs/comparable-runs.ts';
import { endSentence } from '../../../web/words/runs/run-end.ts';
import { runLine } from '../../../web/words/runs/run-line.ts';
import { explainerIn } from '../../../web/words/steps/explanation.ts';
import { traceOf } from '../../helpers/hostile-traces.ts';
import { call, segment } from '../fixtures/traces.ts';

/** Turns what follows round, and back; cannot be seen; ends a line; begins a command of a terminal. */
const EVIL = 'a\u202egpj\u2066b\u200b\u2028\u009b2Jc';
const SHOWN = 'a\\u202egpj\\u2066b\\u200b\\u2028\\x9b2Jc';
const HEX = Buffer.from(EVIL).toString('hex');
/** A tooltip has two lines. */
const SEEN = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const trace: Trace = {
  ...traceOf([
    call('client', 'send', 10, 11, { args: [EVIL], bytes: 2, payload: '0079' }),
    segment('server', ['ACK', 'PSH'], 20, 30, { length: HEX.length / 2, payload: HEX, options: [EVIL] }),
    { id: 'line', kind: 'output', side: 'server', at: 40, evidence: 'observed', stream: 'stdout', line: EVIL },
    call('server', 'accept', 41, 42, { peer: EVIL, result: 'ok' }),
    call('client', 'recv', 43, 44, { bytes: HEX.length / 2, payload: HEX, result: EVIL }),
  ]),
  target: EVIL,
  command: EVIL,
  reply: { text: EVIL, hex: HEX },
  sources: [{ name: EVIL, active: false, tells: 'segments', why: EVIL }],
};

/** All texts in a value, however deep. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('characters that cannot be seen, or that turn the direction of writing', async () => {
  const language = await Language.load('en');
  const summary = await language.topic('summary');
  const explainer = await explainerIn(language);
  const run = new Runs(() => {}).open(trace);
  const { steps } = run;
  const words = pictureWords(language, true);
  const { calls, segments, lines } = layoutOf(steps, columnsFor(1280), words);

  it.each<[string, unknown]>([
    ['the steps', steps],
    ['the picture', [calls, segments, lines].flat()],
    ['the narration', steps.map((step) => explainer.explain(step, { steps, isOver: true }))],
    ['the tooltips', steps.map((step) => explainer.titleOf(step, { steps, isOver: true }))],
    ['the terminals', printedBy(steps, steps.length - 1, Infinity, '121', run.done?.reply?.text)],
    ['the reply that is being read', replyIn(steps) ?? ''],
    ['the list of runs', runLine(run, { language })],
    ['the end in a sentence', endSentence(run, false, language.texts)],
    ['the comparison', comparableRuns([run], language, summary).map(({ story, ...each }) => [each, story()])],
    ['the sources', sourceLines(run.sources([]), language.texts)],
  ])('are escapes in %s', (_, shown) => {
    for (const text of textsIn(shown)) expect(text).not.toMatch(SEEN);
  });

  it('are seen as what they are', () => {
    expect(lines[0]!.step.line).toBe(SHOWN);
    expect(endSentence(run, false, language.texts)).toContain(SHOWN.slice(0, 12));
    expect(textFromHex(Buffer.from('a\u2028b').toString('hex'))).toBeUndefined();
  });

  it('stay in what is kept and saved', () => {
    const saved = run.trace()!;
    expect(saved.steps).toEqual(trace.steps);
    expect(saved.reply).toEqual(trace.reply);
  });
});
