import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { gunzipSync } from 'node:zlib';
import { expect, test } from './bridge.ts';
import { segments, violations } from './page.ts';

const zipped = readFileSync(new URL('../fixtures/captures/random.pcap.gz', import.meta.url));

/** Lets a file fall onto the page. */
async function drop(page: Page, name: string, bytes: Uint8Array) {
  const base64 = Buffer.from(bytes).toString('base64');
  const data = await page.evaluateHandle(
    ({ name, base64 }) => {
      const transfer = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([content], name));
      return transfer;
    },
    { name, base64 },
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

const lines = (page: Page) => page.locator('.capture [data-connection]');

test('a capture that falls onto the page becomes a list, and a connection of it a picture', async ({ page }) => {
  const sent: string[] = [];
  page.on('request', (request) => request.method() !== 'GET' && sent.push(request.url()));
  await page.goto('/');
  await drop(page, 'whatever', gunzipSync(zipped));
  const list = page.locator('.capture .list');
  await expect(list).toBeVisible();
  const all = Number(await lines(page).first().getAttribute('aria-setsize'));
  expect(all).toBeGreaterThan(50);
  // Only those in sight are drawn.
  expect(await lines(page).count()).toBeLessThan(40);

  await page.getByLabel('Show', { exact: true }).selectOption('retransmissions > 0');
  await expect(lines(page).first()).not.toHaveAttribute('aria-setsize', String(all));
  await expect(lines(page).first()).toContainText('retransmitted');
  await page.getByLabel('Show', { exact: true }).selectOption('all');
  await page.getByLabel('Search').fill('no such address');
  await expect(page.getByText('No connection matches.')).toBeVisible();
  await page.getByLabel('Search').fill('');

  await list.focus();
  await page.keyboard.press('End');
  await expect(page.locator(`[aria-posinset="${all}"]`)).toBeVisible();
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(lines(page).first()).toHaveAttribute('aria-selected', 'true');
  await expect(segments(page).first()).toBeVisible();
  await expect(page.getByLabel('The capture was taken')).toBeVisible();
  await expect(page.getByText('Nobody saw the programs')).toBeVisible();
  await page.getByLabel('The capture was taken').selectOption('server');
  await expect(page.getByLabel('The capture was taken')).toHaveValue('server');
  expect(sent).toEqual([]);

  for (const width of [1280, 360])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect({ width, colorScheme, found: await violations(page) }).toEqual({ width, colorScheme, found: [] });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      if (process.env['APERTO_LOOK'])
        await page.screenshot({ path: `${process.env['APERTO_LOOK']}/${width}-${colorScheme}.png` });
    }
  await page.getByRole('button', { name: 'Close the capture' }).click();
  await expect(list).toHaveCount(0);
});

test.describe('pt-BR', () => {
  test.use({ locale: 'pt-BR' });
  test('a compressed capture is opened by the file dialog, and what is wrong with a file is said', async ({ page }) => {
    await page.goto('/');
    const dialog = page.locator('.runs input[type="file"]');
    await dialog.setInputFiles({ name: 'x.bin', mimeType: '', buffer: Buffer.from('nothing of the kind') });
    await expect(page.getByText('não é uma captura')).toBeVisible();
    await dialog.setInputFiles({ name: 'a.pcap.gz', mimeType: '', buffer: zipped });
    await expect(page.locator('.capture .list')).toBeVisible();
    await lines(page).first().click();
    await expect(segments(page).first()).toBeVisible();
    await dialog.setInputFiles({ name: 'cut', mimeType: '', buffer: gunzipSync(zipped).subarray(0, 5003) });
    await expect(page.getByText('Não foi possível ler o arquivo até o fim')).toBeVisible();
    if (process.env['APERTO_LOOK']) await page.screenshot({ path: `${process.env['APERTO_LOOK']}/pt.png` });
  });
});
