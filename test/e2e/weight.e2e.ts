import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Page } from '@playwright/test';
import { expect, test } from './bridge.ts';

/** Of what the page needs before its first button works, compressed. */
const MOST_SCRIPT = 60_000;
const MOST_STYLE = 12_000;
/**
 * Of what it loads after that, when it is idle: the recorded handshake with the picture that draws it, and the cards of the
 * scenarios.
 */
const MOST_SCRIPT_LATER = 35_000;
const folder = new URL('../../dist/web/assets/', import.meta.url);
const zipped = (name: string) => gzipSync(readFileSync(new URL(name, folder))).length;

/** The sizes of what the page has loaded, by the ending of the names. */
function weigh(page: Page) {
  const loaded: string[] = [];
  page.on('response', (response) => loaded.push(new URL(response.url()).pathname.split('/').at(-1)!));
  return (ending: string) =>
    readdirSync(folder)
      .filter((name) => name.endsWith(ending) && loaded.includes(name))
      .reduce((sum, name) => sum + zipped(name), 0);
}

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('the page stays light', async ({ page }) => {
      // A browser that is never idle: nothing is loaded but what the page begins with.
      await page.addInitScript(() => (window.requestIdleCallback = () => 0));
      const size = weigh(page);
      await page.goto('/');
      await expect(page.locator('.random')).toBeEnabled();
      await expect(page.locator('[data-card]')).toHaveCount(0);
      expect(size('.js')).toBeGreaterThan(10_000);
      expect(size('.js')).toBeLessThanOrEqual(MOST_SCRIPT);
      expect(size('.css')).toBeLessThanOrEqual(MOST_STYLE);
    });

    test('the rest of the first screen is light, and comes later', async ({ page }) => {
      const size = weigh(page);
      await page.goto('/');
      await expect(page.locator('[data-card]')).toHaveCount(28);
      await expect(page.locator('.recording')).toBeVisible();
      expect(size('.js')).toBeLessThanOrEqual(MOST_SCRIPT + MOST_SCRIPT_LATER);
      expect(size('.css')).toBeLessThanOrEqual(MOST_STYLE);
    });
  });
