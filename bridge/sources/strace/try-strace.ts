import { spawnSync } from 'node:child_process';

/** Milliseconds in which strace must have shown that it can be used. */
const TRIAL_MS = 2000;

/**
 * Tries strace on a program that does nothing.
 * @param prefix what comes before a command, to run it on another host
 * @returns why strace cannot be used; nothing if it can
 */
export function tryStrace(prefix: readonly string[]): 'STRACE_NOT_INSTALLED' | 'STRACE_NOT_PERMITTED' | undefined {
  if (spawnSync('strace', ['-V'], { stdio: 'ignore' }).error) return 'STRACE_NOT_INSTALLED';
  const [file, ...args] = [...prefix, 'strace', '-f', '-yy', '-o', '/dev/null', '-e', 'trace=close', 'true'];
  return spawnSync(file!, args, { stdio: 'ignore', timeout: TRIAL_MS }).status === 0
    ? undefined
    : 'STRACE_NOT_PERMITTED';
}
