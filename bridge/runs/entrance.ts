import { BridgeError } from '../errors.ts';
import type { Wire } from '../wires/wire.ts';

/** The way to the client's host. */
export interface Entrance {
  /** The command that comes before a program's own. */
  prefix: string[];
  /** Where a program there reaches the server: `host:port`. */
  target: string;
  /** Nobody is there any more. */
  leave(): void;
}

/**
 * @param folder the working directory of the first program
 * @throws BridgeError `ENTER_NEEDS_LAB`
 */
export function entranceTo(wire: Wire, folder: string, target: string): Entrance {
  const prefix = wire.entrance?.('client', folder);
  if (!prefix) throw new BridgeError('ENTER_NEEDS_LAB', 'Only the lab has a host to enter, and the wire is direct.');
  // A connection may be on the wire before it is known which program has opened it: it waits for that a while.
  const expected = wire.carry?.({ zero: 0, owns: () => false, opens: () => {} });
  return { prefix, target, leave: () => expected?.stop() };
}
