/**
 * Runs inside an unchanged Node server (`node --import probe.js server.js`) and tells the bridge what its sockets do.
 * Without a bridge at the other end of descriptor 3, it does nothing at all.
 */
import { isMainThread } from 'node:worker_threads';
import { Channel, isChannel } from './channel.ts';
import { restoreEnvironment } from './environment.ts';
import { observeServers } from './listener.ts';
import { PROBE_DESCRIPTOR, PROBE_VARIABLE } from './report.ts';

// The bridge need not be the parent: a shell may stand between. The server's own children are told nothing, and Node
// closes descriptor 3 for them.
if (isMainThread && process.env[PROBE_VARIABLE] !== undefined && isChannel(PROBE_DESCRIPTOR)) {
  restoreEnvironment(process.env, import.meta.url);
  const channel = new Channel(PROBE_DESCRIPTOR);
  channel.tell({ what: 'probe', pid: process.pid });
  observeServers(channel);
}
