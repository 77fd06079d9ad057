import { expect, labTest as test } from './bridge.ts';
import { sendNumber, spoken } from './page.ts';

test('a run held at each segment goes on by button and by the step key, and ends as any other', async ({ page }) => {
  await page.goto('/?hold=all');
  await expect(page.getByText('server listening')).toBeVisible();
  await sendNumber(page, '121');
  const held = page.getByRole('region', { name: 'Held in mid-wire' });
  await expect(held.getByText('client → server SYN')).toBeVisible();
  await expect(page.locator('.band').getByText('SYN_SENT', { exact: true })).toBeVisible();
  await expect(page.locator('.band').getByText('SYN_RCVD', { exact: true })).toHaveCount(0);
  await held.getByRole('button', { name: 'Deliver', exact: true }).click();
  await expect(held.getByText('server → client SYN+ACK')).toBeVisible();
  await expect(page.locator('.band').getByText('SYN_RCVD', { exact: true })).toBeVisible();
  await page.locator('main').focus();
  // The client's kernel may have sent its SYN again meanwhile: it is held too.
  await expect(async () => {
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.band').getByText('ESTABLISHED', { exact: true }).first()).toBeVisible({ timeout: 300 });
  }).toPass({ intervals: [50] });
  const deliver = held.getByRole('button', { name: 'Deliver', exact: true });
  await expect(async () => {
    if (await deliver.first().isVisible()) await deliver.first().click({ timeout: 500 });
    await expect(spoken(page)).toContainText('The server replied ÍMPAR.', { timeout: 300 });
  }).toPass({ timeout: 30_000, intervals: [50] });
  await expect(held).toHaveCount(0);
});

test('dropped in mid-wire: the kernel sends it again, and the picture marks it', async ({ page }) => {
  await page.goto('/?hold=data');
  await expect(page.getByText('server listening')).toBeVisible();
  await sendNumber(page, '121');
  const held = page.getByRole('region', { name: 'Held in mid-wire' });
  await expect(held.getByText('2 bytes')).toBeVisible();
  await held.getByRole('button', { name: 'Drop' }).click();
  const deliver = held.getByRole('button', { name: 'Deliver', exact: true });
  await expect(async () => {
    if (await deliver.first().isVisible()) await deliver.first().click({ timeout: 500 });
    await expect(spoken(page)).toContainText('The server replied ÍMPAR.', { timeout: 300 });
  }).toPass({ timeout: 30_000, intervals: [50] });
  await expect(page.getByText(/Segments lost: 1, sent again: [1-9]/)).toBeVisible();
});
