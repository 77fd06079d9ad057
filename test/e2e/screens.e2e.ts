import { labTrace } from '../web/fixtures/lab-traces.ts';
import { plainTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { playBridge, segments, sendNumber, spoken, tell } from './page.ts';

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
    page.locator('.inspector .what'),
    page.locator('.inspector .why'),
    page.getByRole('heading', { name: 'This connection' }),
  ])
    await expect(part).toBeInViewport({ ratio: 1 });
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(800);
});

for (const width of [360, 768, 1280, 1920])
  for (const locale of ['en-US', 'pt-BR'])
    test.describe(`${width} px, ${locale}`, () => {
      test.use({ viewport: { width, height: 800 }, locale });

      test('nothing makes the page scroll sideways, and the picture fits its room', async ({ page }) => {
        await playBridge(page, tell(plainTrace(), 'replied'));
        await page.goto('/?n=121');
        await page.getByRole('button', { name: /^(Send|Enviar)$/ }).click();
        await expect(spoken(page)).not.toBeEmpty();
        await page.locator('main').focus();
        await page.keyboard.press('End');
        const overflow = await page.evaluate(() =>
          ['html', '.scroller', 'aside', '.inspector', '.player'].map((selector) => {
            const element = document.querySelector(selector)!;
            return element.scrollWidth - element.clientWidth;
          }),
        );
        expect(overflow).toEqual([0, 0, 0, 0, 0]);
        const outside = await page.locator('.picture').evaluate((picture) => {
          const room = picture.getBoundingClientRect();
          return [...picture.querySelectorAll('text')]
            .filter((text) => {
              const box = text.getBoundingClientRect();
              return box.left < room.left - 0.5 || box.right > room.right + 0.5;
            })
            .map((text) => text.textContent);
        });
        expect(outside).toEqual([]);
      });
    });

test.describe('on a phone in Brazil', () => {
  test.use({ viewport: { width: 360, height: 800 }, locale: 'pt-BR' });

  test('a touch of the button leaves no row of the picture behind the player', async ({ page }) => {
    await playBridge(page, tell(plainTrace(), 'replied'));
    await page.goto('/');
    await page.locator('.random').click();
    await expect(spoken(page)).not.toBeEmpty();
    await page.keyboard.press('End');
    const bottomOf = (selector: string) =>
      page.locator(selector).evaluate((element) => element.getBoundingClientRect().bottom);
    const player = (await page.locator('.player').boundingBox())!;
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
    await expect(page.locator('.cursor')).toBeInViewport({ ratio: 1 });
  }
});
