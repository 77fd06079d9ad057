import type { Page } from '@playwright/test';
import { labTrace } from '../web/fixtures/lab-traces.ts';
import { hello } from '../web/fixtures/traces.ts';
import { HANDSHAKE } from '../../web/recording/handshake.ts';
import { expect, labTest, test } from './bridge.ts';
import { card, playBridge, sendNumber, spoken, tell, violations } from './page.ts';

const LAST = HANDSHAKE.length - 1;
const recording = (page: Page) => page.locator('.recording');
const detail = (page: Page) => page.locator('.first-screen .shelf');

async function open(page: Page, address = '/', wire: 'lab' | 'direct' = 'lab') {
  await playBridge(page, tell(labTrace(), 'replied'), hello({ blockedIn: 'accept4' }, { wire }));
  await page.goto(address);
  await expect(page.locator('[data-card]')).toHaveCount(28);
}

test('a recorded handshake plays again and again, and says what it is', async ({ page }) => {
  await open(page);
  await expect(page.getByText('A recording', { exact: true })).toBeVisible();
  await expect(page.getByText('Press the button: Aperto opens one real TCP connection')).toBeInViewport();
  for (const name of ['The program', 'The wire', 'The kernel'])
    await expect(page.getByText(name, { exact: true })).toBeVisible();
  await expect(recording(page)).toHaveAttribute('data-cursor', String(LAST), { timeout: 20_000 });
  await expect(recording(page)).not.toHaveAttribute('data-cursor', String(LAST), { timeout: 20_000 });
  await expect(page.getByText('No run yet.')).toBeVisible();
});

test('the recording pauses for the viewer, and begins again', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Pause the recording' }).click();
  await page.getByRole('button', { name: 'Play the recording' }).click();
  await expect(recording(page)).toHaveAttribute('data-cursor', String(LAST), { timeout: 20_000 });
});

test('with reduced motion the recording stands still, and is whole', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  await expect(recording(page)).toHaveAttribute('data-cursor', String(LAST));
  await expect(recording(page).locator('.segment:not(.ghost)')).toHaveCount(3);
  await expect(page.getByRole('button', { name: 'Pause the recording' })).toHaveCount(0);
});

test('a screen reader hears a sentence in place of the recording', async ({ page }) => {
  await open(page);
  await expect(recording(page)).toMatchAriaSnapshot(`
    - paragraph: A recording of a handshake in the lab, with 20 ms on the wire each way
    - button "Pause the recording"
    - paragraph: /While nothing runs, a recorded handshake plays here/
  `);
});

test('a run takes the place of the recording, and of the cards', async ({ page }) => {
  await open(page);
  await expect(page.locator('.shelf-panel')).toHaveCount(0);
  await sendNumber(page, '121');
  await expect(recording(page)).toHaveCount(0);
  await expect(page.locator('.first-screen')).toHaveCount(0);
  await expect(page.locator('main svg.picture')).toHaveCount(1);
  await expect(page.getByRole('button', { name: /^#\d+ / })).toHaveCount(1);
  await page.locator('.shelf-panel > summary').click();
  await expect(page.locator('.shelf-panel [data-card]')).toHaveCount(28);
  await page.getByRole('button', { name: 'Delete run 1' }).click();
  await expect(recording(page)).toBeVisible();
});

test('arrow keys move among the cards, and Enter chooses one', async ({ page }) => {
  await open(page);
  await card(page, 'Plain').focus();
  await page.keyboard.press('ArrowRight');
  await expect(card(page, 'Zero')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  // Which card stands below depends on the room.
  await expect(card(page, 'Zero')).not.toBeFocused();
  await expect(page.locator('[data-card]:focus')).toHaveCount(1);
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  await expect(card(page, 'Address already in use')).toBeFocused();
  await expect(detail(page)).toHaveCount(0);
  await page.keyboard.press('Enter');
  await expect(card(page, 'Address already in use')).toHaveAttribute('aria-pressed', 'true');
  await expect(detail(page).getByRole('heading', { name: 'Address already in use' })).toBeVisible();
  await expect(detail(page)).toContainText('RFC 9293 §3.6.1');
  expect(new URL(page.url()).search).toBe('?scenario=restart');
  // The Tab key leaves the theme, and comes to what can be done with the chosen card.
  await page.keyboard.press('Tab');
  expect(await detail(page).evaluate((element) => element.contains(document.activeElement))).toBe(true);
  // From the next theme it comes back to the card that was left.
  await page.getByRole('group', { name: 'On the way' }).getByRole('button').first().focus();
  await page.keyboard.press('Tab');
  await expect(card(page, 'Address already in use')).toBeFocused();
});

test('a scenario of the address is open and in sight, and its script can be edited', async ({ page }) => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await open(page, '/?scenario=lostFin');
  await expect(card(page, 'A lost FIN')).toHaveAttribute('aria-pressed', 'true');
  await expect(detail(page).getByRole('button', { name: 'Run this scenario' })).toBeInViewport({ ratio: 1 });
  await detail(page).getByRole('button', { name: 'Edit its script' }).click();
  await expect(page.getByLabel('Line 1: The bytes')).toHaveValue('121');
  await expect(page.locator('.wire-panel .line')).toHaveText('delay 20 ms · loses the first FIN');
});

test('without the lab the cards say what they need', async ({ page }) => {
  await open(page, '/?scenario=plain', 'direct');
  await expect(page.getByText('Scenarios need the lab’s wire.')).toBeVisible();
  await expect(detail(page).getByRole('button', { name: 'Run this scenario' })).toBeDisabled();
});

labTest('a scenario that a run has shown is marked, also on the next visit', async ({ page }) => {
  await page.goto('/?scenario=refused');
  await expect(card(page, 'No server')).not.toHaveAccessibleName(/done/);
  await page.getByRole('button', { name: 'Run this scenario' }).click();
  await expect(spoken(page)).toContainText('Refused');
  await page.keyboard.press('End');
  await expect(page.locator('.shelf-panel').getByText('1 of 7 done')).toBeVisible();
  await expect(card(page, 'No server (done)')).toBeVisible();
  await expect(page.getByRole('button', { name: /^#1 No server → refused/ })).toContainText('lab');
  await page.evaluate(() => sessionStorage.clear());
  await page.goto('/');
  await expect(card(page, 'No server (done)')).toBeVisible();
  await expect(page.locator('[data-card] .done')).toHaveCount(1);
});

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('nothing of the first screen is cut off, and axe finds nothing, at every width', async ({ page }) => {
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await open(page, '/?scenario=unaccepted');
      for (const width of [1920, 1366, 768, 360])
        await test.step(`${width} px`, async () => {
          await page.setViewportSize({ width, height: 768 });
          await page.emulateMedia({ colorScheme: width === 1366 ? 'dark' : 'light', reducedMotion: 'reduce' });
          const wider = () =>
            page.evaluate(() =>
              [
                'html',
                '.first-screen',
                '.first-screen .shelf',
                ...['.card', '.row p'].map((name) => `.first-screen ${name}`),
              ]
                .flatMap((selector) => [...document.querySelectorAll(selector)])
                .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
                .map(({ className }) => className),
            );
          await expect.poll(wider).toEqual([]);
          expect(await violations(page)).toEqual([]);
        });
    });
  });
