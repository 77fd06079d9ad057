import fc from 'fast-check';
import type { Page } from '@playwright/test';
import { compareSteps, type Step } from '../../bridge/trace/step.ts';
import type { Trace } from '../../bridge/trace/trace.ts';
import { beatsOf } from '../../web/playback/beats.ts';
import { momentsOf } from '../../web/reading/moments.ts';
import { SCENARIO_KEYS } from '../../web/scenarios/shelf.ts';
import { whyNoLab } from '../helpers/programs/lab.ts';
import { ShelfRuns } from '../helpers/shelf-runs.ts';
import { anyPlot } from '../helpers/simulated/any-plot.ts';
import { SimulatedConnection } from '../helpers/simulated/connection.ts';
import { toldCaptured } from '../helpers/simulated/told-captured.ts';
import { labTrace } from '../web/fixtures/lab-traces.ts';
import { withSilence } from '../web/fixtures/later.ts';
import { agreeing } from '../web/fixtures/agreeing-traces.ts';
import { expect, test } from './bridge.ts';

/*
 * The page knows no more than its cursor: two traces that agree up to a step give the same page there, to the letter,
 * whatever comes later. Only the scrubber, and the number of steps, may know how much that is.
 */

test.use({ showsAll: false, contextOptions: { reducedMotion: 'reduce' } });
test.setTimeout(240_000);
// The runs of before are kept for a reload; here each run is to be the first.
test.beforeEach(({ context }) => context.addInitScript(() => sessionStorage.clear()));

const RANDOM_TRACES = 8;
/** How far into a trace the two pages are compared. */
const PLACES = [0.35, 0.6, 0.85];

const traceOf = (steps: readonly Step[]): Trace => ({
  format: 'aperto-trace',
  version: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  wire: 'lab',
  target: '10.77.0.2:65432',
  sources: [{ name: 'link', tells: 'segments', active: true }],
  script: [{ do: 'send', hex: '0079' }, { do: 'recv' }, { do: 'close' }],
  outcome: 'replied',
  reply: { text: 'ÍMPAR', hex: 'c38d4d504152' },
  durationUs: Math.max(0, steps.at(-1)?.at ?? 0),
  steps: [...steps],
});

/** The same connection with another end: nothing of it may be told before. */
const otherwise = (steps: readonly Step[]): Trace => ({
  ...traceOf(steps),
  outcome: 'reset',
  reply: { text: 'XXXX', hex: '58585858' },
  error: 'ECONNRESET',
});

/** Opens it as the only run of the page, and takes the cursor there. */
async function openAt(page: Page, trace: Trace, beat: number): Promise<void> {
  if (page.url() === 'about:blank') {
    await page.goto('/');
    // A beat lasts long enough for the test to take the cursor where it wants it.
    await page.getByLabel('Speed').selectOption('0.25');
  }
  await page.evaluate(openInPlace, JSON.stringify(trace));
  await goTo(page, beat);
  await expect(page.locator('.what').first()).not.toBeEmpty();
}

const goTo = (page: Page, beat: number): Promise<void> =>
  page.locator('.scrubber input').evaluate((input: HTMLInputElement, value) => {
    input.value = String(value);
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }, beat);

/** Runs in the page, hundreds of times: each press by Playwright itself would take many times as long. */
async function openInPlace(trace: string): Promise<void> {
  const find = (selector: string) => document.querySelector<HTMLElement>(selector);
  const until = async (fact: () => boolean) => {
    while (!fact()) await new Promise(requestAnimationFrame);
  };
  if (find('[data-run]')) {
    find('button.delete')!.click();
    await until(() => find('[data-run]') === null);
  }
  const input = document.querySelector<HTMLInputElement>('input[type=file]')!;
  const chosen = new DataTransfer();
  chosen.items.add(new File([trace], 'trace.json', { type: 'application/json' }));
  input.files = chosen.files;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  await until(() => find('.picture [data-step]') !== null);
}

/** The whole page as text, without the scrubber and the number of steps. */
const domOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as HTMLElement;
    copy.querySelectorAll('.scrubber, script, link, style').forEach((element) => element.remove());
    for (const element of copy.querySelectorAll('.where .step'))
      element.textContent = element.textContent?.replace(/\d+$/, '') ?? '';
    return copy.outerHTML.replaceAll(/<!--.*?-->/g, '').replaceAll('><', '>\n<');
  });

/** Lines that only one of the two pages has. */
async function differences(page: Page, other: Page): Promise<string[]> {
  const [one, two] = await Promise.all([domOf(page), domOf(other)]);
  if (one === two) return [];
  const [ones, twos] = [one.split('\n'), two.split('\n')];
  return [
    ...ones.filter((line) => !twos.includes(line)).map((line) => `− ${line}`),
    ...twos.filter((line) => !ones.includes(line)).map((line) => `+ ${line}`),
    ...(ones.length === twos.length ? ['another order'] : [`${ones.length} and ${twos.length} lines`]),
  ].slice(0, 8);
}

async function compare(page: Page, other: Page, steps: readonly Step[], strangers: readonly Step[], name: string) {
  for (const place of PLACES) {
    const pair = agreeing(steps, place, strangers, 20);
    const beats = beatsOf(momentsOf(pair.one), true);
    const beat = beats.findLastIndex(({ moment, what }) => moment <= pair.last && what !== 'end');
    const first = beats.findIndex(({ step }) => step?.side === 'client' || (step?.at ?? 0) >= 0);
    // The page begins there, so that it knows that much.
    if (beat < first) continue;
    // A busy machine may play one page further before its cursor is taken: what is told too early is told each time.
    await expect(async () => {
      await Promise.all([openAt(page, traceOf(pair.one), beat), openAt(other, otherwise(pair.other), beat)]);
      await expect
        .poll(() => differences(page, other), {
          message: `${name}, step ${beat + 1} of ${beats.length}`,
          timeout: 8000,
        })
        .toEqual([]);
    }).toPass({ timeout: 40_000 });
  }
}

const randomTraces = fc
  .sample(anyPlot, { numRuns: 4 * RANDOM_TRACES })
  .map((plot) => toldCaptured(new SimulatedConnection(plot).reports, { serverWatched: 'yes', now: 1e9 }))
  .filter((steps) => steps.length > 12)
  .slice(0, RANDOM_TRACES);

test('random connections: nothing on the page tells what comes later', async ({ page, context }) => {
  const other = await context.newPage();
  for (const [index, steps] of randomTraces.entries())
    await compare(page, other, steps, randomTraces[(index + 1) % randomTraces.length]!, `random ${index}`);
});

test('a silence that is played tells neither its length nor what ends it', async ({ page, context }) => {
  const steps = labTrace().sort(compareSteps);
  const first = steps.findIndex(({ kind }) => kind === 'segment');
  // So long that it is still played when the test looks.
  const one = withSilence(steps, first, 10e6);
  // Something else happens, and much later.
  const two = withSilence([...steps.slice(0, first), ...steps.slice(first + 1)], first, 30e6);
  const beat = beatsOf(momentsOf(one), true).findLastIndex(({ at }) => at < one[first]!.at);
  const other = await context.newPage();
  const told: string[] = [];
  for (const [each, trace] of [
    [page, traceOf(one)],
    [other, otherwise(two)],
  ] as const) {
    await openAt(each, trace, beat);
    await expect(each.locator('.break')).toHaveCount(0);
    await each.locator('main').press('Space');
    await each.locator('.break.pending').waitFor({ timeout: 20_000 });
    told.push(await each.locator('.picture').evaluate((picture) => picture.outerHTML.replaceAll(/<!--.*?-->/g, '')));
  }
  expect(told[0]).toContain('pending');
  expect(told[1]).toBe(told[0]);
});

test('the shelf of scenarios: nothing on the page tells what comes later', async ({ page, context }) => {
  test.skip(whyNoLab !== undefined, whyNoLab);
  const runs = await ShelfRuns.begin(1);
  const other = await context.newPage();
  try {
    for (const [index, key] of SCENARIO_KEYS.entries()) {
      const { steps } = await runs.run(key, 0);
      const strangers = await runs.run(SCENARIO_KEYS[(index + 1) % SCENARIO_KEYS.length]!, 0);
      await compare(page, other, steps, strangers.steps, key);
    }
  } finally {
    await runs.end();
  }
});

test('while a call returns, the states are those of now, not those of when it began', async ({ page }) => {
  const steps = labTrace().sort(compareSteps);
  const beats = beatsOf(momentsOf(steps), true);
  const accepted = beats.findIndex(
    ({ what, step }) => what === 'return' && step?.kind === 'call' && step.name === 'accept',
  );
  await openAt(page, traceOf(steps), accepted);
  await expect(page.locator('.state-map [data-state="ESTABLISHED"]')).toHaveClass(/\bserver\b/);
  await page.locator('.state-map').click();
  await expect(page.locator('.machine [data-state="ESTABLISHED"]')).toHaveClass(/\bserver\b/);
});
