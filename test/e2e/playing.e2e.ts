import type { Page } from '@playwright/test';
import { expect, labTest, test } from './bridge.ts';
import { playBridge, sendNumber, spoken, tell } from './page.ts';
import { withSilence } from '../web/fixtures/later.ts';
import { done, hello, plainTrace } from '../web/fixtures/traces.ts';

/* How a run is played to people who see it for the first time: from its first step, and never ahead of them. */

test.use({ showsAll: false });
labTest.use({ showsAll: false });

/** What the scrubber stands at. */
const position = async (page: Page) => Number(await page.getByRole('slider', { name: 'Step' }).inputValue());
/** So slowly that a test on a busy machine looks before the next step is played. */
const slowly = (page: Page) => page.getByLabel('Speed').selectOption('0.25');
const end = (page: Page) => page.locator('main').press('End');

test('a run is played from its first step, and nothing tells its end before', async ({ page }) => {
  await page.goto('/');
  await slowly(page);
  await sendNumber(page, '121');
  const line = page.getByRole('button', { name: /^#1/ });
  await expect(page.locator('.picture [data-step]').first()).toBeAttached();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect(page.locator('.what').first()).toContainText('socket');
  for (const part of [line, page.locator('.summary'), page.locator('.picture')])
    await expect(part).not.toContainText('ÍMPAR');
  await expect(spoken(page)).toHaveCount(0);
  await end(page);
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await expect(line).toContainText('ÍMPAR');
  await expect(page.locator('.summary')).toContainText('Complete');
  // What was once revealed stays known.
  await page.locator('main').press('Home');
  await expect(line).toContainText('ÍMPAR');
});

test('a run that goes on is played behind it, and the viewer may catch up', async ({ page }) => {
  const bridge = await playBridge(page, tell(plainTrace().slice(0, 20)));
  await page.goto('/');
  await slowly(page);
  await sendNumber(page, '121');
  const live = page.locator('.player .live');
  await expect(live).toContainText('behind');
  const before = await position(page);
  await page.getByRole('button', { name: 'catch up' }).click();
  await expect(page.getByRole('button', { name: 'catch up' })).toHaveCount(0);
  await expect(live).toHaveText('live');
  const newest = await position(page);
  expect(newest).toBeGreaterThan(before);
  // It follows from now on.
  bridge.say({ type: 'steps', id: 'run-1', steps: plainTrace() });
  await expect.poll(() => position(page)).toBeGreaterThan(newest);
  bridge.say(done('run-1', 'replied'));
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
});

test('no step of a long run is skipped, and its silences are shortened', async ({ page }) => {
  const late = withSilence(plainTrace(), 12, 5e6);
  await playBridge(page, tell(late, 'replied'));
  await page.goto('/');
  await page.getByLabel('Speed').selectOption('8');
  await page.evaluate(() => {
    const seen = ((globalThis as { seen?: string[] }).seen = [] as string[]);
    new MutationObserver(() => {
      const now = document.querySelector<HTMLInputElement>('.scrubber input')?.value ?? '';
      if (seen.at(-1) !== now) seen.push(now);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  });
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty();
  const seen = await page.evaluate(() => (globalThis as { seen?: string[] }).seen!.map(Number));
  const first = seen.findIndex((value) => value > 0);
  const played = seen.slice(first);
  expect(played).toEqual(Array.from({ length: played.length }, (_, index) => played[0]! + index));
  expect(played.length).toBeGreaterThan(20);
});

test('everything can be shown at once, and the page remembers it', async ({ page }) => {
  await playBridge(page, tell(plainTrace(), 'replied'));
  await page.goto('/');
  await page.getByRole('button', { name: 'show all' }).click();
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await page.reload();
  await expect(page.getByRole('button', { name: 'show all' })).toHaveAttribute('aria-pressed', 'true');
});

test('a question stops the playing, not the run, and the run itself judges the guess', async ({ page }) => {
  await playBridge(page, tell(plainTrace(), 'replied'), hello({}, { wire: 'lab' }));
  await page.goto('/?scenario=plain');
  await page.getByLabel('Speed').selectOption('8');
  await page.getByRole('button', { name: 'Run this scenario' }).click();
  const question = page.getByRole('heading', { name: 'Who will be in TIME_WAIT at the end?' });
  await expect(question).toBeFocused();
  await expect(page.locator('.scrubber .question')).toHaveText('?');
  await expect(page.locator('.picture')).not.toContainText('TIME_WAIT');
  await page.keyboard.press('2');
  await expect(question).toHaveCount(0);
  await expect(page.locator('.stage .verdict')).toContainText('Right.');
  await page.locator('.stage .verdict').getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.locator('.stage .verdict')).toHaveCount(0);
});

labTest('a question leaves the wire alone', async ({ page }) => {
  await page.goto('/?scenario=silence&delay=5');
  await page.getByLabel('Speed').selectOption('8');
  await page.getByRole('button', { name: 'Run this scenario' }).click();
  await page.getByRole('button', { name: /0: no bytes, and no error/ }).click();
  await expect(page.locator('.stage .verdict')).toContainText('Right.');
  await end(page);
  await expect(page.locator('.summary')).toContainText('delay 5 ms');
  await expect(page.locator('.summary')).not.toContainText('holds');
  await expect(page.locator('.shelf-panel')).toContainText('Look:');
});
