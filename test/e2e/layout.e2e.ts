import type { Page } from '@playwright/test';
import { labTrace } from '../web/fixtures/lab-traces.ts';
import { hello, plainTrace } from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { placesIn, playBridge, segments, spoken, tell, violations } from './page.ts';

const LAPTOP = { width: 1366, height: 768 };

async function see(page: Page, size = LAPTOP) {
  await page.setViewportSize(size);
  await playBridge(page, tell(labTrace(), 'replied'), hello({}, { wire: 'lab' }));
  await page.goto('/?n=121');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  // What comes with the first run is loaded a little later.
  for (const part of ['.tab-panel', '.state-map']) await expect(page.locator(part).first()).toBeVisible();
}

const box = async (page: Page, selector: string) => (await page.locator(selector).boundingBox())!;
const bottomOf = ({ y, height }: { y: number; height: number }) => y + height;
const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const where = (page: Page) => page.locator('.player .step');

test('on the commonest laptop the picture has 560 px, and the sentence stands under it in 18 to 20 px', async ({
  page,
}) => {
  await see(page);
  expect((await box(page, '.scroller')).height).toBeGreaterThanOrEqual(560);
  const [player, sentence] = [await box(page, '.playbar'), await box(page, '.sentence')];
  expect(Math.abs(sentence.y - bottomOf(player))).toBeLessThanOrEqual(1);
  expect(bottomOf(sentence)).toBeLessThanOrEqual(LAPTOP.height);
  const size = await page
    .locator('.sentence .what')
    .evaluate((what) => Number.parseFloat(getComputedStyle(what).fontSize));
  expect(size).toBeGreaterThanOrEqual(18);
  expect(size).toBeLessThanOrEqual(20);
});

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('nothing moves while the run is stepped through, and every sentence is seen whole', async ({ page }) => {
      await page.setViewportSize(LAPTOP);
      await playBridge(page, tell(labTrace(), 'replied'));
      await page.goto('/?n=121');
      await page.getByRole('button', { name: /^(Send|Enviar)$/ }).click();
      const parts = ['.scroller', '.playbar', '.sentence', '.inspector', '[role=tablist]', '.state-map'];
      await expect(page.locator('.picture [data-step]').first()).toBeAttached();
      await page.locator('main').focus();
      await page.keyboard.press('Home');
      for (const part of parts) await expect(page.locator(part).first()).toBeVisible();
      const places = () =>
        page.evaluate(
          (selectors) =>
            selectors.map((selector) => {
              const { x, y, width, height } = document.querySelector(selector)!.getBoundingClientRect();
              return [selector, x, y, width, height].join(' ');
            }),
          parts,
        );
      const before = await places();
      for (const _ of labTrace()) {
        await page.keyboard.press('ArrowRight');
        expect(await places()).toEqual(before);
        const hidden = page.locator('.sentence').evaluate((part) => part.scrollHeight - part.clientHeight);
        expect(await hidden).toBeLessThanOrEqual(0);
      }
    });
  });

test('the tabs are tabs: by key, by press, remembered for the visit, and one that is empty says so', async ({
  page,
}) => {
  await see(page);
  // The last step is a change of state: it has neither bytes nor, by itself, code.
  await tab(page, 'Why').focus();
  await page.keyboard.press('ArrowRight');
  await expect(tab(page, 'Fields')).toBeFocused();
  await expect(tab(page, 'Fields')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel', { name: 'Fields' })).toContainText('A change of state sends nothing');
  // The arrow was for the tabs: the run stays where it was.
  await expect(where(page)).toHaveText(`step ${placesIn(labTrace())} of ${placesIn(labTrace())}`);
  await page.keyboard.press('ArrowRight');
  await expect(page.getByRole('tabpanel', { name: 'Code' })).toBeVisible();
  await page.keyboard.press('End');
  await expect(tab(page, 'States')).toBeFocused();
  await page.keyboard.press('Home');
  await expect(tab(page, 'Why')).toBeFocused();
  await tab(page, 'Terminals').click();
  await segments(page, 'SYN').first().locator('text').first().click();
  await expect(tab(page, 'Terminals')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tabpanel')).toContainText('Nothing printed yet.');
  await page.reload();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(tab(page, 'Terminals')).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByRole('tab')).toHaveText(['Why', 'Fields', 'Code', 'Terminals', 'States']);
});

test('the column is made wider by key and by mouse, within its bounds, and keeps its width', async ({ page }) => {
  await see(page);
  const divider = page.getByRole('separator');
  const now = async () => Number(await divider.getAttribute('aria-valuenow'));
  const width = async () => (await box(page, '.inspector')).width;
  const before = await now();
  await divider.focus();
  await page.keyboard.press('ArrowLeft');
  expect(await now()).toBe(before + 1);
  await expect.poll(width).toBe((before + 1) * 16);
  await page.keyboard.press('Home');
  expect(await now()).toBe(Number(await divider.getAttribute('aria-valuemin')));
  const handle = (await divider.boundingBox())!;
  await page.mouse.move(handle.x + 4, handle.y + 200);
  await page.mouse.down();
  await page.mouse.move(handle.x - 76, handle.y + 200);
  await page.mouse.up();
  await expect.poll(now).toBe(25);
  await expect(where(page)).toHaveText(`step ${placesIn(labTrace())} of ${placesIn(labTrace())}`);
  await page.reload();
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await expect.poll(width).toBe(25 * 16);
});

test('the controls fold away by button and by key, the button that starts a run stays, and both are remembered', async ({
  page,
}) => {
  await see(page);
  const before = (await box(page, '.scroller')).width;
  await page.getByRole('button', { name: 'Fold the controls away' }).click();
  await expect(page.locator('aside')).toBeHidden();
  expect((await box(page, '.scroller')).width).toBeGreaterThan(before + 200);
  await expect(page.getByRole('button', { name: 'Show the controls' })).toHaveAttribute('aria-expanded', 'false');
  await page.getByRole('button', { name: 'Send random number' }).click();
  await expect(spoken(page)).toHaveText(/^Run 2:/);
  await page.reload();
  await expect(page.locator('aside')).toBeHidden();
  await page.keyboard.press('c');
  await expect(page.locator('aside')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send random number' })).toHaveCount(1);
  // A letter that is typed is a letter.
  await page.getByLabel('or your own number').press('c');
  await expect(page.locator('aside')).toBeVisible();
});

for (const [width, height] of [
  [1366, 768],
  [1024, 768],
  [360, 800],
] as const)
  test(`the small state map at ${width} px follows the cursor, covers nothing, and opens the whole diagram`, async ({
    page,
  }) => {
    await see(page, { width, height });
    const map = page.getByRole('button', { name: /Open the whole diagram/ });
    await expect(map).toHaveAccessibleName(
      /client CLOSED › SYN_SENT › ESTABLISHED › CLOSE_WAIT › LAST_ACK › CLOSED server/,
    );
    await page.keyboard.press('Home');
    await expect(map).toHaveAccessibleName(/client CLOSED server/);
    const [picture, small] = [await box(page, 'main'), (await map.boundingBox())!];
    expect(small.y >= bottomOf(picture) - 1 || small.x >= picture.x + picture.width - 1).toBe(true);
    await map.click();
    await expect(tab(page, 'States')).toBeFocused();
    await expect(page.getByRole('img', { name: /figure 5 of RFC 9293/ })).toBeVisible();
  });

test('a notice takes no room, and covers nothing that it needs', async ({ page }) => {
  await page.setViewportSize(LAPTOP);
  const bridge = await playBridge(page, () => {}, hello({ state: 'listening' }));
  await page.goto('/');
  await expect(page.getByText('server listening')).toBeVisible();
  const before = await box(page, '.stage');
  bridge.say({ type: 'error', code: 'SERVER_NOT_OWNED', message: 'no' });
  bridge.say(hello({ state: 'stopped' }));
  await expect(page.locator('.trouble')).toBeVisible();
  expect(await box(page, '.stage')).toEqual(before);
  await expect(page.getByRole('button', { name: 'Start server' })).toBeEnabled();
  await page.getByRole('button', { name: 'Start server' }).click({ trial: true });
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.getByRole('button', { name: 'Dismiss' })).toHaveCount(0);
});

test('a server that listens elsewhere is not shown as listening, and the option that helps is named', async ({
  page,
}) => {
  await page.setViewportSize(LAPTOP);
  const bridge = await playBridge(page, () => {}, hello({ state: 'listening', listensOn: ['127.0.0.1:7777'] }));
  await page.goto('/');
  await expect(page.locator('header .server')).toContainText('(bound to 127.0.0.1:7777)');
  bridge.say(hello({ state: 'starting', trouble: 'OTHER_PORT', listensOn: ['127.0.0.1:7777'] }));
  await expect(page.locator('.trouble')).toContainText('--target 127.0.0.1:7777');
  await expect(page.locator('header .server')).toContainText('server listening elsewhere: 127.0.0.1:7777');
  await expect(page.locator('header .server .dot.listening')).toHaveCount(0);
});

test('presenter mode shows picture and sentence alone, obeys a remote control, and leaves', async ({ page }) => {
  await see(page);
  const normal = await page.locator('.sentence .what').evaluate((what) => getComputedStyle(what).fontSize);
  await page.keyboard.press('Home');
  await page.keyboard.press('p');
  for (const part of ['header button', 'aside', '.inspector', '.state-map', '.divider'])
    await expect(page.locator(part).first()).toBeHidden();
  const sentence = page.locator('.sentence .what');
  expect(Number.parseFloat(await sentence.evaluate((what) => getComputedStyle(what).fontSize))).toBeGreaterThan(
    1.25 * Number.parseFloat(normal),
  );
  await expect(page.locator('.playbar')).toHaveCSS('opacity', '0');
  for (const [key, step] of [
    ['PageDown', 2],
    [' ', 3],
    ['ArrowRight', 4],
    ['PageUp', 3],
    ['ArrowLeft', 2],
  ] as const) {
    await page.keyboard.press(key);
    await expect(where(page)).toHaveText(new RegExp(`^step ${step} of`));
  }
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('.');
  await expect(page.locator('.page.black')).toBeVisible();
  // The step only shows the picture again.
  await page.keyboard.press('PageDown');
  await expect(page.locator('.page.black')).toHaveCount(0);
  await expect(where(page)).toHaveText(/^step 2 of/);
  await page.keyboard.press('b');
  await expect(page.locator('.page.black')).toBeVisible();
  await page.keyboard.press('b');
  await page.mouse.move(300, 300);
  await page.mouse.move(310, 300);
  await expect(page.locator('.playbar')).toHaveCSS('opacity', '1');
  await page.getByRole('button', { name: 'Leave presenter mode' }).click();
  await expect(page.locator('header button').first()).toBeVisible();
  await page.getByRole('button', { name: 'Presenter mode' }).click();
  await expect(page.locator('header button').first()).toBeHidden();
  await page.keyboard.press('Escape');
  await expect(page.locator('header button').first()).toBeVisible();
  expect(await sentence.evaluate((what) => getComputedStyle(what).fontSize)).toBe(normal);
});

test('on a phone the picture comes first, then the sentence, then the controls; player and button stay in sight', async ({
  page,
}) => {
  await see(page, { width: 360, height: 800 });
  await page.evaluate(() => scrollTo(0, 0));
  const [picture, sentence, controls] = [
    await box(page, 'main'),
    await box(page, '.sentence'),
    await box(page, 'form'),
  ];
  expect(bottomOf(picture)).toBeLessThanOrEqual(sentence.y);
  expect(bottomOf(sentence)).toBeLessThanOrEqual(controls.y);
  await expect(page.locator('.sentence')).toBeInViewport({ ratio: 1 });
  for (const place of [0, 1e5]) {
    await page.evaluate((top) => scrollTo(0, top), place);
    await expect(page.getByRole('button', { name: 'Send random number' })).toBeInViewport({ ratio: 1 });
    await expect(page.getByRole('button', { name: 'Play', exact: true })).toBeInViewport({ ratio: 1 });
  }
});

for (const locale of ['en-US', 'pt-BR'])
  test.describe(locale, () => {
    test.use({ locale });

    test('on a phone, with text of 200 %, nothing makes the page scroll sideways', async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 800 });
      await playBridge(page, tell(plainTrace(), 'replied'));
      await page.goto('/?n=121');
      await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
      await page.getByRole('button', { name: /^(Send|Enviar)$/ }).click();
      await expect(page.getByRole('tablist')).toBeVisible();
      const wider = () =>
        page.evaluate(() =>
          ['html', '.playbar', '.buttons', '.sentence', '.inspector', 'header'].filter((selector) => {
            const element = document.querySelector(selector)!;
            return element.scrollWidth > element.clientWidth;
          }),
        );
      await expect.poll(wider).toEqual([]);
    });
  });

test('on a large screen the text grows, and the reader’s own text size is the least', async ({ page }) => {
  await see(page, { width: 1920, height: 1080 });
  const size = () => page.evaluate(() => Number.parseFloat(getComputedStyle(document.documentElement).fontSize));
  expect(await size()).toBeGreaterThan(18);
  await page.setViewportSize({ width: 360, height: 800 });
  expect(await size()).toBe(16);
});
