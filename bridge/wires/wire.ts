/**
 * What lies between the client and the server. A wire opens the client's connection, plays a script on it, and reports what
 * it sees of the packets. It knows nothing of sessions or pages. What only some wires can do is optional here, so no caller
 * needs a wire's name. To add one: see CONTRIBUTING.md.
 *
 *     Session ─ open ─▶ Wire ─▶ client program ═══ packets ═══▶ server
 *             ◀─ reports, played ─┘
 */
import type { Address } from '../address.ts';
import { BridgeError } from '../errors.ts';
import type { Limits } from '../protocol/limits.ts';
import type { Watch } from '../sources/source.ts';
import type { LinkSettings, WireAction } from '../trace/link.ts';
import type { Sink } from '../trace/report.ts';
import type { Script } from '../trace/script.ts';
import type { Side } from '../trace/step.ts';
import type { SourceStatus, WireName } from '../trace/trace.ts';
import type { Played } from './script-player.ts';

export interface Wire {
  readonly name: WireName;
  /** Where the server listens, as a client on this wire names it. */
  readonly target: Address;
  /**
   * Where the client reaches a server program that listens on these sockets, if not always on `target`: on the address of
   * their version of IP.
   */
  targetFor?(sockets: readonly Address[]): Address;
  /** The IP addresses of the server's host that a connection to `target` reaches. */
  readonly reached: readonly string[];
  /** The sources that belong to this wire. */
  status(): SourceStatus[];
  /**
   * Resolves, never rejects, when a connection may be opened; returns undefined if it may be opened now. Each call must be
   * followed by one `open`.
   */
  ready?(): Promise<void> | undefined;
  /** Opens one TCP connection and plays a script on it. */
  open(run: RunOnWire): ClientRun;
  /** Carries the connections that a program on the client's host makes from now on; only if the wire itself sees any. */
  carry?(program: ProgramOnWire): Carrying;
  /** Resolves when no process of the wire is left. */
  close(): Promise<void>;
  /** Whether it has a link, which can delay, lose and hold packets as a run's settings say. */
  readonly hasLink?: boolean;
  /**
   * The command that starts a program on a host of the wire, to be put before the program's own.
   * @param folder the program's working directory, if not this process's own
   */
  entrance?(side: Side, folder?: string): string[];
  /**
   * Opens a listener of the wire's own on the server's host, so that a connection can be tried without the server program.
   * It answers the first bytes, and closes. Resolves with nothing if it cannot listen.
   */
  openListener?(): Promise<OwnListener | undefined>;
  /** Why packets are not captured and what would help, in one sentence; absent if they are, or are not meant to be. */
  readonly captureAdvice?: string | undefined;
  /** Called when `status` has changed. */
  onChange?: (() => void) | undefined;
  /** Called once if the wire breaks, but not after `close`. */
  onBroken?: (() => void) | undefined;
}

/** Where a client reaches a server program that listens on these sockets. */
export function targetOn(wire: Wire, sockets: readonly Address[] = []): Address {
  return wire.targetFor?.(sockets) ?? wire.target;
}

/** @throws BridgeError `LINK_NEEDS_LAB` */
export function expectLink({ hasLink }: Wire): void {
  if (!hasLink) throw new BridgeError('LINK_NEEDS_LAB', 'Only the lab has a link that can be slowed, broken or held.');
}

export interface OwnListener {
  port: number;
  close(): void;
}

export interface RunOnWire {
  script: Script;
  limits: Pick<Limits, 'replyBytes'>;
  /** Where the server listens. On the direct wire that is always the wire's `target`. */
  host: string;
  port: number;
  /** How the link treats this run's packets, if the wire has one. */
  link?: LinkSettings;
  /**
   * Whether the link leaves a moment between two segments to the server: a source that sees the program only when it looks
   * needs the time.
   */
  paced?: boolean;
  /** Microseconds of the monotonic clock: the run's zero. */
  zero: number;
  sink: Sink;
  /** Called once, when the client's own port is known: before it is connected, and even if it never is. */
  onPort(port: number): void;
}

/** A program on the client's host that makes connections of its own, as the wire needs to know it. */
export interface ProgramOnWire {
  /** How the link treats each of its connections, if the wire has one. */
  link?: LinkSettings;
  /** As in `RunOnWire`. */
  paced?: boolean;
  /** Microseconds of the monotonic clock: the run's zero. */
  zero: number;
  /** Whether the program is known to have a socket with this number; undefined if nobody sees its calls. */
  owns(inode: number): boolean | undefined;
  /**
   * It has sent the SYN of a connection.
   * @param carry to be called once: has the wire carry the connection, and report on it
   */
  opens(opening: Opening, carry: (sink: Sink) => CarriedConnection): void;
}

/** A connection that a program opens. */
export interface Opening {
  port: number;
  serverPort: number;
  /** The kernel's number of the client's socket. */
  inode: number;
  /** When the SYN had been sent: microseconds of the monotonic clock. */
  at: number;
}

/** What the wire does for a connection that it carries. */
export interface CarriedConnection extends Watch {
  /** @throws BridgeError `NOT_HELD` */
  act(segment: string, action: WireAction): void;
  /** Sends all held segments on their way. */
  letGo(): void;
}

/** Ends when the program has ended, and its connections are over. */
export interface Carrying {
  stop(): void;
}

/** A client program at work on a wire. */
export interface ClientRun {
  /** Resolves, never rejects, once the client has closed. */
  readonly played: Promise<Played>;
  /** Ends the connection with a RST; `played` follows. */
  abort(): void;
  /**
   * Delivers, drops or duplicates a segment that the link holds; absent if there is no link.
   * @throws BridgeError `NOT_HELD`
   */
  act?(segment: string, action: WireAction): void;
  /** What the wire itself sees of the connection. */
  readonly watch?: Watch;
  /** What the wire saw of this run, if that may be less than the wire's own `status` says. */
  status?(): SourceStatus[];
}
