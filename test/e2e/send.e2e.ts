import { expect, test } from './bridge.ts';
import { segments, sendNumber, spoken } from './page.ts';

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  await expect(page.getByText('server listening')).toBeVisible();
});

test('one press opens a connection, which is drawn and put into words', async ({ page }) => {
  await expect(page.getByText('Press the button')).toBeVisible();
  await page.getByRole('button', { name: 'Send random number' }).click();
  await expect(spoken(page)).toHaveText(/^Run 1: The server replied (PAR|ÍMPAR)\.$/);
  const number = BigInt(new URL(page.url()).searchParams.get('n')!);
  expect(number).toBeGreaterThanOrEqual(1n);
  expect(number).toBeLessThanOrEqual(1000n);
  await expect(spoken(page)).toContainText(number % 2n === 0n ? 'PAR' : 'ÍMPAR');
  await expect(page.getByRole('button', { name: new RegExp(`#1 ${number} →`) })).toBeVisible();
  await expect(segments(page).first()).toContainText('SYN');
  await expect(segments(page, 'FIN')).toHaveCount(2);
  await expect(page.getByText(/slower than life/)).toBeVisible();
});

test('121 is odd, and travels as 00 79', async ({ page }) => {
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await expect(page.getByText('3 digits · odd · not prime')).toBeVisible();
  await page.keyboard.press('Tab');
  await page.locator('main').focus();
  await page.keyboard.press('End');
  await expect(segments(page, '2 bytes 00 79')).toBeVisible();
  await expect(page.getByText('send(121 = 00 79)')).toBeVisible();
  await page.getByRole('tab', { name: 'Terminals' }).click();
  await expect(page.locator('.inspector').getByText('ÍMPAR')).toBeVisible();
});

test('exactly ten digits get no reply, and the page says so', async ({ page }) => {
  await sendNumber(page, '1234567890');
  await expect(spoken(page)).toContainText('closed without sending a byte');
  await expect(spoken(page)).toContainText('exactly ten digits');
  // However long it took, number and end can be read, in one line.
  const line = page.getByRole('button', { name: '#1 1234567890 → silence' });
  const cut = (part: string) => line.locator(part).evaluate((element) => element.scrollWidth - element.clientWidth);
  expect([await cut('.subject'), await cut('.how')]).toEqual([0, 0]);
  const [box, how] = [(await line.boundingBox())!, (await line.locator('.how').boundingBox())!];
  expect(how.y + how.height).toBeLessThanOrEqual(box.y + box.height);
});

test('the largest number that the server reads in one piece comes back', async ({ page }) => {
  const largest = ((1n << 8192n) - 1n).toString();
  await sendNumber(page, largest);
  await expect(page.getByRole('button', { name: /#1 / })).toBeVisible();
  await expect(spoken(page)).toContainText('replied');
});

test('what is not a number is not sent, and the page says why', async ({ page }) => {
  for (const [typed, sentence] of [
    ['-5', 'Only digits'],
    ['twelve', 'Only digits'],
    ['9'.repeat(3000), 'Too large'],
    ['', 'Type a whole number'],
  ] as const) {
    await sendNumber(page, typed);
    await expect(page.getByText(sentence)).toBeVisible();
  }
  await expect(page.getByText('No run yet.')).toBeVisible();
});

test('the keyboard plays: space, arrows, Home and End', async ({ page }) => {
  await page.getByRole('button', { name: 'Send random number' }).click();
  await expect(spoken(page)).not.toBeEmpty();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeVisible();
  await page.keyboard.press('Home');
  await expect(page.getByText(/^step 1 of/)).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(page.getByText(/^step 3 of/)).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByText(/^step 2 of/)).toBeVisible();
  await page.keyboard.press('End');
  const last = await page.getByText(/^step \d+ of/).textContent();
  const [, step, count] = /step (\d+) of (\d+)/.exec(last!)!;
  expect(step).toBe(count);
  await page.keyboard.press('Space');
  await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
});

test('everything can be done without a mouse', async ({ page }) => {
  await page.getByRole('button', { name: 'Send random number' }).focus();
  await page.keyboard.press('Enter');
  await expect(spoken(page)).not.toBeEmpty();
  await expect(page.getByRole('button', { name: 'Send random number' })).toBeFocused();
  await page.keyboard.press('Space');
  await expect(spoken(page)).toHaveText(/^Run 2:/);
});

test('every step says how it is known, and a click in the picture takes the cursor to one', async ({ page }) => {
  await sendNumber(page, '7');
  await expect(spoken(page)).not.toBeEmpty();
  const steps = page.getByRole('region', { name: 'The steps in the order of time' }).getByRole('listitem');
  expect(await steps.count()).toBeGreaterThan(20);
  for (const text of await steps.allTextContents()) expect(text.trim()).toMatch(/\((captured|observed|inferred)\)$/);
  await expect(page.getByText('Packets were not captured').first()).toBeVisible();
  await page.locator('main').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('End');
  await segments(page, 'SYN+ACK').locator('text').first().click();
  await expect(page.locator('.sentence')).toContainText('answered with SYN+ACK');
  await expect(page.locator('.inspector')).toContainText('RFC 9293 §3.5');
});

test('a run can be reopened from its address, and earlier runs from the list', async ({ page }) => {
  await sendNumber(page, '40');
  await expect(spoken(page)).toHaveText(/^Run 1:.*PAR/);
  await sendNumber(page, '41');
  await expect(spoken(page)).toHaveText(/^Run 2:.*ÍMPAR/);
  await page.getByRole('button', { name: /#1 40/ }).click();
  await expect(spoken(page)).toHaveText(/^Run 1:/);
  await expect(page.getByLabel('or your own number')).toHaveValue('40');
  await page.goto('/?n=121');
  await expect(page.getByLabel('or your own number')).toHaveValue('121');
  await expect(page.getByRole('button', { name: /^#/ })).toHaveCount(2);
});
