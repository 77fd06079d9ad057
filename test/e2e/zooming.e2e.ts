import type { Page } from '@playwright/test';
import { longTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { playBridge, sendNumber, spoken, tell } from './page.ts';

/* A long picture: what is folded opens, everything can be made larger and smaller, and the map shows where one is. */

const scroller = (page: Page) => page.locator('.diagram .scroller');
const picture = (page: Page) => page.locator('svg.picture');
const folds = (page: Page) => page.locator('[data-opens]');
const heightOf = async (page: Page) => (await picture(page).boundingBox())!.height;
const scrolledIn = (page: Page) => scroller(page).evaluate((area) => area.scrollTop);
/** Where a sheet's point at this height of the scrolling area is, as a share of the sheet. */
const shareAt = (page: Page, at: number) =>
  scroller(page).evaluate((area, y) => (area.scrollTop + y) / area.scrollHeight, at);

async function open(page: Page, count = 600) {
  await playBridge(page, tell(longTrace(count), 'replied'));
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty();
  await expect(folds(page).first()).toBeAttached();
}

test('a run of like segments opens by a press, shows each of them, and closes again', async ({ page }) => {
  await open(page);
  const fold = folds(page).first();
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  const closed = { height: await heightOf(page), segments: await page.locator('.picture .segment').count() };
  await fold.focus();
  await page.keyboard.press('Enter');
  await expect(fold).toHaveAttribute('aria-expanded', 'true');
  await expect(fold).toBeFocused();
  await expect.poll(() => heightOf(page)).toBeGreaterThan(2 * closed.height);
  expect(await page.locator('.picture .segment').count()).toBeGreaterThan(closed.segments);
  await page.keyboard.press('Enter');
  await expect(fold).toHaveAttribute('aria-expanded', 'false');
  await expect.poll(() => heightOf(page)).toBe(closed.height);
});

test('Ctrl and the wheel zoom where the pointer is; “fit” brings everything back', async ({ page }) => {
  await open(page);
  await folds(page).first().click();
  await page.locator('main').press('Home');
  await expect.poll(() => scrolledIn(page)).toBe(0);
  const { x, y, width, height } = (await scroller(page).boundingBox())!;
  const before = { height: await heightOf(page), share: await shareAt(page, height / 2) };
  await page.mouse.move(x + width / 2, y + height / 2);
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -200);
  await page.keyboard.up('Control');
  await expect.poll(() => heightOf(page)).toBeGreaterThan(1.3 * before.height);
  expect(await shareAt(page, height / 2)).toBeCloseTo(before.share, 2);
  await page.getByRole('button', { name: 'fit' }).click();
  await expect.poll(() => heightOf(page)).toBe(before.height);
});

test('the map beside a tall picture takes one there', async ({ page }) => {
  await open(page);
  await expect(page.locator('.map')).toHaveCount(0);
  await folds(page).first().click();
  const map = page.locator('.map');
  await expect(map).toBeVisible();
  const { x, y, width, height } = (await map.boundingBox())!;
  await page.mouse.move(x + width / 2, y + 2);
  await page.mouse.down();
  await expect.poll(() => scrolledIn(page)).toBe(0);
  await page.mouse.move(x + width / 2, y + height / 2, { steps: 4 });
  const visible = (await scroller(page).boundingBox())!.height;
  await expect.poll(() => shareAt(page, visible / 2)).toBeCloseTo(0.5, 1);
  await page.mouse.move(x + width / 2, y + height - 1, { steps: 4 });
  await page.mouse.up();
  await expect
    .poll(() => scroller(page).evaluate((area) => area.scrollHeight - area.clientHeight - area.scrollTop))
    .toBeLessThan(2);
});

test.describe('with two fingers', () => {
  test.use({ hasTouch: true });
  test('a pinch zooms', async ({ page }) => {
    await open(page);
    const before = await heightOf(page);
    const { x, y, width, height } = (await scroller(page).boundingBox())!;
    const session = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) =>
      session.send('Input.dispatchTouchEvent', {
        type,
        touchPoints:
          type === 'touchEnd'
            ? []
            : [-1, 1].map((side, id) => ({ x: x + width / 2, y: y + height / 2 + (side * apart) / 2, id })),
      });
    await touch('touchStart', 80);
    for (const apart of [100, 120, 140, 160]) await touch('touchMove', apart);
    await touch('touchEnd', 0);
    await expect.poll(() => heightOf(page)).toBeGreaterThan(1.5 * before);
  });
});
