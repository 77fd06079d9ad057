import { freePort } from '../helpers/free-port.ts';
import { serverListens, startBridge, stopBridge } from '../helpers/programs/bridge-process.ts';
import { DIRECT, expect, test } from './bridge.ts';
import { sendNumber, spoken } from './page.ts';

test('the bridge ends under an open page and is started again: the page says so, comes back by itself, and sends', async ({
  page,
}) => {
  const options = ['--http', `127.0.0.1:${await freePort()}`, ...DIRECT];
  const first = await startBridge(undefined, options);
  await serverListens(first);
  await page.goto(first.url);
  await sendNumber(page, '121');
  await expect(spoken(page)).toHaveText('Run 1: The server replied ÍMPAR.');
  await stopBridge(first);
  await expect(page.getByText('The bridge is gone.')).toBeVisible();

  const second = await startBridge(undefined, options);
  try {
    await expect(page.getByText('The bridge is gone.')).toBeHidden();
    await serverListens(second);
    await sendNumber(page, '8');
    await expect(spoken(page)).toHaveText('Run 2: The server replied PAR.');
  } finally {
    await stopBridge(second);
  }
});
