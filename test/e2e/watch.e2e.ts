import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Hello } from '../../bridge/protocol/messages.ts';
import { startWatchingBridge, stopBridge } from '../helpers/programs/bridge-process.ts';
import { PYTHON } from '../helpers/programs/python.ts';
import { expect, test } from './bridge.ts';
import { spoken } from './page.ts';

test('a Python pair that runs outside: its connection appears by itself, captured', async ({ page }) => {
  test.skip(!PYTHON, 'python3 is not installed');
  const programs: ChildProcess[] = [];
  const python = (...args: string[]): ChildProcess => {
    const child = spawn(PYTHON!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    programs.push(child);
    return child;
  };
  const server = python('test/fixtures/pair/serves.py');
  const [line] = (await once(server.stdout!, 'data')) as [Buffer];
  const port = line.toString().trim();
  const bridge = await startWatchingBridge(port);
  try {
    const { sources } = (await (await fetch(new URL('/health', bridge.url))).json()) as Hello;
    test.skip(!sources.find(({ name }) => name === 'capture')?.active, 'tcpdump may not capture here');
    await page.goto(bridge.url);
    await expect(page.getByText(`Aperto watches 127.0.0.1:${port}`)).toBeVisible();
    const client = python('test/fixtures/pair/holds.py', '127.0.0.1', port);
    await expect(page.locator('.runs')).toContainText(/holds\.py|127\.0\.0\.1:\d+/);
    const drawn = page.locator('.picture .segment');
    await expect(drawn.first()).toBeVisible();
    await expect(page.getByRole('button', { name: 'Give up this run' })).toHaveCount(0);
    client.stdin!.end('\n');
    await expect(spoken(page)).toContainText('Run 1: The server replied');
    await expect(drawn.and(page.locator('.inferred'))).toHaveCount(0);
  } finally {
    await stopBridge(bridge);
    for (const program of programs) program.kill();
  }
});
