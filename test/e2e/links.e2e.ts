import type { Locator, Page } from '@playwright/test';
import { expect, test } from './bridge.ts';
import { atEveryWidth, segments, sendNumber, spoken } from './page.ts';

async function play(page: Page) {
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
}

/** Shows the whole run, without a selection. */
async function seeWhole(page: Page) {
  await page.mouse.move(0, 0);
  await page.locator('main').focus();
  await page.keyboard.press('End');
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const call = (page: Page, words: string) => page.locator('.picture .call', { hasText: words });
const links = (page: Page) => page.getByRole('list', { name: 'What belongs to this step' }).getByRole('button');

test('related steps of a run are shown together', async ({ page }) => {
  // Wide enough for the whole words of each call.
  await page.setViewportSize({ width: 1600, height: 900 });
  await play(page);

  await test.step('a recv() lights the segment that brought its bytes, and leads there', async () => {
    await seeWhole(page);
    await call(page, '→ 00 79 = 121').locator('text').first().click();
    await page.mouse.move(0, 0);
    await expect(page.locator('.picture')).not.toHaveClass(/touched/);
    await expect(segments(page).and(page.locator('.ghost'))).toHaveCount(0);
    const link = links(page).filter({ hasText: 'segment with 2 bytes 00 79' });
    await link.hover();
    await expect(page.locator('.picture')).toHaveClass(/touched/);
    await expect(page.locator('.picture .track.lit .halo').first()).toBeVisible();
    await link.click();
    await expect(page.locator('.sentence .what')).toContainText('sent 2 bytes (00 79)');
    await expect(links(page).filter({ hasText: 'sent by send()' })).toBeVisible();
  });

  await test.step('a segment shows the code of the call that caused it, or that the kernel sent it by itself', async () => {
    await seeWhole(page);
    await segments(page, '2 bytes').locator('text').first().click();
    await tab(page, 'Code').click();
    await expect(page.getByRole('tabpanel')).toContainText("sock.sendall(b'\\x00\\x79')");
    await segments(page, 'SYN+ACK').locator('text').first().click();
    await expect(page.getByRole('tabpanel')).toContainText('its kernel did it by itself');
    await tab(page, 'Why').click();
  });

  await test.step('pointing at a step in the picture lights the related steps, and dims the rest', async () => {
    await seeWhole(page);
    await segments(page, 'ÍMPAR').locator('text').first().hover();
    await expect(call(page, '→ 6 bytes ÍMPAR')).toHaveClass(/lit/);
    await expect(call(page, 'send(6 bytes ÍMPAR)')).toHaveClass(/lit/);
    await expect(call(page, '→ 00 79 = 121')).not.toHaveClass(/lit/);
    await expect(call(page, '→ 00 79 = 121')).toHaveCSS('opacity', '0.4');
    await page.mouse.move(0, 0);
    await expect(call(page, '→ 00 79 = 121')).toHaveCSS('opacity', '1');
  });

  await test.step('why accept() returned stands beside it, and the keyboard follows the link', async () => {
    await seeWhole(page);
    await call(page, 'accept()').locator('text').first().click();
    const link = links(page).filter({ hasText: 'woken by the third segment of the handshake' });
    await expect(link).toBeVisible();
    await page.getByRole('tabpanel').focus();
    await page.keyboard.press('Tab');
    await expect(page.getByRole('link', { name: /^RFC 9293 §3\.9\.1\.1 / })).toBeFocused();
    await page.keyboard.press('Tab');
    await expect(link).toBeFocused();
    await expect(page.locator('.picture')).toHaveClass(/touched/);
    await page.keyboard.press('Enter');
    await expect(page.locator('.sentence .what')).toContainText('third segment of the handshake');
  });

  await test.step('the state diagram shows the states of both ends, and the edge just taken', async () => {
    await seeWhole(page);
    await page.getByRole('button', { name: /Open the whole diagram/ }).click();
    await expect(tab(page, 'States')).toBeFocused();
    const machine = page.getByRole('img', { name: /figure 5 of RFC 9293/ });
    await expect(machine).toHaveAccessibleName(/client: CLOSED ← LAST_ACK \(rcv ACK of FIN\)\./);
    await expect(machine).toHaveAccessibleName(/server: TIME_WAIT/);
    await expect(machine.locator('[data-state="TIME_WAIT"]')).toHaveClass(/server/);
    await expect(machine.locator('[data-state="END"]')).toHaveClass(/client/);
    await expect(machine.locator('.taken.last')).toHaveClass(/client/);
    await expect(machine.locator('.chip.client')).toContainText('rcv ACK');
    // An edge without words shows them when the mouse points at it.
    const edge = machine.locator('g:has(> title)', { hasText: 'FIN_WAIT_1 → CLOSING: rcv FIN / snd ACK' });
    await edge.locator('.reach').hover();
    await tab(page, 'Code').click();
    await expect(machine).toBeHidden();
    await tab(page, 'States').click();
    await segments(page, 'SYN+ACK').locator('text').first().click();
    await expect(machine).toHaveAccessibleName(/client: SYN_SENT.+server: SYN_RCVD/);
  });
});

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('the state diagram fits its room, at every width', async ({ page }) => {
      await page.goto('/?n=121');
      await atEveryWidth(page, async (width) => {
        await page.emulateMedia({ colorScheme: width === 768 ? 'dark' : 'light' });
        await page.getByRole('tab', { name: /^(States|Estados)$/ }).click();
        const machine = page.locator('.machine svg');
        await expect(machine).toBeVisible();
        await expect.poll(() => shapesOutside(machine)).toEqual([]);
        if (width >= 1280) await expect(machine).toBeInViewport({ ratio: 1 });
        await expect
          .poll(() => page.evaluate(() => document.documentElement.scrollWidth - innerWidth))
          .toBeLessThanOrEqual(0);
      });
    });
  });

/** The parts of a drawing that leave its room to the left, to the right or below. */
const shapesOutside = (drawing: Locator) =>
  drawing.evaluate((svg) => {
    const room = svg.parentElement!.getBoundingClientRect();
    return [...svg.querySelectorAll('text, rect')]
      .filter((shape) => {
        const box = shape.getBoundingClientRect();
        return box.left < room.left - 1 || box.right > room.right + 1 || box.bottom > room.bottom + 1;
      })
      .map(({ outerHTML }) => outerHTML);
  });
