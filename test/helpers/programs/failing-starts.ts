import { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';

/** Why a program may not be started: no descriptor, no process, no such file, no memory. */
export const START_FAILURES = ['EMFILE', 'EAGAIN', 'ENOENT', 'ENOMEM'] as const;
export type StartFailure = (typeof START_FAILURES)[number];

interface Spawning {
  spawn(options: { file: string; args?: string[] }): number;
}

/** What Node asks its event loop to start a program: here a failure looks exactly as the kernel's does. */
const handle = Object.getPrototypeOf((new ChildProcess() as unknown as { _handle: object })._handle) as Spawning;

/** While this is in force, every program whose command line fits fails to start with the given error. */
export class FailingStarts {
  /** How many starts have failed. */
  count = 0;
  readonly #spawn = handle.spawn;

  constructor(code: StartFailure, fits: RegExp) {
    const { count, real } = { count: () => (this.count += 1), real: this.#spawn };
    handle.spawn = function (this: Spawning, options) {
      if (!fits.test([options.file, ...(options.args ?? [])].join(' '))) return real.call(this, options);
      count();
      return -constants.errno[code];
    };
  }

  end(): void {
    handle.spawn = this.#spawn;
  }
}
