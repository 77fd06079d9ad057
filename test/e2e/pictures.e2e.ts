import type { Page } from '@playwright/test';
import type { Step } from '../../bridge/trace/step.ts';
import { labTrace } from '../web/fixtures/lab-traces.ts';
import { quickest } from '../helpers/quickest.ts';
import { capturedTrace, done, longTrace, plainTrace, timeoutTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { traceOf } from '../helpers/hostile-traces.ts';
import { placesIn, playBridge, segments, sendNumber, spoken, tell } from './page.ts';

async function open(page: Page) {
  await page.goto('/');
  await sendNumber(page, '121');
}

test('a run that takes its time is followed live, and can be given up', async ({ page }) => {
  const told = tell(timeoutTrace());
  await playBridge(page, (message, say) => {
    told(message, say);
    if (message.type === 'cancel') say(done(message.id, 'cancelled'));
  });
  await open(page);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await expect(page.locator('.call', { hasText: 'blocked …' }).last()).toBeVisible();
  await page.getByRole('button', { name: 'Give up this run' }).click();
  await expect(spoken(page)).toContainText('Given up');
  await expect(page.getByText('live', { exact: true })).toBeHidden();
});

/** What the player says at the newest place of a run that goes on. */
const places = (steps: readonly Step[]) => `step ${placesIn(steps, false)} of ${placesIn(steps, false)}`;

test('new steps move the cursor until the viewer takes it', async ({ page }) => {
  const steps = plainTrace();
  let id: string | number = '';
  const bridge = await playBridge(page, (message, say) => {
    if (message.type !== 'run') return;
    id = message.id;
    say({ type: 'steps', id, steps: steps.slice(0, 10) });
  });
  await open(page);
  await expect(page.getByText(places(steps.slice(0, 10)))).toBeVisible();
  bridge.say({ type: 'steps', id, steps: steps.slice(10, 20) });
  await expect(page.getByText(places(steps.slice(0, 20)))).toBeVisible();
  await page.locator('main').focus();
  await page.keyboard.press('ArrowLeft');
  const count = placesIn(steps.slice(0, 20), false);
  await expect(page.getByText(`step ${count - 1} of ${count}`)).toBeVisible();
  bridge.say({ type: 'steps', id, steps: steps.slice(20) });
  await expect(page.getByText(`of ${placesIn(steps, false)}`)).toBeVisible();
  await expect(page.getByText('live', { exact: true })).toBeHidden();
});

test('a lost, a repeated and a held segment can be told apart', async ({ page }) => {
  await playBridge(page, tell(capturedTrace()));
  await open(page);
  await expect(segments(page, 'lost').locator('.cross')).toBeVisible();
  await expect(segments(page, '↻ again').locator('.copy')).toBeVisible();
  await expect(segments(page, 'held').locator('.capsule')).toBeVisible();
  await expect(segments(page).and(page.locator('.inferred'))).toHaveCount(0);
  await segments(page, 'again').locator('text').first().click();
  await page.getByRole('tab', { name: 'Fields' }).click();
  await page.getByRole('button', { name: 'raw' }).click();
  await expect(page.locator('.inspector')).toContainText('4081819185');
  await expect(page.locator('.inspector')).toContainText('mss 1460');
});

test('to scale, longer times take more room, and even rows come back', async ({ page }) => {
  await playBridge(page, tell(labTrace(100_000), 'replied'));
  await open(page);
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  const height = () => page.locator('svg.picture').evaluate((picture) => picture.getBoundingClientRect().height);
  const even = await height();
  const toScale = page.getByRole('button', { name: 'to scale' });
  await toScale.click();
  await expect(toScale).toHaveAttribute('aria-pressed', 'true');
  expect(await height()).toBeGreaterThan(even);
  await toScale.click();
  expect(await height()).toBe(even);
});

test('an inferred segment is dashed and gives its reason', async ({ page }) => {
  await playBridge(page, tell(plainTrace(), 'replied'));
  await open(page);
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  const syn = segments(page).and(page.locator('.inferred')).first();
  await expect(page.locator('.track.inferred .line').first()).toHaveCSS('stroke-dasharray', /5/);
  await expect(syn.locator('title')).toHaveText(/inferred: connect\(\) was called/);
  await syn.locator('text').first().click();
  await expect(page.locator('.inspector')).toContainText('Nobody saw it, but it must have happened.');
});

test('five hundred steps are drawn, and stepping stays quick', async ({ page }) => {
  const count = placesIn(longTrace(500));
  await playBridge(page, tell(longTrace(500), 'replied'));
  await open(page);
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  const attempt = async (): Promise<number> => {
    await page.keyboard.press('End');
    await expect(page.getByText(`step ${count} of ${count}`)).toBeVisible();
    const began = Date.now();
    for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowLeft');
    await expect(page.getByText(`step ${count - 20} of ${count}`)).toBeVisible();
    return Date.now() - began;
  };
  expect(await quickest(4000, attempt)).toBeLessThan(4000);
});

test('a hundred runs stay in their list', async ({ page }) => {
  test.slow();
  await playBridge(page, tell(plainTrace(), 'replied'));
  await page.goto('/');
  await page.getByRole('button', { name: 'Send random number' }).focus();
  for (let run = 0; run < 100; run++) await page.keyboard.press('Enter');
  await expect(spoken(page)).toHaveText(/^Run 100:/);
  await expect(page.getByRole('button', { name: /^#\d+ / })).toHaveCount(100);
  expect(await page.evaluate(() => document.documentElement.scrollHeight <= innerHeight)).toBe(true);
});

test('the page comes back to a bridge that comes back, and keeps the open run as lost', async ({ page }) => {
  const bridge = await playBridge(page, tell(timeoutTrace()));
  await open(page);
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await bridge.leave();
  await expect(page.getByText('The bridge is gone')).toBeVisible();
  await expect(spoken(page)).toContainText('The bridge went away during this run');
  bridge.comeBack();
  await expect(page.getByText('The bridge is gone')).toBeHidden();
  await expect(page.getByRole('button', { name: 'Send random number' })).toBeEnabled();
});

test('a sentence says what the bridge cannot serve', async ({ page }) => {
  const bridge = await playBridge(page, (message, say) => {
    if (message.type === 'run') say({ type: 'error', id: message.id, code: 'TOO_MANY_RUNS', message: 'limit' });
  });
  await open(page);
  await expect(spoken(page)).toContainText('Too many runs are open at once');
  bridge.say({ type: 'error', code: 'SERVER_NOT_OWNED', message: 'no' });
  await expect(page.getByText('Aperto did not start the server')).toBeVisible();
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByText('Aperto did not start the server')).toBeHidden();
  bridge.say({ type: 'error', code: 'constructor', message: 'a code of tomorrow' });
  await expect(page.getByText('The bridge says: a code of tomorrow')).toBeVisible();
});

test('bytes of a peer are shown as text and nothing else', async ({ page }) => {
  const markup = '<img src=x onerror=document.title=1>';
  const hex = Buffer.from(markup).toString('hex');
  await playBridge(page, (message, say) => {
    if (message.type !== 'run') return;
    say({ type: 'steps', id: message.id, steps: plainTrace('0079', hex) });
    say(done(message.id, 'replied', { reply: { text: markup, hex } }));
  });
  await open(page);
  await expect(spoken(page)).toContainText(markup);
  await expect(page.locator('img')).toHaveCount(0);
});

test('with reduced motion, nothing travels', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await playBridge(page, tell(plainTrace(), 'replied'));
  await open(page);
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await segments(page).first().locator('text').first().click();
  const capsule = page.locator('.capsule').last();
  const before = await capsule.getAttribute('transform');
  await expect(capsule).toHaveAttribute('transform', before!);
});

test('many printed lines are one line, which a press opens and closes', async ({ page }) => {
  const lines = Array.from({ length: 997 }, (_, nth) => ({
    kind: 'output' as const,
    id: `line ${nth}`,
    side: 'server' as const,
    at: 10 + nth,
    evidence: 'observed' as const,
    stream: 'stdout' as const,
    line: `number ${nth}`,
  }));
  const file = { name: 'a.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(traceOf(lines))) };
  await page.goto('/');
  await page.locator('input[type=file]').setInputFiles(file);
  const picture = page.locator('.picture');
  await expect(picture).toContainText(/› \d+.lines/);
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await expect(picture).toContainText(/› 997.lines/);
  await expect(picture.getByText(/› number/)).toHaveCount(0);
  await page.getByRole('button', { name: '997 lines: show each one' }).click();
  await expect(picture.getByText('› number 996', { exact: true })).toBeAttached();
  await page.getByRole('button', { name: '997 lines: show as one again' }).click();
  await expect(picture).toContainText(/› 997.lines/);
});
