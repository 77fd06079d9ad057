import type { Page } from '@playwright/test';
import { compareSteps } from '../../bridge/trace/step.ts';
import { labTrace, seen } from '../web/fixtures/lab-traces.ts';
import { withSilence } from '../web/fixtures/later.ts';
import { expect, test } from './bridge.ts';
import { playBridge, sendNumber, spoken, tell } from './page.ts';

/* How a beat moves: what arrived lands, the call wakes, the step itself follows; and a silence drains while it is played. */

test.use({ showsAll: false });

interface Sight {
  beat: number;
  phase: string;
  sparks: number;
  /** Of the break of a silence that is not over: its place, its words, and how much of its ring is left. */
  pending: { place: string; text: string; left: number } | undefined;
  /** Where the breaks stand that are over. */
  breaks: string[];
}

/** Begins to note what the picture shows, at each change. */
const watch = (page: Page) =>
  page.evaluate(() => {
    const seen = ((globalThis as { sights?: unknown[] }).sights = [] as unknown[]);
    const placeOf = (each: Element) => (each as SVGElement).style.transform;
    new MutationObserver(() => {
      const picture = document.querySelector('.picture');
      if (!picture) return;
      const pending = picture.querySelector('.break.pending');
      seen.push({
        beat: Number(document.querySelector<HTMLInputElement>('.scrubber input')?.value),
        phase: picture.getAttribute('data-phase') ?? '',
        sparks: picture.querySelectorAll('.spark').length,
        pending: pending
          ? {
              place: placeOf(pending),
              text: pending.querySelector('text')?.textContent,
              left: Number.parseFloat(pending.querySelector('.left')?.getAttribute('stroke-dasharray') ?? '0'),
            }
          : undefined,
        breaks: [...picture.querySelectorAll('.break:not(.pending)')].map(placeOf),
      });
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });

const sights = (page: Page) => page.evaluate(() => (globalThis as { sights?: unknown[] }).sights as Sight[]);

const ORDER = ['land', 'wake', 'fly', 'fall', 'fill', ''];

test('what arrived lands, then the call wakes, then the step itself follows', async ({ page }) => {
  const lost = seen('server', ['ACK', 'PSH'], 400_000, undefined, {
    fate: 'dropped',
    seq: 7,
    length: 2,
    payload: 'abcd',
  });
  await playBridge(page, tell([...labTrace(), lost].sort(compareSteps), 'replied'));
  await page.goto('/');
  await page.getByLabel('Speed').selectOption('2');
  await watch(page);
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty({ timeout: 30_000 });
  const all = await sights(page);
  const byBeat = new Map<number, string[]>();
  for (const { beat, phase } of all) {
    const phases = byBeat.get(beat) ?? [];
    if (phases.at(-1) !== phase) phases.push(phase);
    byBeat.set(beat, phases);
  }
  // In each beat the phases come in their order, and none comes twice.
  for (const phases of byBeat.values())
    expect(phases).toEqual([...new Set(phases)].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)));
  const played = [...byBeat.values()].map((phases) => phases.filter(Boolean).join(' '));
  for (const each of ['fly', 'fly fall', 'land fill']) expect(played).toContain(each);
  expect(played.some((each) => each.endsWith('wake'))).toBe(true);
  // The news runs to the call while it wakes, and at no other time.
  for (const { phase, sparks } of all) expect(sparks).toBe(phase === 'wake' ? 1 : 0);
});

/** Everything that is seen while a run with a silence before its first segment is played. */
async function sightsOfSilence(page: Page) {
  const steps = labTrace().sort(compareSteps);
  const first = steps.findIndex(({ kind }) => kind === 'segment');
  await playBridge(page, tell(withSilence(steps, first, 2e6), 'replied'));
  await page.goto('/');
  await watch(page);
  await sendNumber(page, '121');
  await expect(page.locator('.break:not(.pending)')).toHaveCount(1);
  return sights(page);
}

test('a silence drains while it is played, and its break stays where it stands', async ({ page }) => {
  const all = await sightsOfSilence(page);
  const pending = all.flatMap((sight) => sight.pending ?? []);
  expect(pending.length).toBeGreaterThan(1);
  pending.forEach(({ left }, index) => expect(left).toBeLessThanOrEqual(pending[index - 1]?.left ?? 1));
  expect(pending.at(-1)!.left).toBeLessThan(pending[0]!.left);
  expect(new Set(pending.map(({ text }) => text))).toEqual(new Set(['⋮ shortened']));
  // One place, while it lasts and when it is over.
  const places = [...pending.map(({ place }) => place), all.find(({ breaks }) => breaks.length > 0)!.breaks[0]];
  expect(new Set(places).size).toBe(1);
});

test.describe('reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });

  test('nothing moves: no phase, and a ring that stands still', async ({ page }) => {
    const all = await sightsOfSilence(page);
    expect(new Set(all.map(({ phase }) => phase))).toEqual(new Set(['']));
    const left = all.flatMap(({ pending }) => pending?.left ?? []);
    expect(new Set(left)).toEqual(new Set([1]));
  });
});
