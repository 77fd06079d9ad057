import { fileURLToPath } from 'node:url';
import { startBridge, stopBridge } from '../helpers/programs/bridge-process.ts';
import { DIRECT, expect, test } from './bridge.ts';
import { hello } from '../web/fixtures/traces.ts';
import { playBridge, segments, sendNumber, spoken } from './page.ts';

test('a stopped server refuses, a started one answers again', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Stop server' }).click();
  await expect(page.getByText('server stopped')).toBeVisible();
  await expect(page.getByText('A connection now would be refused')).toBeVisible();

  await sendNumber(page, '121');
  await expect(spoken(page)).toContainText('Refused: nobody listens on that port');
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await expect(segments(page)).toHaveCount(2);
  await expect(segments(page, 'RST')).toBeVisible();
  await expect(page.getByText('→ ECONNREFUSED')).toBeVisible();

  await page.getByRole('button', { name: 'Start server' }).click();
  await expect(page.getByText('server listening')).toBeVisible();
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 2: The server replied ÍMPAR.');
});

test('the page reports a server that ends by itself, and starts it again', async ({ page }) => {
  const program = fileURLToPath(new URL('../../dist/server/main.js', import.meta.url));
  const bridge = await startBridge((port) => `node '${program}' --port ${port} --once`, DIRECT);
  try {
    await page.goto(bridge.url);
    await expect(page.getByText('server listening')).toBeVisible();
    await sendNumber(page, '40');
    await expect(spoken(page)).toHaveText('Run 1: The server replied PAR.');
    await expect(page.getByText('The server program ended by itself, with exit code 0.')).toBeVisible();
    // If it ended without an error, the terminals show what it printed.
    await expect(page.getByText('Its last lines')).toBeVisible();
    await expect(page.locator('.trouble li').first()).toBeHidden();
    // One button for one thing.
    await expect(page.getByRole('button', { name: /Start/ })).toHaveCount(1);
    await page.getByRole('button', { name: 'Start it again' }).click();
    await expect(page.getByText('server listening')).toBeVisible();
    await sendNumber(page, '41');
    await expect(spoken(page)).toHaveText('Run 2: The server replied ÍMPAR.');
  } finally {
    await stopBridge(bridge);
  }
});

test('a server that fails says why at once', async ({ page }) => {
  const output = [{ stream: 'stderr', line: 'OSError: [Errno 98] Address already in use' }] as const;
  await playBridge(page, () => {}, hello({ state: 'exited', exitCode: 1, output: [...output] }));
  await page.goto('/');
  await expect(page.getByText('OSError: [Errno 98]')).toBeVisible();
});

test('a page whose bridge has ended says so', async ({ page }) => {
  const bridge = await startBridge(undefined, DIRECT);
  await page.goto(bridge.url);
  await expect(page.getByText('server listening')).toBeVisible();
  await stopBridge(bridge);
  await expect(page.getByText('The bridge is gone')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send random number' })).toBeDisabled();
});
