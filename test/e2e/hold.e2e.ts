import { expect, labTest as test } from './bridge.ts';
import { segments, sendNumber, spoken } from './page.ts';

test('a run held at each segment goes on by button and by the step key, and ends as any other', async ({ page }) => {
  await page.goto('/?hold=all');
  await expect(page.getByText('server listening')).toBeVisible();
  await sendNumber(page, '121');
  const held = page.getByRole('region', { name: 'Held in mid-wire' });
  await expect(held.getByText('client → server SYN')).toBeVisible();
  await expect(page.locator('.band').getByText('SYN_SENT', { exact: true })).toBeVisible();
  await expect(page.locator('.band').getByText('SYN_RCVD', { exact: true })).toHaveCount(0);
  // Beside its capsule, in sight, and the next stop of the keyboard after the picture.
  const buttons = page.getByRole('group', { name: 'Held in mid-wire: client → server SYN' });
  await expect(buttons.getByRole('button')).toHaveText(['Deliver', 'Drop', 'Duplicate']);
  await expect(buttons).toBeInViewport({ ratio: 1 });
  const [capsule, ground] = [
    await segments(page, 'held').locator('.capsule').boundingBox(),
    await buttons.boundingBox(),
  ];
  expect(ground!.y - (capsule!.y + capsule!.height)).toBeLessThan(10);
  await page.getByRole('region', { name: 'The connection as a sequence diagram' }).focus();
  await page.keyboard.press('Tab');
  await expect(buttons.getByRole('button', { name: 'Deliver' })).toBeFocused();
  await page.keyboard.press('Enter');
  // Each held segment has its buttons; the notice names it only if it is alone, and the SYN may have been sent again.
  await expect(page.getByRole('group', { name: 'Held in mid-wire: server → client SYN+ACK' })).toBeVisible();
  await expect(page.locator('.band').getByText('SYN_RCVD', { exact: true })).toBeVisible();
  await page.locator('main').focus();
  // The client's kernel may have sent its SYN again meanwhile: it is held too.
  await expect(async () => {
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.band').getByText('ESTABLISHED', { exact: true }).first()).toBeVisible({ timeout: 300 });
  }).toPass({ intervals: [50] });
  const deliver = page.getByRole('button', { name: 'Deliver', exact: true });
  await expect(async () => {
    if (await deliver.first().isVisible()) await deliver.first().click({ timeout: 500 });
    await expect(spoken(page)).toContainText('The server replied ÍMPAR.', { timeout: 300 });
  }).toPass({ intervals: [50] });
  await expect(held).toHaveCount(0);
});

test('dropped in mid-wire: the kernel sends it again, and the picture marks it', async ({ page }) => {
  await page.goto('/?hold=data');
  await expect(page.getByText('server listening')).toBeVisible();
  await sendNumber(page, '121');
  const held = page.getByRole('region', { name: 'Held in mid-wire' });
  await expect(held.getByText('2 bytes')).toBeVisible();
  await page.getByRole('button', { name: 'Drop' }).click();
  const deliver = page.getByRole('button', { name: 'Deliver', exact: true });
  await expect(async () => {
    if (await deliver.first().isVisible()) await deliver.first().click({ timeout: 500 });
    await expect(spoken(page)).toContainText('The server replied ÍMPAR.', { timeout: 300 });
  }).toPass({ intervals: [50] });
  await expect(page.getByText(/Segments lost: 1, sent again: [1-9]/)).toBeVisible();
});
