import type { Page } from '@playwright/test';
import { fileURLToPath } from 'node:url';
import { startBridge, stopBridge } from '../helpers/programs/bridge-process.ts';
import { DIRECT, expect, test } from './bridge.ts';
import { sendNumber, spoken } from './page.ts';

const OPEN = [...DIRECT, '--http', '0.0.0.0:0'];
const SEND = { name: 'Send random number' };

/** All requests of the page, with the referrer that each reveals. */
function requestsOf(page: Page): { url: string; referrer: string | undefined }[] {
  const requests: { url: string; referrer: string | undefined }[] = [];
  page.on('request', (request) => requests.push({ url: request.url(), referrer: request.headers()['referer'] }));
  return requests;
}

test('a bridge for other machines: the token leaves the address at once, outlives a reload, and goes nowhere else', async ({
  page,
}) => {
  const bridge = await startBridge(undefined, OPEN);
  try {
    const { origin, searchParams } = new URL(bridge.url);
    const token = searchParams.get('token')!;
    const requests = requestsOf(page);
    await page.goto(`${bridge.url}&n=121`);
    await expect(page.getByText('server listening')).toBeVisible();
    expect(page.url()).toBe(`${origin}/?n=121`);
    await expect(page.getByText('Only the person who started Aperto can start or stop the server.')).toBeVisible();
    await expect(page.getByRole('button', { name: /(Start|Stop) server/ })).toHaveCount(0);

    await page.reload();
    await sendNumber(page, '40');
    await expect(spoken(page)).toHaveText('Run 1: The server replied PAR.');
    expect(page.url()).not.toContain(token);
    expect(requests.filter(({ url }) => !url.startsWith(origin))).toEqual([]);
    expect(requests.filter(({ url }) => url.includes(token)).length).toBe(1);
    expect(requests.filter(({ referrer }) => referrer)).toEqual([]);
    expect(await page.content()).not.toContain(token);
  } finally {
    await stopBridge(bridge);
  }
});

test('without the token, or with a wrong one, the page says what it needs, and can do nothing', async ({ page }) => {
  const bridge = await startBridge(undefined, OPEN);
  try {
    for (const url of [new URL(bridge.url).origin, `${bridge.url}x`]) {
      await page.goto(url);
      await expect(page.getByText('This page needs a token')).toBeVisible();
      await expect(page.getByRole('button', SEND)).toBeDisabled();
      await expect(page.getByText('server listening')).toHaveCount(0);
    }
    await page.goto(bridge.url);
    await expect(page.getByRole('button', SEND)).toBeEnabled();
    await expect(page.getByText('This page needs a token')).toHaveCount(0);
  } finally {
    await stopBridge(bridge);
  }
});

test('replies and output of a hostile server are shown as text everywhere', async ({ page }) => {
  const program = fileURLToPath(new URL('../fixtures/servers/hostile.mjs', import.meta.url));
  const bridge = await startBridge((port) => `node '${program}' ${port}`, DIRECT);
  try {
    const requests = requestsOf(page);
    await page.goto(bridge.url);
    await expect(page.getByText('server listening')).toBeVisible();
    await sendNumber(page, '121');
    await expect(spoken(page)).toContainText('<img src="http://evil.');
    await page.locator('main').focus();
    await page.keyboard.press('End');
    await page.getByRole('button', { name: 'Stop server' }).click();
    await page.getByRole('button', { name: 'Start server' }).click();
    for (let step = 0; step < 30; step++) await page.keyboard.press('ArrowLeft');
    await expect(page.locator('img, body script, iframe, object, embed')).toHaveCount(0);
    await expect(page).toHaveTitle('Aperto: a TCP connection, as it happens');
    expect(requests.filter(({ url }) => !url.startsWith(bridge.url))).toEqual([]);
  } finally {
    await stopBridge(bridge);
  }
});
