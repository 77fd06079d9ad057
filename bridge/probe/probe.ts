/**
 * Runs inside an unchanged Node server (`node --import probe.js server.js`) and tells the bridge what its sockets do.
 * Without a bridge that waits for it as this process's parent, it does nothing at all.
 */
import { isMainThread } from 'node:worker_threads';
import { Channel, isChannel } from './channel.ts';
import { restoreEnvironment } from './environment.ts';
import { observeServers } from './listener.ts';
import { PROBE_DESCRIPTOR, PROBE_VARIABLE } from './report.ts';

// The parent, and not just any bridge: the server's children inherit its environment, but not what it reports on.
if (isMainThread && process.env[PROBE_VARIABLE] === String(process.ppid) && isChannel(PROBE_DESCRIPTOR)) {
  restoreEnvironment(process.env, import.meta.url);
  const channel = new Channel(PROBE_DESCRIPTOR);
  channel.tell({ what: 'probe', pid: process.pid });
  observeServers(channel);
}
