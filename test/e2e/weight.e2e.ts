import { readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { expect, test } from './bridge.ts';

const MOST_SCRIPT = 60_000;
const MOST_STYLE = 12_000;
const folder = new URL('../../dist/web/assets/', import.meta.url);
const zipped = (name: string) => gzipSync(readFileSync(new URL(name, folder))).length;

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('the page stays light', async ({ page }) => {
      const loaded: string[] = [];
      page.on('response', (response) => loaded.push(new URL(response.url()).pathname.split('/').at(-1)!));
      await page.goto('/');
      await expect(page.locator('.random')).toBeEnabled();
      const size = (ending: string) =>
        readdirSync(folder)
          .filter((name) => name.endsWith(ending) && loaded.includes(name))
          .reduce((sum, name) => sum + zipped(name), 0);
      expect(size('.js')).toBeGreaterThan(10_000);
      expect(size('.js')).toBeLessThanOrEqual(MOST_SCRIPT);
      expect(size('.css')).toBeLessThanOrEqual(MOST_STYLE);
    });
  });
