import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page, type WebSocketRoute } from '@playwright/test';
import { done, hello } from '../web/fixtures/traces.ts';
import type { BridgeMessage, Hello, PageMessage } from '../../bridge/protocol/messages.ts';
import type { Outcome } from '../../bridge/trace/trace.ts';
import { inTimeOrder, type Step } from '../../bridge/trace/step.ts';
import { beatsOf } from '../../web/playback/beats.ts';
import { momentsOf } from '../../web/reading/moments.ts';

/** What a student looks for on the page, in the page's words. */

export async function sendNumber(page: Page, number: string): Promise<void> {
  await page.getByLabel('or your own number').fill(number);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** The card of a scenario, by its name; `A lost SYN (done)` once a run has shown it. */
export function card(page: Page, name: string) {
  return page.locator('[data-card]').and(page.getByRole('button', { name, exact: true }));
}

/** The sentence on how the run ended, which screen readers speak. */
export function spoken(page: Page) {
  return page.locator('[data-outcome]');
}

/** Sends what the page has, in either language, and checks the last step of the run at each width. */
export async function atEveryWidth(page: Page, check: (width: number) => Promise<void>): Promise<void> {
  await page.getByRole('button', { name: /^(Send|Enviar)$/ }).click();
  await expect(spoken(page)).not.toBeEmpty();
  await page.locator('main').focus();
  await page.keyboard.press('End');
  // What comes with the first run is loaded a little later.
  for (const part of ['.tab-panel', '.state-map']) await expect(page.locator(part).first()).toBeVisible();
  for (const width of [1920, 1280, 768, 360])
    await test.step(`${width} px`, async () => {
      await page.setViewportSize({ width, height: 800 });
      await check(width);
    });
}

/** Arrows that are drawn in full, by the words on them. */
export function segments(page: Page, words?: string) {
  const all = page.locator('.picture .segment:not(.ghost)');
  return words === undefined ? all : all.filter({ has: page.locator('text', { hasText: words }) });
}

/** A bridge that a test plays, for pictures that a healthy machine does not give. */
export async function playBridge(
  page: Page,
  answer: (message: PageMessage, say: (message: BridgeMessage) => void) => void,
  greeting: Hello = hello(),
) {
  const sockets: WebSocketRoute[] = [];
  let isGone = false;
  await page.routeWebSocket('**/ws', (socket) => {
    if (isGone) return void socket.close();
    sockets.push(socket);
    const say = (message: BridgeMessage) => socket.send(JSON.stringify(message));
    say(greeting);
    socket.onMessage((text) => answer(JSON.parse(String(text)) as PageMessage, say));
  });
  return {
    say: (message: BridgeMessage) => sockets.at(-1)!.send(JSON.stringify(message)),
    async leave() {
      isGone = true;
      for (const socket of sockets) await socket.close();
    },
    comeBack: () => (isGone = false),
  };
}

/** How many places the cursor of the player has in a run with these steps; the last one is its end, if it is over. */
export function placesIn(steps: readonly Step[], isOver = true): number {
  return beatsOf(momentsOf(inTimeOrder([...steps])), isOver).length;
}

/** Answers every run with these steps, and ends it if there is an outcome. */
export function tell(steps: Step[], outcome?: Outcome) {
  return (message: PageMessage, say: (message: BridgeMessage) => void) => {
    if (message.type !== 'run') return;
    say({ type: 'steps', id: message.id, steps });
    if (outcome) say(done(message.id, outcome));
  };
}

/**
 * What axe finds wrong for people with disabilities. The page has no frames, for which axe would open another page.
 * Axe is large, and a document that has it keeps it; of what is right, nobody reads a report.
 */
export async function violations(page: Page) {
  const isThere = await page.evaluate(() => 'axe' in globalThis);
  const { violations: found } = await new AxeBuilder({ page, ...(isThere && { axeSource: ';' }) })
    .setLegacyMode()
    .options({ resultTypes: ['violations'] })
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
}
