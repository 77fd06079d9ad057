import type { Page } from '@playwright/test';
import { serverListens, startBridge, type Bridge } from '../helpers/programs/bridge-process.ts';
import { PYTHON } from '../helpers/programs/python.ts';
import { DIRECT, expect, test, type BridgeOf } from './bridge.ts';
import { spoken } from './page.ts';

const PAIR = 'test/fixtures/pair';
test.skip(!PYTHON, 'python3 is not installed');

async function listening(bridge: Promise<Bridge>): Promise<Bridge> {
  await serverListens(await bridge);
  return bridge;
}

/** Three connections at a time, then a hundred that are refused. */
const several = (bridgeOf: BridgeOf): Promise<Bridge> =>
  bridgeOf('several connections', () =>
    listening(
      startBridge(undefined, (port) => [
        ...DIRECT,
        '--client',
        `python3 ${PAIR}/several.py 127.0.0.1 ${port} 3 && python3 ${PAIR}/scan.py 127.0.0.1 2 100; exit 5`,
      ]),
    ),
  );

async function press(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('button', { name: 'Run the client program' }).click();
}

const lines = (page: Page) => page.locator('.connections li');

test('the published pair, at the first press: both terminals show what both print', async ({ page, bridgeOf }) => {
  const { url } = await bridgeOf('the published pair', () =>
    listening(
      startBridge(
        (port) => `python3 ${PAIR}/server.py ${port}`,
        (port) => [...DIRECT, '--client', `python3 ${PAIR}/client.py 127.0.0.1 ${port}`],
      ),
    ),
  );
  await press(page, url);
  await expect(spoken(page)).toHaveText(/^Run 1: The server replied (PAR|ÍMPAR)\.$/);
  await page.getByRole('tab', { name: 'Terminals' }).click();
  const terminal = page.locator('.inspector').getByRole('listitem');
  await expect(terminal.filter({ hasText: /Sent \d+/ })).toHaveCount(1);
  await expect(terminal.filter({ hasText: /Received (PAR|ÍMPAR)/ })).toHaveCount(1);
  await expect(terminal.filter({ hasText: 'Connected by' })).toHaveCount(1);
  await expect(page.locator('.connections')).toHaveCount(0);
  await expect(page.locator('.runs')).toContainText(/python3 .*client\.py/);
});

test('several connections: a list on one axis, and a picture of each', async ({ page, bridgeOf }) => {
  await press(page, (await several(bridgeOf)).url);
  await expect(spoken(page)).not.toBeEmpty();
  await expect(page.locator('.connections h2')).toContainText('103 connections');
  await expect(page.locator('.connections')).toContainText('The client program ended with exit code 5.');
  await expect(lines(page).first()).toContainText('replied');
  // Only what is in sight is drawn.
  expect(await lines(page).count()).toBeLessThan(60);
  await expect(page.locator('[data-connection="0"]')).toHaveAttribute('aria-current', 'true');
  await expect(page.locator('.picture')).toContainText('ESTABLISHED');

  await page.locator('[data-connection="3"]').click();
  await expect(page.locator('[data-connection="3"]')).toHaveAttribute('aria-current', 'true');
  await expect(page.locator('.picture')).toContainText('RST');
  await expect(page.locator('.picture')).not.toContainText('ESTABLISHED');
  await page.keyboard.press('ArrowUp');
  await expect(page.locator('[data-connection="2"]')).toHaveAttribute('aria-current', 'true');
  await expect(page.locator('.picture')).toContainText('ESTABLISHED');

  await page.locator('.connections ol').evaluate((list) => list.scrollTo(0, list.scrollHeight));
  await expect(page.locator('[data-connection="102"]')).toBeVisible();
});

test.describe('without showing all', () => {
  test.use({ showsAll: false });

  test('a connection is listed when the cursor has come to its beginning', async ({ page, bridgeOf }) => {
    await page.goto((await several(bridgeOf)).url);
    await page.getByLabel('Speed').selectOption('0.25');
    await page.getByRole('button', { name: 'Run the client program' }).click();
    await expect(lines(page)).toHaveCount(1);
    await expect(page.locator('.connections h2')).toContainText('1 connection');
    // The run may still go on: its end is known when the cursor has come to it.
    await expect(async () => {
      await page.locator('main').press('End');
      await expect(page.locator('.connections h2')).toContainText('103 connections', { timeout: 500 });
    }).toPass();
  });
});

test('a run of several connections is saved as version 2, outlives a reload, and opens again', async ({
  page,
  bridgeOf,
}) => {
  await press(page, (await several(bridgeOf)).url);
  await expect(spoken(page)).not.toBeEmpty();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save trace' }).click();
  const path = await (await download).path();
  await page.reload();
  await page.locator('.runs li button').first().click();
  await expect(page.locator('.connections h2')).toContainText('103 connections');
  await page.locator('input[type=file]').setInputFiles(path);
  await expect(page.locator('.runs li')).toHaveCount(2);
  await expect(page.locator('.connections h2')).toContainText('103 connections');
});
