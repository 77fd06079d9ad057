import { formatAddress, type Address } from '../address.ts';
import type { TcpPacket } from '../packet/packet.ts';
import type { Side } from '../trace/step.ts';

/** Both ends of a connection, and its name: no other has the same ends. */
export interface Ends {
  key: string;
  client: Address;
  server: Address;
}

/** One connection, as the sorter needs to know it. */
export interface Flow<Time> {
  take(from: Side, packet: TcpPacket, time: Time): void;
  /** Another connection between the same ends has begun. */
  replaced(): void;
}

export interface FlowSorterOptions<Time> {
  /** The server's port. */
  port: number;
  /** Whether a server at this IP address is watched. */
  isWatched(host: string): boolean;
  /**
   * The first packet of a connection.
   * @param isWhole whether it is the client's SYN
   * @returns nothing if the connection is not to be followed
   */
  open(ends: Ends, isWhole: boolean, time: Time): Flow<Time> | undefined;
}

interface Entry<Time> {
  flow: Flow<Time>;
  /** The number of its SYN; absent if that was not seen. */
  syn: number | undefined;
  /** The interface on which each side's packets are taken: in a capture on all of them, one packet may cross several. */
  via: Partial<Record<Side, number>>;
}

/** How many connections are remembered that are over, or that are not followed. */
const MOST_IGNORED = 16_384;

/**
 * Sorts the packets of a server's port by connection. It only decides which connection a packet belongs to; it knows neither
 * where packets come from nor what becomes of a connection. A connection that is over, or is not followed, stays so: late
 * packets of it begin nothing, but a new SYN does.
 *
 *     packets ─▶ which side? ─▶ by both ends ─▶ the flow of its connection
 */
export class FlowSorter<Time> {
  readonly #options: FlowSorterOptions<Time>;
  readonly #entries = new Map<string, Entry<Time>>();
  /** By key: the number of the SYN, if it was seen. The oldest first. */
  readonly #ignored = new Map<string, number | undefined>();

  constructor(options: FlowSorterOptions<Time>) {
    this.#options = options;
  }

  /** @param via the number of the interface on which the packet was captured, if that is known */
  take(packet: TcpPacket, via: number | undefined, time: Time): void {
    const { flags, seq } = packet.tcp;
    const sorted = this.#sort(packet);
    if (!sorted) return;
    const { ends, from } = sorted;
    const syn = from === 'client' && flags.includes('SYN') && !flags.includes('ACK') ? seq : undefined;
    const entry = this.#entryFor(ends, syn, flags.includes('RST'), time);
    if (!entry) return;
    if (via !== undefined && (entry.via[from] ??= via) !== via) return;
    entry.flow.take(from, packet, time);
  }

  /** Whether this connection is followed, or is not to be. */
  knows(key: string): boolean {
    return this.#entries.has(key) || this.#ignored.has(key);
  }

  /** A connection became known otherwise than by a packet. Its beginning was not seen. */
  add(key: string, flow: Flow<Time>): void {
    this.#entries.set(key, { flow, syn: undefined, via: {} });
  }

  /** What comes of this connection from now on is ignored. */
  ignore(key: string): void {
    this.#ignore(key, this.#entries.get(key)?.syn);
  }

  /** Nothing is known of this connection any more. */
  forget(key: string): void {
    this.#entries.delete(key);
  }

  #ignore(key: string, syn: number | undefined): void {
    this.#entries.delete(key);
    this.#ignored.delete(key);
    this.#ignored.set(key, syn);
    if (this.#ignored.size > MOST_IGNORED) this.#ignored.delete(this.#ignored.keys().next().value!);
  }

  #entryFor(ends: Ends, syn: number | undefined, isReset: boolean, time: Time): Entry<Time> | undefined {
    const { key } = ends;
    const known = this.#entries.get(key);
    if (known && (syn === undefined || syn === known.syn)) return known;
    if (known) {
      this.#entries.delete(key);
      known.flow.replaced();
    } else if (this.#ignored.has(key) && (syn === undefined || syn === this.#ignored.get(key))) return undefined;
    // A RST answers a segment of a connection that does not exist: it begins none.
    if (isReset) return undefined;
    return this.#open(ends, syn, time);
  }

  #open(ends: Ends, syn: number | undefined, time: Time): Entry<Time> | undefined {
    this.#ignored.delete(ends.key);
    const flow = this.#options.open(ends, syn !== undefined, time);
    if (!flow) {
      this.#ignore(ends.key, syn);
      return undefined;
    }
    const entry = { flow, syn, via: {} };
    this.#entries.set(ends.key, entry);
    return entry;
  }

  #sort({ ip, tcp }: TcpPacket): { ends: Ends; from: Side } | undefined {
    const source = { host: ip.source, port: tcp.sourcePort };
    const destination = { host: ip.destination, port: tcp.destinationPort };
    const toServer = this.#isServer(destination) ? endsOf(source, destination) : undefined;
    const fromServer = this.#isServer(source) ? endsOf(destination, source) : undefined;
    // Both ports may be the server's: then the first SYN has shown which end is the client.
    if (fromServer && (!toServer || this.#entries.has(fromServer.key))) return { ends: fromServer, from: 'server' };
    return toServer && { ends: toServer, from: 'client' };
  }

  #isServer({ host, port }: Address): boolean {
    return port === this.#options.port && this.#options.isWatched(host);
  }
}

export function endsOf(client: Address, server: Address): Ends {
  return { key: `${formatAddress(client)} ${formatAddress(server)}`, client, server };
}
