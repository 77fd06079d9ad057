import { BridgeError } from '../errors.ts';
import type { ServerProgram } from './server-program.ts';

export interface Control {
  /** Whether pages may start and stop the program at all. */
  mayControl: boolean;
  /** Resolves when the program may be started. */
  ready(): Promise<void>;
  /** @throws BridgeError `SHUTTING_DOWN` */
  expectOpen(): void;
  /** Gets what goes wrong later: BridgeError `SERVER_RUNNING`, `SERVER_NOT_STARTED`, `SHUTTING_DOWN`. */
  complain(error: unknown): void;
}

/**
 * Starts or stops the server program for a page.
 * @throws BridgeError `CONTROL_NOT_ALLOWED`, `SERVER_NOT_OWNED`, `SERVER_NOT_RUNNING`, `SHUTTING_DOWN`
 */
export function controlProgram(action: 'start' | 'stop', program: ServerProgram | undefined, control: Control): void {
  const { mayControl, expectOpen, complain } = control;
  if (!mayControl)
    throw new BridgeError('CONTROL_NOT_ALLOWED', 'Pages may not start or stop the server: see --allow-control.');
  if (!program)
    throw new BridgeError('SERVER_NOT_OWNED', 'The server was not started by this bridge: it cannot start or stop it.');
  expectOpen();
  if (action === 'start') return void start(program, control).catch(complain);
  if (program.status().pid === undefined)
    throw new BridgeError('SERVER_NOT_RUNNING', 'The server program is not running.');
  program.stop(true).catch(complain);
}

async function start(program: ServerProgram, { ready, expectOpen }: Control): Promise<void> {
  await ready();
  expectOpen();
  program.start();
  await program.launched();
}
