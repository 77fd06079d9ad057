import type { Address } from '../address.ts';
import { BridgeError } from '../errors.ts';
import type { Limits } from '../protocol/messages.ts';
import type { Watch } from '../sources/source.ts';
import type { LinkSettings, WireAction } from '../trace/link.ts';
import type { Sink } from '../trace/report.ts';
import type { Script } from '../trace/script.ts';
import type { SourceStatus, WireName } from '../trace/trace.ts';
import type { Played } from './script-player.ts';

/**
 * What lies between the client and the server. A wire opens the client's connection, plays a script on it, and reports what
 * it sees of the packets. It knows nothing of sessions or pages; what only some wires can do is optional here, so that
 * nobody asks for a wire's name. To add one: see CONTRIBUTING.md.
 *
 *     Session ─ open ─▶ Wire ─▶ client program ═══ packets ═══▶ server
 *             ◀─ reports, played ─┘
 */
export interface Wire {
  readonly name: WireName;
  /** Where the server listens, as a client on this wire names it. */
  readonly target: Address;
  /** The sources that belong to this wire. */
  status(): SourceStatus[];
  /**
   * Resolves, never rejects, when a connection may be opened; returns undefined if it may be opened now. One `open`
   * follows each call.
   */
  ready?(): Promise<void> | undefined;
  /** Opens one TCP connection and plays a script on it. */
  open(run: RunOnWire): ClientRun;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
  /** Whether it has a link, which treats packets as it is told and can hold them. */
  readonly hasLink?: boolean;
  /** The command that starts a program on the server's host, to be put before the program's own. */
  entrance?(): string[];
  /** In one sentence: what would have the packets captured; absent if they are, or are not meant to be. */
  readonly captureAdvice?: string | undefined;
  /** Called when `status` has changed. */
  onChange?: (() => void) | undefined;
  /** Called once, if the wire can be used no more, and not for `close`. */
  onBroken?: (() => void) | undefined;
}

/** @throws BridgeError `LINK_NEEDS_LAB` */
export function expectLink({ hasLink }: Wire): void {
  if (!hasLink) throw new BridgeError('LINK_NEEDS_LAB', 'Only the lab has a link that can be slowed, broken or held.');
}

export interface RunOnWire {
  script: Script;
  limits: Pick<Limits, 'replyBytes'>;
  /** The port on which the server listens, if not that of the wire's `target`; only in the lab. */
  port?: number;
  /** How the link treats this run's packets, if the wire has one. */
  link?: LinkSettings;
  /**
   * Whether the server program is seen only by looking at it now and then. The link then leaves a moment between two
   * segments.
   */
  unhurried?: boolean;
  /** Microseconds of the monotonic clock: the run's zero. */
  zero: number;
  sink: Sink;
  /** Called once, when the client's own port is known: before it is connected, and even if it never is. */
  onPort(port: number): void;
}

/** A client program at work on a wire. */
export interface ClientRun {
  /** Resolves, never rejects, once the client has closed. */
  readonly played: Promise<Played>;
  /** Ends the connection with a RST; `played` follows. */
  abort(): void;
  /**
   * Does something with a segment that the link holds; absent if there is no link.
   * @throws BridgeError `NOT_HELD`
   */
  act?(segment: string, action: WireAction): void;
  /** What the wire itself sees of the connection. */
  readonly watch?: Watch;
  /** What the wire saw of this run, if that may be less than the wire's own `status` says. */
  status?(): SourceStatus[];
}
