import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { PYTHON } from '../helpers/programs/python.ts';
import { expect, labTest as test } from './bridge.ts';
import { segments, sendNumber, spoken, violations } from './page.ts';

async function play(page: Page, scenario = '') {
  await page.goto(`/${scenario}`);
  await expect(page.getByText('server listening')).toBeVisible();
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await page.locator('main').focus();
  await page.keyboard.press('End');
}

const drawn = (page: Page, what: 'segment' | 'band') => page.locator(`.picture .${what}`);

test('one press in the lab: every segment is captured, every state was seen', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Send random number' }).click();
  await expect(spoken(page)).toContainText(/replied (PAR|ÍMPAR)/);
  await page.keyboard.press('End');
  await expect(segments(page, 'FIN').nth(1)).toBeVisible();
  expect(await drawn(page, 'segment').count()).toBeGreaterThanOrEqual(8);
  await expect(drawn(page, 'segment').and(page.locator('.inferred'))).toHaveCount(0);
  await expect(drawn(page, 'band').and(page.locator('.inferred'))).toHaveCount(0);
  await expect(page.locator('.band').getByText('TIME_WAIT', { exact: true })).toBeVisible();
  await expect(page.getByText('up to 60 s', { exact: true })).toBeVisible();
  const counted = await page.getByText(/\d+ of \d+ segments captured/).textContent();
  expect(counted?.trim()).toMatch(/^(\d+) of \1 segments captured\.$/);
  await page.locator('.legend summary').click();
  await expect(page.locator('.legend li.active', { hasText: 'the packets' })).toBeVisible();
  await expect(page.locator('.legend li.active', { hasText: 'the kernels’ states' })).toBeVisible();
});

test('a command on the client’s host: its connection appears by itself, and no button gives it up', async ({
  page,
  baseURL,
}) => {
  test.skip(!PYTHON, 'python3 is not installed');
  await page.goto('/');
  await expect(page.getByText('server listening')).toBeVisible();
  const { host } = new URL(baseURL);
  const { target } = (await (await fetch(`${baseURL}/health`)).json()) as { target: string };
  const args = ['.setup/enter.mjs', '--http', host, 'python3', 'test/fixtures/pair/holds.py', ...target.split(':')];
  const entered = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
  await expect(page.locator('.runs')).toContainText('python3 holds.py');
  await expect(drawn(page, 'segment').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
  entered.stdin.end('\n');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await expect(drawn(page, 'segment').and(page.locator('.inferred'))).toHaveCount(0);
});

test('captured packets can be saved, and read byte by byte', async ({ page }) => {
  await play(page);

  await test.step('packets are saved as a capture that other programs read', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save packets' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('aperto-run-1.pcap');
    const file = await download.path();
    expect(readFileSync(file).readUInt32LE(0)).toBe(0xa1b23c4d);
    if (spawnSync('tshark', ['--version']).error) return;
    const fields = ['-T', 'fields', '-e', 'tcp.flags.str', '-e', 'tcp.checksum.status'];
    const lines = execFileSync('tshark', ['-r', file, '-o', 'tcp.check_checksum:TRUE', ...fields], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const packets = lines.trim().split('\n');
    expect(packets.length).toBe(await drawn(page, 'segment').count());
    expect(packets[0]).toContain('S');
  });

  await test.step('a field of the header and its bytes light each other, and numbers can be those of the wire', async () => {
    await segments(page, 'SYN').first().locator('text').first().click();
    await page.getByRole('tab', { name: 'Fields' }).click();
    const packet = page.locator('.packet .fields');
    const lit = page.locator('.packet code .lit');
    await expect(packet.getByRole('option', { name: /option mss 1460/ })).toBeVisible();
    await packet.getByRole('option', { name: /destination port 65432|destination port \d+/ }).hover();
    await expect(lit).toHaveCount(2);
    const port = Number.parseInt((await lit.allTextContents()).join(''), 16);
    await expect(packet.getByRole('option', { name: `destination port ${port}` })).toBeVisible();
    await page.locator('.packet code span').nth(24).hover();
    await expect(packet.locator('.field.lit')).toContainText('sequence number 0');
    await page.getByRole('button', { name: 'raw' }).click();
    await expect(packet.getByRole('option', { name: /sequence number \d{3,}/ })).toBeVisible();
    await page.locator('.player').hover();
    await packet.focus();
    await page.keyboard.press('ArrowDown');
    await expect(packet.locator('.field.lit')).toContainText('source port');
  });
});

test('a trace is saved, and opened again as a run of the list', async ({ page }) => {
  await play(page, '?delay=20&seed=7');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save trace' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('aperto-run-1.json');
  const count = await drawn(page, 'segment').count();
  await page.goto('/');
  await page.getByLabel('Open file …').setInputFiles(await download.path());
  await expect(page.getByRole('button', { name: '#2 121 → ÍMPAR file' })).toBeVisible();
  await expect(spoken(page)).toHaveText('Run 2: The server replied ÍMPAR.');
  await expect(drawn(page, 'segment')).toHaveCount(count);
  await expect(page.locator('.summary')).toContainText('delay 20 ms');
});

test('a file that is not a trace is refused with a sentence', async ({ page }, info) => {
  await page.goto('/');
  const open = async (name: string, text: string) => {
    const path = info.outputPath(name);
    writeFileSync(path, text);
    await page.getByLabel('Open file …').setInputFiles(path);
  };
  await open('picture.json', 'GIF89a');
  await expect(page.getByText('That file is not JSON')).toBeVisible();
  await open('other.json', '{"log":{}}');
  await expect(page.getByText('That file is not a trace of Aperto')).toBeVisible();
  await open('broken.json', '{"format":"aperto-trace","version":1,"steps":[{"kind":"segment"}]}');
  await expect(page.getByText('That trace is damaged')).toBeVisible();
  await expect(page.getByText('No run yet.')).toBeVisible();
});

test('a lost SYN is crossed out, and its second copy is linked to it', async ({ page }) => {
  await play(page, '?drop=syn');
  await expect(segments(page, '✕ lost · SYN').locator('.cross')).toBeVisible();
  await expect(segments(page, '↻ again · SYN').locator('.copy')).toBeVisible();
  await segments(page, '↻ again · SYN').locator('text').first().click();
  await expect(page.locator('.sentence')).toContainText('These numbers were sent before');
  await expect(page.locator('.summary')).toContainText(/Segments lost: 1, sent again: [1-9]/);
});

test('copies that the wire made begin on the wire, and say so', async ({ page }) => {
  await play(page, '?duplicate=100');
  const copies = segments(page).filter({ has: page.locator('.fork') });
  expect(await copies.count()).toBeGreaterThanOrEqual(5);
  await copies.first().locator('text').first().click();
  await expect(page.locator('.sentence')).toContainText('The wire made this copy');
});

test('on a slow wire the run is followed while it happens', async ({ page }) => {
  await page.goto('/?delay=500');
  await sendNumber(page, '121');
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await expect(page.locator('.segment.growing').first()).toBeVisible();
  await expect(segments(page, 'under way').first()).toBeVisible();
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await expect(page.locator('.segment.growing')).toHaveCount(0);
  await expect(page.getByText('live', { exact: true })).toBeHidden();
  await page.getByRole('button', { name: 'Play', exact: true }).click();
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('the wire is set on the page, kept in its address, and named in the run’s summary', async ({ page }) => {
  await page.goto('/');
  const panel = page.locator('.wire-panel');
  await expect(panel.locator('.line')).toHaveText('delay 20 ms');
  await panel.locator('summary').click();
  await panel.getByRole('button', { name: 'No delay' }).click();
  await expect(panel.locator('.line')).toHaveText('nothing added');
  expect(new URL(page.url()).search).toBe('?delay=0');
  await panel.getByRole('button', { name: 'Delay of 20 ms' }).click();
  await expect(panel.locator('.line')).toHaveText('delay 20 ms');
  expect(new URL(page.url()).search).toBe('');
  await panel.getByLabel('delay').fill('30');
  await panel.getByLabel('loss').fill('0');
  await panel.getByLabel('MTU').fill('5');
  await expect(panel.getByLabel('MTU')).toHaveAttribute('aria-invalid', 'true');
  await panel.getByLabel('MTU').fill('576');
  await panel.getByRole('group', { name: 'lose the first' }).getByLabel('FIN').check();
  await expect(panel.locator('.line')).toHaveText('delay 30 ms · MTU 576 bytes · loses the first FIN');
  await sendNumber(page, '121');
  await expect(spoken(page)).toContainText('replied');
  await expect(page.locator('.summary')).toContainText('loses the first FIN');
  expect(new URL(page.url()).search).toBe('?n=121&delay=30&mtu=576&drop=fin');
  await page.reload();
  await expect(panel.locator('.line')).toHaveText('delay 30 ms · MTU 576 bytes · loses the first FIN');
  await panel.locator('summary').click();
  await panel.getByRole('button', { name: 'Reset the wire' }).click();
  await expect(panel.locator('.line')).toHaveText('delay 20 ms');
  expect(new URL(page.url()).search).toBe('?n=121');
});

test('a refusal and a reset are captured, too', async ({ page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Stop server' }).click();
  await expect(page.getByText('server stopped')).toBeVisible();
  await sendNumber(page, '121');
  await expect(spoken(page)).toContainText('Refused');
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await expect(segments(page)).toHaveCount(2);
  await expect(segments(page, 'RST')).toBeVisible();
  await expect(drawn(page, 'segment').and(page.locator('.inferred'))).toHaveCount(0);
  await page.getByRole('button', { name: 'Start server' }).click();
  await expect(page.getByText('server listening')).toBeVisible();
});

test('the parts of the lab are accessible', async ({ page }) => {
  await play(page, '?drop=syn');
  await page.locator('.wire-panel summary').click();
  await segments(page, '2 bytes').locator('text').first().click();
  await page.getByRole('tab', { name: 'Fields' }).click();
  await page.locator('.packet .field').nth(2).hover();
  await page.locator('.legend summary').click();
  for (const colorScheme of ['light', 'dark'] as const)
    await test.step(colorScheme, async () => {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await violations(page)).toEqual([]);
    });
});
