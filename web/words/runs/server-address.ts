import { printable } from '../../../bridge/trace/printable.ts';
import type { ConnectionFacts } from '../../reading/connection-facts.ts';
import type { Run } from '../../runs/run.svelte.ts';

/**
 * The server's address at the head of the picture. A scenario's own server has a port of its own, which nobody knows
 * before the client connects.
 * @param fallback the address of the bridge's server, for when there is no run
 */
export function serverAddress(run: Run | undefined, facts: ConnectionFacts, fallback = ''): string {
  if (facts.serverAddress !== undefined) return facts.serverAddress;
  if (run?.begun.server) return '';
  return printable(run?.begun.target ?? fallback);
}
