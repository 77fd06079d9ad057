/**
 * How evenly the page draws: the time between frames while a saved trace is played at its fastest, and while its picture is
 * scrolled. A screen shows 60 frames a second, so 16.7 ms is as good as it gets; 33 ms is one frame dropped.
 */
import { chromium, type Page } from '@playwright/test';
import { startBridge, stopBridge } from '../../helpers/bridge-process.ts';
import { longTrace } from './long-traces.ts';

const STEPS = [20, 500, 2000];
const SECONDS = 5;
/** Pixels in each frame: a fast hand. */
const SCROLLED = 60;

/** Milliseconds between the frames of so many seconds; in each of them `act` is done. */
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

async function open(page: Page, url: string, count: number): Promise<void> {
  const file = {
    name: 'long.json',
    mimeType: 'application/json',
    buffer: Buffer.from(JSON.stringify(longTrace(count))),
  };
  await page.goto(url);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.locator('.step', { hasText: `of ${count}` }).waitFor();
}

function row(name: string, frames: readonly number[]): string {
  const sorted = [...frames].sort((a, b) => a - b);
  const quantile = (q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;
  const dropped = frames.filter((each) => each > 33).length;
  const cells = [
    quantile(0.5).toFixed(1),
    quantile(0.99).toFixed(1),
    quantile(1).toFixed(1),
    `${dropped}/${frames.length}`,
  ];
  return name.padEnd(44) + cells.map((cell) => cell.padStart(12)).join('');
}

const bridge = await startBridge(undefined, ['--wire', 'direct', '--capture', 'off']);
const browser = await chromium.launch({
  executablePath: process.env['APERTO_CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--disable-gpu', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
});
try {
  const heads = ['median ms', 'p99 ms', 'longest ms', 'over 33 ms'];
  console.log(`${'time between frames'.padEnd(44)}${heads.map((head) => head.padStart(12)).join('')}`);
  for (const count of STEPS) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US' });
    await open(page, bridge.url, count);
    await page.locator('.player select').selectOption('8');
    await page.locator('main').focus();
    // From the middle, where much lies above and below; a short run begins anew when it has ended.
    await page.keyboard.press('Space');
    await page.locator('.player input').fill(String(Math.floor(count / 2)));
    await page.locator('main').focus();
    await page.keyboard.press('Space');
    console.log(row(`(e) playing ${count} steps at 8 ×`, await framesWhile(page, 'nothing')));
    await page.locator('main').focus();
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    console.log(row(`(f) scrolling a picture of ${count} steps`, await framesWhile(page, 'scroll')));
    await page.close();
  }
} finally {
  await browser.close();
  await stopBridge(bridge);
}
