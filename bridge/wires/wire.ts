import type { Address } from '../address.ts';
import type { Limits } from '../protocol/messages.ts';
import type { Watch } from '../sources/source.ts';
import type { LinkSettings, WireAction } from '../trace/link.ts';
import type { SourceStatus } from '../trace/trace.ts';
import type { Sink } from '../trace/report.ts';
import type { Script } from '../trace/script.ts';
import type { Played } from './script-player.ts';

/** What lies between the client and the server, and who opens the client's connection on it. */
export interface Wire {
  readonly name: 'direct' | 'lab';
  /** Where the server listens, as a client on this wire names it. */
  readonly target: Address;
  /** What this wire itself sees of a connection, without the sources beside it. */
  status(): SourceStatus[];
  /**
   * Resolves, never rejects, when a connection may be opened; answers nothing where that is so already. Each is followed
   * by one `open`.
   */
  ready?(): Promise<void> | undefined;
  /** Opens one TCP connection and plays a script on it. */
  open(run: RunOnWire): ClientRun;
  /** Resolves when nothing of it is left. */
  close(): Promise<void>;
}

export interface RunOnWire {
  script: Script;
  limits: Pick<Limits, 'replyBytes'>;
  /** Where the server listens, where that is not the wire's `target`; only in the lab. */
  port?: number;
  /** How the link treats this run's packets; only the lab has one. */
  link?: LinkSettings;
  /**
   * Whether the server's program is seen only by looking at it now and then: the link then leaves it a moment between two
   * segments.
   */
  unhurried?: boolean;
  /** Microseconds of the monotonic clock: the run's zero. */
  zero: number;
  sink: Sink;
  /** Called once, as soon as the client's own port is known: before it is connected, and also where it never is. */
  onPort(port: number): void;
}

/** A client program at work on a wire. */
export interface ClientRun {
  /** Resolves, never rejects, once the client has closed. */
  readonly played: Promise<Played>;
  /** Ends the connection with a RST; `played` follows. */
  abort(): void;
  /**
   * Does something with a segment that the link holds; only where there is a link.
   * @throws BridgeError `NOT_HELD`
   */
  act?(segment: string, action: WireAction): void;
  /** What the wire itself sees of the connection. */
  readonly watch?: Watch;
  /** What the wire saw of this very run, where that may be less than the wire's own `status` says. */
  status?(): SourceStatus[];
}
