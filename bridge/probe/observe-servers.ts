import { subscribe } from 'node:diagnostics_channel';
import type { Server, Socket } from 'node:net';
import { peerOf, formatAddress } from './peer-address.ts';
import type { Channel } from './channel.ts';
import { now } from './clock.ts';
import { ConnectionCalls } from './connection-calls.ts';
import { observeSocket } from './observe-socket.ts';

/** What the probe knows of a listening server. */
interface Listening {
  startedAt: number;
  /** Since when it may have waited for a connection. */
  acceptableSince: number;
  address: string;
}

/** Processes that share a channel use different numbers: there are at most 2^22 process ids, and a double holds 2^53. */
const CONNECTIONS_PER_PROCESS = 2 ** 30;

/**
 * Reports every TCP server of this process that listens, and every connection that it accepts. Servers on a path (Unix
 * domain sockets) are left alone.
 *
 * Node publishes `net.server.socket` after the server's own listener has run, too late to see what the listener did. So
 * this puts a listener in front of it.
 */
export function observeServers(channel: Channel): void {
  const servers = new WeakMap<Server, Listening>();
  let connections = process.pid * CONNECTIONS_PER_PROCESS;

  const accepted = (listening: Listening, socket: Socket) => {
    if (!channel.open) return;
    const connection = ++connections;
    const startedAt = listening.acceptableSince;
    const at = now();
    listening.acceptableSince = at;
    channel.send({ what: 'accept', connection, startedAt, at, peer: peerOf(socket), local: listening.address });
    observeSocket(socket, new ConnectionCalls(socket, connection, at, channel));
  };

  subscribe('tracing:net.server.listen:asyncStart', (message) => {
    const { server } = message as { server: Server };
    const known = servers.get(server);
    if (known) known.startedAt = now();
    else servers.set(server, { startedAt: now(), acceptableSince: 0, address: '' });
  });

  subscribe('tracing:net.server.listen:asyncEnd', (message) => {
    const { server } = message as { server: Server };
    const address = server.address();
    const listening = servers.get(server);
    if (listening === undefined || address === null || typeof address === 'string') return;
    const at = now();
    listening.address = formatAddress(address.address, address.port);
    channel.send({ what: 'listen', startedAt: listening.startedAt, at, address: listening.address });
    // The server may have listened before, and stopped.
    const again = listening.acceptableSince > 0;
    listening.acceptableSince = at;
    if (!again) server.prependListener('connection', (socket) => accepted(listening, socket));
  });
}
