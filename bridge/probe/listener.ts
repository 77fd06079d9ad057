import { subscribe } from 'node:diagnostics_channel';
import type { Server, Socket } from 'node:net';
import { peerOf, formatAddress } from './address.ts';
import { Calls } from './calls.ts';
import type { Channel } from './channel.ts';
import { now } from './clock.ts';
import { observe } from './connection.ts';

/** What is known of one listening server. */
interface Listening {
  startedAt: number;
  /** When it could last have begun to wait for a connection. */
  acceptableSince: number;
  address: string;
}

/** Processes that share a channel number their connections apart: 2^22 process ids at most, and a double holds 2^53. */
const CONNECTIONS_PER_PROCESS = 2 ** 30;

/**
 * Tells of every TCP server that this process makes listen, and of every connection that one accepts. Servers on a path
 * (Unix domain sockets) are left alone.
 *
 * Node publishes `net.server.socket` only after the server's own listener has run, too late to see what that did; so this
 * stands in front of it.
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
    channel.tell({ what: 'accept', connection, startedAt, at, peer: peerOf(socket), local: listening.address });
    observe(socket, new Calls(socket, connection, at, channel));
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
    channel.tell({ what: 'listen', startedAt: listening.startedAt, at, address: listening.address });
    // A server that has stopped may listen again.
    const again = listening.acceptableSince > 0;
    listening.acceptableSince = at;
    if (!again) server.prependListener('connection', (socket) => accepted(listening, socket));
  });
}
