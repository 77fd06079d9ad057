import { spawnSync } from 'node:child_process';

/**
 * Remembers how the terminal of standard input is set (stty(1)).
 * @returns a function that sets it so again: a shell that was killed has left it as its line editor needs it
 */
export function terminalSettings(): () => void {
  if (!process.stdin.isTTY) return () => {};
  const { stdout } = stty(['-g']);
  const settings = stdout?.toString().trim();
  return () => void (settings && stty([settings]));
}

function stty(args: readonly string[]) {
  return spawnSync('stty', args, { stdio: ['inherit', 'pipe', 'ignore'] });
}
