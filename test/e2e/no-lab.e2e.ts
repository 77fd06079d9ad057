import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { startBridge, type Bridge } from '../helpers/programs/bridge-process.ts';
import { hello } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { playBridge, sendNumber, spoken } from './page.ts';

/** A bridge on a machine that has Node and what npm needs, and nothing else: no unshare, so no lab. */
async function startPoor(): Promise<Bridge> {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-path-'));
  for (const program of ['node', 'npm', 'sh']) symlinkSync(found(program), join(folder, program));
  const bridge = await startBridge(undefined, [], { ...process.env, PATH: folder });
  bridge.process.once('exit', () => rmSync(folder, { recursive: true }));
  return bridge;
}

function found(program: string): string {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program));
  return paths.find((path) => existsSync(path))!;
}

test('without a lab the page says why, and what would help, in both languages', async ({ page, bridgeOf }) => {
  await page.goto((await bridgeOf('without a lab', startPoor)).url);
  await page.getByText('wire: direct ?').click();
  const why = page.getByRole('banner').getByText('The lab needs the programs unshare and nsenter');
  await expect(why).toBeVisible();
  await expect(page.getByRole('banner').getByText('sudo apt-get install util-linux')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(why).toBeHidden();
  await page.locator('.wire-panel summary').click();
  await expect(page.getByText('Only the lab’s wire can delay and lose packets.')).toBeVisible();
  await expect(page.getByLabel('delay')).toBeDisabled();
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await page.locator('.legend summary').click();
  await expect(page.locator('.legend').getByText('sudo apt-get install util-linux')).toBeVisible();

  await page.getByRole('button', { name: 'Português' }).click();
  await page.getByText('enlace: direto ?').click();
  await expect(
    page.getByRole('banner').getByText('O laboratório precisa dos programas unshare e nsenter'),
  ).toBeVisible();
  await expect(page.getByRole('banner').getByText('Isto ajudaria:')).toBeVisible();
});

test('an unknown reason is shown with its code and the bridge’s message', async ({ page }) => {
  const message = 'The moon is in the wrong place.';
  await playBridge(page, () => {}, hello({}, { wireWhy: 'LAB_MOON', wireMessage: message }));
  await page.goto('/');
  await page.getByText('wire: direct ?').click();
  await expect(page.getByRole('banner').getByText('LAB_MOON')).toBeVisible();
  await expect(page.getByRole('banner').getByText(message)).toBeVisible();
});

test('the server waits above the recording before the first connection', async ({ page }) => {
  await playBridge(page, () => {}, hello({ blockedIn: 'accept4' }));
  await page.goto('/');
  for (const words of ['socket()', 'bind(:65432)', 'listen()', 'accept()', 'LISTEN', 'blocked …'])
    await expect(page.locator('.waiting').getByText(words, { exact: true })).toBeVisible();
  await expect(page.locator('.waiting .blocked')).toContainText('(observed)');
  await expect(page.getByText('blocked in accept4')).toBeVisible();
});
