import { expect, test } from './bridge.ts';
import { sendNumber, spoken } from './page.ts';

test.describe('in a Brazilian browser', () => {
  test.use({ locale: 'pt-BR' });

  test('the whole page speaks Portuguese', async ({ page }) => {
    await page.goto('/');
    await expect(page.locator('html')).toHaveAttribute('lang', 'pt-BR');
    await expect(page.getByText('servidor escutando')).toBeVisible();
    await page.getByRole('button', { name: 'Enviar número aleatório' }).click();
    await expect(spoken(page)).toHaveText(/^Execução 1: O servidor respondeu (PAR|ÍMPAR)\.$/);
    await page.keyboard.press('End');
    const words = await page.locator('body').innerText();
    expect(words).not.toMatch(/\b(the|blocked|step|slower|runs|why|returned|inferred|observed|live)\b/i);
  });
});

test('the language can be switched, and is remembered', async ({ page }) => {
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await page.getByRole('button', { name: 'Português' }).click();
  await expect(spoken(page)).toHaveText('Execução 1: O servidor respondeu ÍMPAR.');
  await expect(page).toHaveTitle(/uma conexão TCP/);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Enviar número aleatório' })).toBeVisible();
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('button', { name: 'Send random number' })).toBeVisible();
});

const ground = () => getComputedStyle(document.body).backgroundColor;

test('the theme follows the system until it is chosen, and then is remembered', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/');
  const dark = await page.evaluate(ground);
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await page.evaluate(ground);
  expect(light).not.toBe(dark);
  await page.getByRole('button', { name: 'Switch to dark' }).click();
  expect(await page.evaluate(ground)).toBe(dark);
  await page.reload();
  expect(await page.evaluate(ground)).toBe(dark);
  await page.getByRole('button', { name: 'Switch to light' }).click();
  expect(await page.evaluate(ground)).toBe(light);
});
