import { setTimeout as after } from 'node:timers/promises';
import type { Wire } from '../wires/wire.ts';

/** Connections with which a wire is warmed up, one after the other, and the milliseconds that each may take. */
const WARM_UPS = 3;
export const WARM_UP_MS = 500;

/**
 * Plays a few runs that nobody sees, against a listener of the wire's own: the first run of a cold lab is slow, and its
 * kernels may repeat segments. The server program is left alone, because it may serve only one connection.
 * @param play plays a run to a port of the server's host, and resolves with its outcome
 * @returns the outcome of the last one; `replied` if this wire needs none
 */
export async function warmUp(wire: Wire, play: (port: number) => Promise<string>): Promise<string> {
  const opening = wire.openListener?.();
  const listener = await Promise.race([opening, after(WARM_UP_MS, undefined, { ref: false })]);
  if (!listener) {
    void opening?.then((late) => late?.close());
    return 'replied';
  }
  let outcome = 'replied';
  for (let run = 0; run < WARM_UPS && outcome === 'replied'; run += 1) outcome = await play(listener.port);
  listener.close();
  return outcome;
}
