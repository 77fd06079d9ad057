import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';

/** Python itself, or undefined if there is none: `python3` may be a script that looks for it, and takes long under a tracer. */
export const PYTHON: string | undefined =
  spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() || undefined;

// Programs that tests start by the name `python3` then find Python at once.
if (PYTHON) process.env['PATH'] = `${dirname(PYTHON)}:${process.env['PATH'] ?? ''}`;
