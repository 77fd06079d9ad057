/**
 * The probe runs inside an unchanged Node server (`node --import probe.js server.js`) and reports to the bridge what its
 * sockets do. The server must not notice it: it wraps and never listens, throws nothing, keeps no process alive. It knows
 * nothing of the bridge but a descriptor; without a bridge at its other end, it does nothing at all.
 *
 *     server's sockets ─ wrapped ─▶ calls ─▶ reports ─▶ one JSON object a line, on descriptor 3 ─▶ bridge
 */
import { isMainThread } from 'node:worker_threads';
import { Channel, isChannel } from './channel.ts';
import { restoreEnvironment } from './restore-environment.ts';
import { observeServers } from './observe-servers.ts';
import { PROBE_DESCRIPTOR, PROBE_VARIABLE } from './report.ts';

// A variable, because the bridge need not be the parent: a shell may be in between. The server's own children get neither
// the variable nor descriptor 3, which Node closes for them.
if (isMainThread && process.env[PROBE_VARIABLE] !== undefined && isChannel(PROBE_DESCRIPTOR)) {
  restoreEnvironment(process.env, import.meta.url);
  const channel = new Channel(PROBE_DESCRIPTOR);
  channel.send({ what: 'probe', pid: process.pid });
  observeServers(channel);
}
