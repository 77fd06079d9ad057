import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface Program {
  child: ChildProcess;
  /** The lines that it has printed so far, on stdout and stderr. */
  out: string[];
  err: string[];
  /** The first line of stdout that matches, now or later. Rejects if the program ends without it. */
  line(pattern: RegExp): Promise<string>;
  /** Exit code or signal name, when it has ended and all its output was read. */
  ended: Promise<number | string>;
}

interface ProgramOptions {
  env?: NodeJS.ProcessEnv;
  stdio?: StdioOptions;
  /** Registers its end; a program of several tests ends otherwise. */
  whenOver?: (end: () => void) => void;
}

/** Starts a Node program, which is killed when the running test is over. */
export function startNode(args: string[], options: ProgramOptions = {}): Program {
  return startProgram(process.execPath, args, options);
}

/** Starts any program in a process group of its own, which is killed when the running test is over. */
export function startProgram(
  file: string,
  args: string[],
  { whenOver = onTestFinished, ...options }: ProgramOptions = {},
): Program {
  const child = spawn(file, args, { stdio: 'pipe', detached: true, ...options });
  whenOver(() => endGroup(child));
  const out: string[] = [];
  const err: string[] = [];
  const waiting = new Set<() => void>();
  createInterface(child.stdout!).on('line', (line) => {
    out.push(line);
    for (const look of waiting) look();
  });
  createInterface(child.stderr!).on('line', (line) => err.push(line));
  const ended = new Promise<number | string>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  );
  const line = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = out.find((text) => pattern.test(text));
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
      void ended.then((how) => reject(new Error(`ended (${how}) without ${pattern}: ${[...out, ...err].join('\n')}`)));
    });
  return { child, out, err, line, ended };
}

function endGroup(child: ChildProcess): void {
  try {
    process.kill(-child.pid!, 'SIGKILL');
  } catch {
    // Everything in it has ended already.
  }
}

/** Whether a process is there. One that has ended, but that its parent has not waited for yet, is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A process's command line; empty if it has ended. Linux only. */
export function commandLineOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/** The port in a line such as `listening on 127.0.0.1:65432`. */
export function portIn(line: string): number {
  return Number(/:(\d+)$/.exec(line)?.[1]);
}
