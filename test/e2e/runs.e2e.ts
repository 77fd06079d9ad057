import { readFileSync } from 'node:fs';
import type { Page } from '@playwright/test';
import { troubledTrace } from '../web/fixtures/lab-traces.ts';
import { done, longTrace, output, plainTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { playBridge, sendNumber, spoken, tell } from './page.ts';

const lines = (page: Page) => page.getByRole('button', { name: /^#\d+ / });

async function sendAll(page: Page, numbers: readonly string[]) {
  for (const [index, number] of numbers.entries()) {
    await sendNumber(page, number);
    await expect(spoken(page)).toHaveText(new RegExp(`^Run ${index + 1}:`));
  }
}

test('a sentence sums up the connection', async ({ page }) => {
  await page.goto('/');
  await sendAll(page, ['121']);
  await expect(page.locator('.summary')).toContainText('Complete: the client opened it, and both sides closed it.');
  await expect(page.locator('.summary')).toContainText('The server closed first, so it stays in TIME_WAIT');
  await expect(page.locator('.summary')).toContainText(/The server program took [\d.]+\s(µs|ms) to answer\./);
});

test('runs outlive a reload, and go on counting from there', async ({ page }) => {
  await page.goto('/');
  await sendAll(page, ['40', '41']);
  await page.reload();
  await expect(lines(page)).toHaveCount(2);
  await page.getByRole('button', { name: '#1 40 → PAR' }).click();
  await expect(spoken(page)).toHaveText('Run 1: The server replied PAR.');
  await expect(page.locator('.picture .segment').first()).toBeVisible();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(spoken(page)).toHaveText(/^Run 3:/);
});

test('content of the storage is shown as text, or not at all', async ({ page }) => {
  const markup = '<img src=x onerror=document.title=1>';
  await page.addInitScript(
    ([steps, text]) => {
      const trace = {
        format: 'aperto-trace',
        version: 1,
        startedAt: '2026-01-01T00:00:00Z',
        wire: 'direct',
        target: text,
        sources: [{ name: text, active: false, why: text }],
        script: [{ do: 'recv' }],
        outcome: 'replied',
        reply: { text, hex: '' },
        durationUs: 1,
        steps,
      };
      sessionStorage.setItem('aperto-run-7', JSON.stringify(trace));
      sessionStorage.setItem('aperto-run-8', '{"format":"aperto-trace","version":1,"steps":[{}]}');
      sessionStorage.setItem('aperto-file-9', text as string);
    },
    [[...plainTrace(), output(markup, 600)], markup] as const,
  );
  await page.goto('/');
  await expect(lines(page)).toHaveCount(1);
  await lines(page).click();
  await expect(spoken(page)).toContainText(markup);
  await expect(page.locator('img')).toHaveCount(0);
});

test('a run that the bridge lost or refused outlives a reload, as what it was', async ({ page }) => {
  let count = 0;
  const bridge = await playBridge(page, (message, say) => {
    if (message.type !== 'run') return;
    if ((count += 1) === 1) say({ type: 'error', id: message.id, code: 'TOO_MANY_RUNS', message: 'limit' });
    else say({ type: 'steps', id: message.id, steps: plainTrace().slice(0, 12) });
  });
  await page.goto('/');
  await sendAll(page, ['40']);
  await sendNumber(page, '41');
  await expect(page.getByText('live', { exact: true })).toBeVisible();
  await bridge.leave();
  await expect(spoken(page)).toHaveText(/^Run 2: The bridge went away during this run/);
  bridge.comeBack();
  await page.reload();
  await expect(lines(page)).toHaveText([/#2\s+41 →\s+lost sight of\s+direct/, /#1\s+40 →\s+not served\s+direct/]);
  await lines(page).first().click();
  await expect(spoken(page)).toHaveText(/^Run 2: The bridge went away during this run/);
  await expect(page.locator('.picture .segment').first()).toBeVisible();
});

test('the page works without a storage', async ({ page }) => {
  await page.addInitScript(() =>
    Object.defineProperty(window, 'sessionStorage', {
      get: () => {
        throw new DOMException('no', 'SecurityError');
      },
    }),
  );
  await page.goto('/');
  await sendAll(page, ['40']);
  await page.getByRole('button', { name: 'Delete run 1' }).click();
  await expect(page.getByText('No run yet.')).toBeVisible();
});

test('a run is deleted, and the next one takes its place and the focus', async ({ page }) => {
  await page.goto('/');
  await sendAll(page, ['1', '2', '3']);
  await page.getByRole('button', { name: 'Delete run 3' }).click();
  await expect(lines(page)).toHaveCount(2);
  await expect(spoken(page)).toHaveText(/^Run 2:/);
  await expect(page.getByRole('button', { name: '#2 2' })).toBeFocused();
  await page.reload();
  await expect(lines(page)).toHaveCount(2);
});

test('all runs are deleted, after a confirmation', async ({ page }) => {
  await page.goto('/');
  await sendAll(page, ['1', '2', '3']);
  await page.getByRole('button', { name: 'Delete all' }).click();
  const really = page.getByRole('button', { name: 'Delete 3 runs?' });
  await expect(really).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(really).toHaveCount(0);
  await page.getByRole('button', { name: 'Delete all' }).click();
  await really.click();
  await expect(page.getByText('No run yet.')).toBeVisible();
  await expect(page.getByText('Press the button')).toBeVisible();
  await page.reload();
  await expect(page.getByText('No run yet.')).toBeVisible();
});

/** Runs that are alike, but for a SYN that the second sends again. */
async function compareWithRetransmission(page: Page) {
  let count = 0;
  await playBridge(page, (message, say) => {
    if (message.type !== 'run') return;
    const clean = plainTrace();
    const syn = clean.find((step) => step.kind === 'segment')!;
    const again = { ...syn, id: 'again', at: syn.at + 1, sentAt: syn.at + 1, retransmissionOf: syn.id };
    say({ type: 'steps', id: message.id, steps: (count += 1) === 1 ? clean : [...clean, again] });
    say(done(message.id, 'replied'));
  });
  await page.goto('/');
  await sendAll(page, ['121', '121']);
  await page.getByRole('button', { name: 'Compare two' }).focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog', { name: 'Two runs, side by side' });
  await expect(dialog.getByRole('status')).toHaveText('36 steps in both · 1 only in #2');
  return dialog;
}

test('two runs stand side by side in a table, with a gap for a retransmission, by keyboard alone', async ({ page }) => {
  const dialog = await compareWithRetransmission(page);
  await dialog.getByRole('button', { name: 'as a table' }).press('Enter');
  await dialog.getByRole('button', { name: 'Next difference' }).press('Enter');
  const gap = dialog.locator('.alone');
  await expect(gap).toBeFocused();
  await expect(gap.getByRole('cell').nth(0)).toHaveText(/not here/);
  await expect(gap.getByRole('cell').nth(1)).toHaveText(/client SYN ↻ again/);
  await dialog.getByLabel('second run').selectOption({ label: '#1 121 → ÍMPAR · 585 µs · direct' });
  await expect(dialog.getByRole('status')).toHaveText('36 steps in both');
  await expect(dialog.getByText('The runs do not differ.')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Compare two' })).toBeFocused();
});

test('two runs stand side by side as pictures, equal steps at the same height', async ({ page }) => {
  await page.setViewportSize({ width: 1366, height: 768 });
  const dialog = await compareWithRetransmission(page);
  await expect(dialog.locator('svg.picture')).toHaveCount(2);
  await expect(dialog.locator('.difference')).toHaveText(/Difference 1 of 1: #1 not here · #2 client SYN ↻ again/);
  await expect(dialog.locator('.stripe.current')).toBeInViewport({ ratio: 1 });
  const heightOf = (picture: number, words: string) =>
    dialog
      .locator('svg.picture')
      .nth(picture)
      .locator('.segment', { hasText: words })
      .last()
      .evaluate((arrow) => arrow.getBoundingClientRect().top);
  for (const words of ['SYN+ACK', '2 bytes', 'FIN'])
    expect(Math.abs((await heightOf(0, words)) - (await heightOf(1, words)))).toBeLessThan(2);
  // One scroll moves both.
  const before = [await heightOf(0, 'SYN+ACK'), await heightOf(1, 'SYN+ACK')];
  await dialog.locator('.pictures').focus();
  await page.keyboard.press('End');
  await expect.poll(async () => (await heightOf(0, 'SYN+ACK')) < before[0]!).toBe(true);
  await expect.poll(async () => (await heightOf(1, 'SYN+ACK')) < before[1]!).toBe(true);
  await dialog.getByRole('button', { name: 'Next difference' }).click();
  await expect(dialog.locator('.stripe.current')).toBeInViewport({ ratio: 1 });
});

test('the whole comparison is in sight at every width, as pictures or as a table', async ({ page }) => {
  let count = 0;
  await playBridge(page, (message, say) =>
    tell((count += 1) === 1 ? plainTrace() : troubledTrace(), 'replied')(message, say),
  );
  await page.goto('/');
  await sendAll(page, ['121', '121']);
  await page.getByRole('button', { name: 'Compare two' }).click();
  const dialog = page.getByRole('dialog');
  for (const [width, area] of [
    [1920, '.pictures'],
    [1280, '.pictures'],
    [768, '.pictures'],
    [360, '.scroller'],
  ] as const)
    await test.step(`${width} px`, async () => {
      await page.setViewportSize({ width, height: 740 });
      await expect(dialog.locator(area)).toBeVisible();
      const overflow = () =>
        page.evaluate(
          (selectors) =>
            selectors.map((selector) => {
              const element = document.querySelector(selector)!;
              return element.scrollWidth - element.clientWidth;
            }),
          ['html', 'dialog', `dialog ${area}`],
        );
      await expect.poll(overflow).toEqual([0, 0, 0]);
    });
});

async function saved(page: Page, name: 'Save SVG' | 'Save PNG') {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name }).click()]);
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test('the picture is saved whole, and needs nothing from the page', async ({ page }) => {
  const markup = '</text><script>alert(1)</script>\u0001&';
  const steps = [...plainTrace(), output(markup, 600)];
  await playBridge(page, (message, say) => {
    if (message.type !== 'run') return;
    say({ type: 'steps', id: message.id, steps });
    say(done(message.id, 'replied', { reply: { text: markup, hex: '3c' } }));
  });
  await page.goto('/');
  await sendAll(page, ['121']);
  // The file has the whole run, wherever the cursor is.
  await page.locator('main').focus();
  await page.keyboard.press('Home');
  for (const colorScheme of ['light', 'dark'] as const)
    await test.step(colorScheme, async () => {
      await page.emulateMedia({ colorScheme });
      const svg = await saved(page, 'Save SVG');
      expect(svg.name).toBe('aperto-run-1.svg');
      const text = svg.bytes.toString('utf8');
      const found = await page.evaluate((source) => {
        const parsed = new DOMParser().parseFromString(source, 'image/svg+xml');
        const all = [...parsed.querySelectorAll('*')];
        return {
          root: parsed.documentElement.tagName,
          tags: [...new Set(all.map(({ tagName }) => tagName))].sort(),
          attributes: [...new Set(all.flatMap((each) => each.getAttributeNames()))].sort(),
          words: parsed.documentElement.textContent,
        };
      }, text);
      expect(found.root).toBe('svg');
      expect(found.tags).toEqual(['defs', 'g', 'path', 'pattern', 'rect', 'style', 'svg', 'text', 'title', 'tspan']);
      expect(found.attributes.filter((name) => /^on|href|data-|^style$/.test(name))).toEqual([]);
      expect(text).not.toMatch(/url\((?!&quot;#|"#|#)|https?:\/\/(?!www\.w3\.org\/2000\/svg)/);
      expect(found.words).toContain('Run 1: The server replied </text><script>alert(1)</script>\\x01&.');
      for (const word of ['SYN+ACK', 'TIME_WAIT', 'Packets were not captured', 'Complete: the client opened it'])
        expect(found.words).toContain(word);
      expect(text).toContain(colorScheme === 'light' ? 'rgb(246, 245, 241)' : 'rgb(18, 20, 26)');

      const png = await saved(page, 'Save PNG');
      expect(png.name).toBe('aperto-run-1.png');
      expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
      const [, width, height] = /width="(\d+)" height="(\d+)"/.exec(text)!;
      expect([png.bytes.readUInt32BE(16), png.bytes.readUInt32BE(20)]).toEqual([2 * Number(width), 2 * Number(height)]);
      // The page removes what it drew for the file.
      await expect(page.locator('.picture')).toHaveCount(1);
    });
});

test('a picture of two thousand steps is saved whole as SVG, and is too tall for a PNG', async ({ page }) => {
  await playBridge(page, tell(longTrace(2000), 'replied'));
  await page.goto('/');
  await sendAll(page, ['121']);
  const drawn = await page.locator('.picture .call').count();
  expect(drawn).toBeLessThan(200);
  const svg = (await saved(page, 'Save SVG')).bytes.toString('utf8');
  expect(svg.match(/send\(/g)!.length).toBeGreaterThan(400);
  await page.getByRole('button', { name: 'Save PNG' }).click();
  await expect(page.getByText('too tall for a PNG')).toBeVisible();
});
