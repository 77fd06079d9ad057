import type { Page } from '@playwright/test';
import type { Outcome } from '../../bridge/trace/trace.ts';
import type { Step } from '../../bridge/trace/step.ts';
import { labTrace, troubledTrace } from '../web/fixtures/lab-traces.ts';
import {
  hello,
  longTrace,
  plainTrace,
  refusedTrace,
  resetTrace,
  silentTrace,
  timeoutTrace,
} from '../web/fixtures/traces.ts';
import { expect, test } from './bridge.ts';
import { placesIn, playBridge, sendNumber, spoken, tell, violations } from './page.ts';

/** Each width, and each scheme of colours. */
const LOOKS = [
  { width: 1280, colorScheme: 'light' },
  { width: 360, colorScheme: 'dark' },
] as const;

async function expectAccessible(page: Page) {
  for (const { width, colorScheme } of LOOKS) {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    expect({ width, colorScheme, found: await violations(page) }).toEqual({ width, colorScheme, found: [] });
  }
}

/** A run that is over, and whole. */
async function see(page: Page, steps: Step[], outcome?: Outcome) {
  await playBridge(page, tell(steps, outcome));
  await page.goto('/');
  await sendAndSee(page, 1, outcome);
}

async function sendAndSee(page: Page, run: number, outcome?: Outcome) {
  await sendNumber(page, '121');
  if (outcome) await expect(spoken(page)).toHaveText(new RegExp(`^Run ${run}:`));
  else await expect(page.getByText('live', { exact: true })).toBeVisible();
  await page.locator('main').focus();
  await page.keyboard.press('End');
}

/** How a run looks when it ended so, or has not ended. */
const ENDINGS: [name: string, steps: Step[], outcome?: Outcome][] = [
  ['done', labTrace(), 'replied'],
  ['refused', refusedTrace(), 'refused'],
  ['reset', resetTrace(), 'reset'],
  ['silent', silentTrace(), 'silent'],
  ['timed out', timeoutTrace(), 'timeout'],
  ['lossy', troubledTrace(), 'replied'],
  ['live', timeoutTrace()],
];

const STATES: Record<string, (page: Page) => Promise<void>> = {
  'before the first run': async (page) => {
    await page.goto('/');
    await expect(page.getByText('server listening')).toBeVisible();
    await expect(page.locator('[data-card]')).toHaveCount(28);
  },
  playing: async (page) => {
    await see(page, plainTrace(), 'replied');
    await page.locator('.player select').selectOption('0.25');
    await page.locator('main').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await expect(page.getByRole('button', { name: 'Pause' })).toBeVisible();
  },
  'five hundred steps': (page) => see(page, longTrace(500), 'replied'),
  'server stopped': async (page) => {
    await playBridge(page, () => {}, hello({ state: 'stopped' }));
    await page.goto('/');
    await expect(page.getByText('A connection now would be refused')).toBeVisible();
  },
  'server exited': async (page) => {
    const output = [{ stream: 'stderr', line: 'Address already in use' }] as const;
    await playBridge(page, () => {}, hello({ state: 'exited', exitCode: 1, output: [...output] }));
    await page.goto('/');
    await expect(page.getByText('with exit code 1')).toBeVisible();
  },
  'bridge gone, with a complaint': async (page) => {
    const bridge = await playBridge(page, tell(timeoutTrace()));
    await page.goto('/');
    await sendNumber(page, '121');
    await expect(page.getByText('live', { exact: true })).toBeVisible();
    bridge.say({ type: 'error', code: 'TOO_MANY_MESSAGES', message: 'Too many.' });
    await expect(page.getByText('too fast for the bridge')).toBeVisible();
    await bridge.leave();
    await expect(page.getByText('The bridge is gone')).toBeVisible();
  },
  'many runs': async (page) => {
    await playBridge(page, tell(plainTrace(), 'replied'));
    await page.goto('/');
    await sendNumber(page, '121');
    // The code that keeps runs is loaded with the first run: it may come later than the words.
    await page.waitForFunction(() => sessionStorage.getItem('aperto-run-1') !== null);
    await page.evaluate(() => {
      const kept = sessionStorage.getItem('aperto-run-1')!;
      for (let run = 2; run <= 40; run++) sessionStorage.setItem(`aperto-run-${run}`, kept);
    });
    await page.reload();
    await page.getByRole('button', { name: /^#40 / }).click();
    await page.getByRole('button', { name: 'Delete all' }).click();
    await expect(page.getByRole('button', { name: 'Delete 40 runs?' })).toBeVisible();
  },
  'a script with wrong lines, and a scenario': async (page) => {
    await playBridge(page, () => {}, hello({}, { wire: 'lab' }));
    await page.goto('/?scenario=split&server=dies&delay=20&do=text+olá%5Cn&do=hex+0&do=wait+9&do=close&do=recv&do=x');
    await expect(page.getByText('2 lines are not right yet.')).toBeVisible();
    await expect(page.getByRole('heading', { name: 'A split number' })).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('do=x');
  },
  comparison: async (page) => {
    let count = 0;
    await playBridge(page, (message, say) => {
      if (message.type === 'run') tell((count += 1) === 1 ? labTrace() : troubledTrace(), 'replied')(message, say);
    });
    await page.goto('/');
    for (const run of [1, 2]) {
      await sendNumber(page, '121');
      await expect(spoken(page)).toHaveText(new RegExp(`^Run ${run}:`));
    }
    await page.getByRole('button', { name: 'Compare two' }).click();
    await expect(page.getByRole('dialog').locator('.stripe').first()).toBeVisible();
  },
  'comparison as a table': async (page) => {
    await STATES['comparison']!(page);
    await page.getByRole('button', { name: 'as a table' }).click();
    await expect(page.getByRole('dialog').locator('.alone').first()).toBeVisible();
  },
};

for (const [name, reach] of Object.entries(STATES))
  test(`accessible: ${name}`, async ({ page }) => {
    await reach(page);
    await expectAccessible(page);
  });

test('accessible: every way in which a run ends', async ({ page }) => {
  let sent = 0;
  await playBridge(page, (message, say) => {
    if (message.type !== 'run') return;
    const [, steps, outcome] = ENDINGS[sent++]!;
    tell(steps, outcome)(message, say);
  });
  await page.goto('/');
  for (const [index, [name, , outcome]] of ENDINGS.entries())
    await test.step(name, async () => {
      await sendAndSee(page, index + 1, outcome);
      await expectAccessible(page);
    });
});

test('accessible: the steps of a run', async ({ page }) => {
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('Home');
  for (let step = 0; step < 12; step++) {
    await page.keyboard.press('ArrowRight');
    if (step % 3 === 0) expect(await violations(page)).toEqual([]);
  }
});

test('the trace is a list in the order of time, and the outcome is spoken', async ({ page }) => {
  await see(page, troubledTrace(), 'timeout');
  const items = page.getByRole('region', { name: 'The steps in the order of time' }).getByRole('listitem');
  await expect(items).toHaveCount(placesIn(troubledTrace(), false));
  await expect(items.first()).toHaveText(/^\s*0\sµs: The client program asked its kernel for a TCP socket/);
  const status = page.getByRole('status').filter({ hasText: 'Run 1' });
  await expect(status).toHaveText(/^Run 1: Timed out/);
});

test('no text is smaller than 12 pixels', async ({ page }) => {
  await page.goto('/');
  await sendNumber(page, '121');
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter((element) =>
        [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent!.trim() !== ''),
      )
      .map((element) => Number.parseFloat(getComputedStyle(element).fontSize)),
  );
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(12);
});
