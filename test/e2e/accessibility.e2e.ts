import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { refusedTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { playBridge, sendNumber, spoken, tell } from './page.ts';

async function violations(page: Page) {
  const { violations: found } = await new AxeBuilder({ page }).analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}

for (const colorScheme of ['light', 'dark'] as const)
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test('nothing stands in the way of anyone, before and after a run', async ({ page }) => {
      await page.goto('/');
      await expect(page.getByText('server listening')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await sendNumber(page, '121');
      await expect(spoken(page)).not.toBeEmpty();
      await page.locator('main').focus();
      await page.keyboard.press('Home');
      for (let step = 0; step < 12; step++) {
        await page.keyboard.press('ArrowRight');
      }
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press('End');
      expect(await violations(page)).toEqual([]);
    });

    test('nor when things go wrong', async ({ page }) => {
      const bridge = await playBridge(page, tell(refusedTrace(), 'refused'));
      await page.goto('/');
      await sendNumber(page, '121');
      await expect(spoken(page)).not.toBeEmpty();
      bridge.say({ type: 'error', code: 'TOO_MANY_MESSAGES', message: 'Too many.' });
      await expect(page.getByText('too fast for the bridge')).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await bridge.leave();
      await expect(page.getByText('The bridge is gone')).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });

test('no text is smaller than 12 pixels', async ({ page }) => {
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''),
      )
      .map((element) => Number.parseFloat(getComputedStyle(element).fontSize)),
  );
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12);
});
