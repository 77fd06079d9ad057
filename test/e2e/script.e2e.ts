import type { Page } from '@playwright/test';
import type { Hello, PageMessage } from '../../bridge/protocol/messages.ts';
import { startBridge } from '../helpers/programs/bridge-process.ts';
import { PYTHON } from '../helpers/programs/python.ts';
import { hello, plainTrace } from '../web/fixtures/traces.ts';
import { expect, labTest, test } from './bridge.ts';
import { card, playBridge, spoken, tell } from './page.ts';

const lines = (page: Page) => page.getByRole('list', { name: 'The lines of the script' }).getByRole('listitem');
const operations = (page: Page) =>
  lines(page)
    .locator('.operation')
    .evaluateAll((selects) => selects.map((select) => (select as HTMLSelectElement).value));
const run = (page: Page) => page.getByRole('button', { name: 'Run this script' });
const asked = (page: Page) => new URL(page.url()).searchParams.getAll('do');

/** A bridge that a test plays, and what the page asked of it. */
async function asking(page: Page) {
  const messages: PageMessage[] = [];
  await playBridge(
    page,
    (message, say) => {
      messages.push(message);
      tell(plainTrace(), 'replied')(message, say);
    },
    hello({}, { wire: 'lab' }),
  );
  return messages;
}

/** The echo server of the Python documentation, which serves one client at its own port. */
const echo = 'python3 test/fixtures/echo_server.py';
const ECHO_PORT = '127.0.0.1:50007';
test('a script made on the page runs against the echo server of the Python documentation', async ({
  page,
  bridgeOf,
}, info) => {
  const echoBridge = await bridgeOf('echo', () => startBridge(() => echo, ['--target', ECHO_PORT]));
  const { wire, wireMessage } = (await (await fetch(`${echoBridge.url}/health`)).json()) as Hello;
  info.skip(wire !== 'lab' || !PYTHON, wireMessage ?? 'There is no Python.');
  await page.goto(echoBridge.url);
  await expect(page.getByText('server listening')).toBeVisible();
  await page.getByText('Your own script').click();
  // The first script sends a number, reads to the end and closes.
  await page.getByLabel('Line 1: written as').selectOption('text');
  await page.getByLabel('Line 1: The bytes').fill('olá, mundo');
  await page.getByLabel('Line 2: bytes').fill('11');
  await page.getByRole('button', { name: 'Move line 3 up' }).press('Enter');
  await page.getByLabel('Line 2: What it does').selectOption('wait');
  await page.getByLabel('Line 2: ms').fill('50');
  await page.getByRole('button', { name: 'Add a line' }).press('Enter');
  await expect(page.getByLabel('Line 4: What it does')).toBeFocused();
  await page.keyboard.type('close');
  await run(page).click();
  await expect(spoken(page)).toHaveText('Run 1: The server replied olá, mundo.');
  await page.locator('main').focus();
  await page.keyboard.press('End');
  for (const call of ['accept()', 'recv()'])
    await expect(page.locator('.picture .call.server:not(.inferred)').filter({ hasText: call }).first()).toBeVisible();
  await page.getByRole('tab', { name: 'Terminals' }).click();
  await expect(page.locator('.inspector')).toContainText('Connected by');
});

test('a script in the address is shown as text and not run, with each fault beside its line', async ({ page }) => {
  const messages = await asking(page);
  const markup = '<img src=x onerror=document.title=1>';
  const words = [`text ${markup}`, 'hex 007', 'explode', 'close', 'recv'];
  await page.goto(
    `/?${String(new URLSearchParams([['delay', '-1'], ['delay', '20'], ...words.map((each) => ['do', each])]))}`,
  );
  await expect(page.getByRole('alert')).toContainText('are left out: delay=-1, do=explode.');
  await expect(page.getByLabel('Line 1: The bytes')).toHaveValue(markup);
  await expect(lines(page).nth(1)).toContainText('Two hex digits make a byte: one is missing.');
  await expect(lines(page).nth(3)).toContainText('Nothing can follow close() or reset.');
  await expect(page.locator('img')).toHaveCount(0);
  await run(page).click();
  await expect(page.getByLabel('Line 2: The bytes')).toBeFocused();
  expect(messages).toEqual([]);
  // The wrong lines are still there, and can be corrected.
  await page.keyboard.type('9');
  await page.getByRole('button', { name: 'Remove line 3' }).click();
  await expect(page.getByRole('button', { name: 'Remove line 3' })).toBeFocused();
  await run(page).click();
  await expect(spoken(page)).toContainText('Run 1');
  expect(messages).toMatchObject([
    { type: 'run', script: [{ hex: Buffer.from(markup).toString('hex') }, { hex: '0079' }, { do: 'recv' }] },
  ]);
  expect(asked(page)).toEqual([words[0], 'hex 0079', 'recv']);
});

test('lines move by mouse and by keyboard, the focus with them, and outlive a reload', async ({ page }) => {
  await asking(page);
  await page.goto('/?do=number+7&do=recv&do=close');
  await page.getByRole('button', { name: 'Move line 1 down' }).click();
  expect(await operations(page)).toEqual(['recv', 'send', 'close']);
  await page.getByLabel('Line 2: The bytes').press('Alt+ArrowUp');
  await expect(page.getByLabel('Line 1: The bytes')).toBeFocused();
  await page.getByRole('button', { name: 'Move line 1 down' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: 'Move line 3 up' })).toBeFocused();
  await expect(page.getByText('It is line 3 now.')).toBeAttached();
  expect(asked(page)).toEqual(['recv', 'close', 'number 7']);
  await page.reload();
  await expect(lines(page)).toHaveCount(3);
  expect(await operations(page)).toEqual(['recv', 'close', 'send']);
});

labTest('a scenario is edited as a script of the viewer’s own', async ({ page }) => {
  await page.goto('/?scenario=silence&delay=5');
  await expect(card(page, 'Ten digits: silence')).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Edit its script' }).click();
  await expect(page.getByLabel('Line 1: The bytes')).toHaveValue('1000000000');
  await expect(page.getByLabel('Line 1: The bytes')).toBeInViewport({ ratio: 1 });
  await expect(page.locator('header')).toBeInViewport({ ratio: 1 });
  expect(new URL(page.url()).search).toBe('?scenario=silence&do=number+1000000000&do=recv&do=close');
});
