/**
 * How evenly the page draws: the time between frames while a saved trace is played at its fastest, and while its picture is
 * scrolled. A screen shows 60 frames a second, so 16.7 ms is as good as it gets; 33 ms is one frame dropped.
 */
import { chromium, type Page } from '@playwright/test';
import { startBridge, stopBridge } from '../../helpers/programs/bridge-process.ts';
import { longTrace } from './long-traces.ts';

const STEPS = [20, 500, 2000];
const SECONDS = 3;
const ROUNDS = 3;
/** Pixels in each frame: a fast scroll. */
const SCROLLED = 60;

/** The milliseconds between the frames of these seconds, with a call of `act` in each frame. */
async function framesWhile(page: Page, act: 'nothing' | 'scroll'): Promise<number[]> {
  return page.evaluate(
    async ({ act, seconds, pixels }) => {
      const scroller = document.querySelector('.scroller')!;
      const began = await new Promise<number>(requestAnimationFrame);
      const frames: number[] = [];
      let direction = 1;
      for (let last = began; last - began < seconds * 1000;) {
        const now = await new Promise<number>(requestAnimationFrame);
        frames.push(now - last);
        last = now;
        if (act === 'nothing') continue;
        const before = scroller.scrollTop;
        scroller.scrollTop += direction * pixels;
        if (scroller.scrollTop === before) direction = -direction;
      }
      return frames;
    },
    { act, seconds: SECONDS, pixels: SCROLLED },
  );
}

/** Returns the milliseconds from the choice of the file until its first step is on show. */
async function open(page: Page, url: string, count: number): Promise<number> {
  const file = {
    name: 'long.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(longTrace(count))),
  };
  await page.goto(url);
  const before = performance.now();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.locator('.player .step').waitFor();
  return performance.now() - before;
}

/** The result of one round. `busy`: milliseconds of work of the page's main thread for each frame. */
interface Round {
  frames: number[];
  busy: number;
}

const quantile = (numbers: readonly number[], q: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(q * (numbers.length - 1))] ?? NaN;

/** The median of the rounds: other programs of this machine disturb some of them. */
function row(name: string, rounds: readonly Round[]): string {
  const median = (of: (round: Round) => number): number => quantile(rounds.map(of), 0.5);
  const cells = [
    median(({ frames }) => quantile(frames, 0.5)).toFixed(1),
    median(({ frames }) => quantile(frames, 0.99)).toFixed(1),
    `${median(({ frames }) => (100 * frames.filter((each) => each > 33.4).length) / frames.length).toFixed(1)} %`,
    median(({ busy }) => busy).toFixed(1),
  ];
  return name.padEnd(44) + cells.map((cell) => cell.padStart(12)).join('');
}

async function measure(
  page: Page,
  act: 'nothing' | 'scroll',
  prepare: (round: number) => Promise<void>,
): Promise<Round[]> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const worked = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  };
  const rounds: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await prepare(round);
    const before = await worked();
    const frames = await framesWhile(page, act);
    rounds.push({ frames, busy: (await worked()) - before });
  }
  return rounds.map(({ frames, busy }) => ({ frames, busy: busy / frames.length }));
}

/** The keys of the player are those of the page, unless something else has the focus. */
async function press(page: Page, ...keys: string[]): Promise<void> {
  await page.locator('main').focus();
  for (const key of keys) await page.keyboard.press(key);
}

const bridge = await startBridge(undefined, ['--wire', 'direct', '--capture', 'off']);
const browser = await chromium.launch({
  executablePath: process.env['APERTO_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
try {
  const heads = ['median ms', 'p99 ms', 'over 33 ms', 'busy ms'];
  console.log(`${'time between frames'.padEnd(44)}${heads.map((head) => head.padStart(12)).join('')}`);
  for (const count of STEPS) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
    const opened = await open(page, bridge.url, count);
    await page.locator('.player select').selectOption('8');
    const scrubber = page.locator('.scrubber input');
    const beats = Number(await scrubber.getAttribute('max'));
    const playing = await measure(page, 'nothing', async (round) => {
      // From the middle, with much above and below. Each round begins further down: what was once played is known.
      await scrubber.fill(String(Math.floor(beats * (0.5 + 0.15 * round))));
      await press(page, 'Space');
    });
    console.log(row(`(e) playing ${count} steps at 8 ×`, playing));
    const scrolling = await measure(page, 'scroll', () => press(page, 'End', 'Home'));
    console.log(row(`(f) scrolling a picture of ${count} steps`, scrolling));
    console.log(`    its file was open after ${opened.toFixed(0)} ms`);
    await page.close();
  }
} finally {
  await browser.close();
  await stopBridge(bridge);
}
