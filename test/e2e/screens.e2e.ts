import type { Page } from '@playwright/test';
import { labTrace } from '../web/fixtures/lab-traces.ts';
import { done, plainTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { atEveryWidth, playBridge, segments, sendNumber, spoken, tell } from './page.ts';

test('on a laptop the button, the picture, the player, what happened and why are on the screen at once', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await playBridge(page, tell(labTrace(), 'replied'));
  await page.goto('/');
  for (const run of [1, 2, 3]) {
    await sendNumber(page, '121');
    await expect(spoken(page)).toHaveText(new RegExp(`^Run ${run}:`));
  }
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await segments(page, '2 bytes').first().locator('text').first().click();
  for (const part of [
    page.getByRole('button', { name: 'Send random number' }),
    page.locator('.scroller'),
    page.getByRole('button', { name: 'Play', exact: true }),
    page.locator('.sentence .what'),
    page.locator('.inspector .why'),
    page.getByRole('heading', { name: 'This connection' }),
  ])
    await expect(part).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(800);
});

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('at every width nothing makes the page scroll sideways, and the picture fits its room', async ({ page }) => {
      await playBridge(page, tell(plainTrace(), 'replied'));
      await page.goto('/?n=121');
      await atEveryWidth(page, async () => {
        await expect.poll(() => overflows(page)).toEqual([0, 0, 0, 0, 0, 0, 0]);
        await expect.poll(() => wordsOutside(page)).toEqual([]);
      });
    });
  });

/** How many pixels wider than its room is what stands in each part of the page. */
const overflows = (page: Page) =>
  page.evaluate(() =>
    ['html', '.scroller', 'aside', '.inspector', '.tab-panel', '.sentence', '.playbar'].map((selector) => {
      const element = document.querySelector(selector)!;
      return element.scrollWidth - element.clientWidth;
    }),
  );

/** The words of the picture that leave it to the left or to the right. */
const wordsOutside = (page: Page) =>
  page.locator('.picture').evaluate((picture) => {
    const room = picture.getBoundingClientRect();
    return [...picture.querySelectorAll('text')]
      .filter((text) => {
        const box = text.getBoundingClientRect();
        return box.left < room.left - 0.5 || box.right > room.right + 0.5;
      })
      .map((text) => text.textContent);
  });

test.describe('on a laptop in Brazil', () => {
  test.use({ viewport: { width: 1280, height: 800 }, locale: 'pt-BR' });

  test('the first line of each run says how it ended, whatever was sent, and the second names its wire', async ({
    page,
  }) => {
    const outcomes = ['silent', 'timeout', 'cancelled', 'silent'] as const;
    let count = 0;
    await playBridge(page, (message, say) => {
      if (message.type !== 'run') return;
      say({ type: 'steps', id: message.id, steps: plainTrace() });
      say(done(message.id, outcomes[count++]!, { durationUs: 15_512_345 }));
    });
    await page.goto('/?n=1234567890');
    for (const run of outcomes.keys()) {
      await page.getByRole('button', { name: 'Enviar', exact: true }).click();
      await expect(spoken(page)).toHaveText(new RegExp(`^Execução ${run + 1}:`));
    }
    const lines = page.locator('[data-run]');
    const shown = await lines.evaluateAll((all) =>
      all.map((line) => {
        const list = line.closest('ol')!.getBoundingClientRect();
        const [row, how, took, wire] = [...line.querySelectorAll('.line, .how, .took, .more')].map((part) =>
          part.getBoundingClientRect(),
        );
        return {
          isShort: line.clientHeight < 48,
          isWireBelow: wire!.top >= row!.bottom && wire!.right <= list.right,
          isEndWhole: how!.right <= list.right && how!.bottom <= row!.bottom,
          // In the same line behind it, or out of sight.
          isDurationApart: (how!.right <= took!.left && took!.right <= list.right) || took!.top >= row!.bottom,
        };
      }),
    );
    expect(shown).toEqual(
      outcomes.map(() => ({ isShort: true, isWireBelow: true, isEndWhole: true, isDurationApart: true })),
    );
    // A shortened line has its whole text as title and name.
    await expect(lines.last()).toHaveAttribute('title', /^1234567890 → /);
    await expect(lines.last()).toHaveAccessibleName(/1234567890/);
    // The × comes in place of the duration.
    const deletes = page.getByRole('button', { name: 'Apagar a execução 4' });
    await lines.first().hover();
    await expect(deletes).toHaveCSS('opacity', '1');
    await expect(lines.first().locator('.took')).toHaveCSS('opacity', '0');
    await page.locator('main').hover();
    await expect(deletes).toHaveCSS('opacity', '0');
    await lines.first().focus();
    await page.keyboard.press('Tab');
    await expect(deletes).toHaveCSS('opacity', '1');
  });
});

test.describe('on a phone in Brazil', () => {
  test.use({ viewport: { width: 360, height: 800 }, locale: 'pt-BR' });

  test('a touch of the button leaves no row of the picture behind the player', async ({ page }) => {
    await playBridge(page, tell(plainTrace(), 'replied'));
    await page.goto('/');
    await page.getByRole('button', { name: 'Enviar número aleatório' }).click();
    await expect(spoken(page)).not.toBeEmpty();
    await page.keyboard.press('End');
    const bottomOf = (selector: string) =>
      page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);
    const player = (await page.locator('.playbar').boundingBox())!;
    expect(await bottomOf('main')).toBeLessThanOrEqual(player.y + 0.5);
    expect(player.y + player.height).toBeLessThanOrEqual(800);
  });
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 800 } });

  test('the words of a packet are not broken into pieces', async ({ page }) => {
    await playBridge(page, tell(labTrace(), 'replied'));
    await page.goto('/');
    await sendNumber(page, '121');
    await expect(spoken(page)).not.toBeEmpty();
    await page.keyboard.press('End');
    await segments(page, 'SYN').first().locator('text').first().click();
    await page.getByRole('tab', { name: 'Fields' }).click();
    const name = page.locator('.packet .name', { hasText: 'acknowledgment number' });
    const flags = page.locator('.packet .value', { hasText: /^SYN$/ });
    for (const words of [name, flags]) expect((await words.boundingBox())!.height).toBeLessThan(24);
  });
});

test('the picture follows the cursor', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  for (const key of ['End', 'Home', 'End']) {
    await page.keyboard.press(key);
    // A part of a pixel may be lost in rounding.
    await expect(page.locator('.cursor')).toBeInViewport({ ratio: 0.99 });
  }
});
