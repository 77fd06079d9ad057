import type { Limits } from '../../protocol/limits.ts';
import type { Report } from '../../trace/report.ts';
import type { Script } from '../../trace/script.ts';
import type { Side, TcpState } from '../../trace/step.ts';
import type { Played } from '../script-player.ts';

/** The host's descriptor for the stream to the bridge. */
export const HOST_DESCRIPTOR = 3;

/** What the bridge asks of a host. */
export type ToHost =
  | {
      type: 'play';
      run: number;
      localPort: number;
      target: { host: string; port: number };
      script: Script;
      limits: Pick<Limits, 'replyBytes'>;
      zero: number;
      socket: SocketSettings;
    }
  | { type: 'abort'; run: number }
  /** Open a listener of the host's own, or close it. */
  | { type: 'listen'; host: string; port: number }
  | { type: 'unlisten' };

/** Options of the client's socket that Node cannot set. */
export interface SocketSettings {
  /** Bytes of the largest segment that the client offers to receive, and sends. */
  maxSegment?: number;
  /** Whether its kernel keeps repeating the SYN, because the viewer may hold it for long. */
  patient?: boolean;
}

/** What a host reports to the bridge. */
export type FromHost =
  | { type: 'ready'; hasIpv6: boolean }
  /** The host cannot work: what failed, and the errno name. */
  | { type: 'failed'; what: 'tun' | 'interface' | 'settings' | 'states'; code: string; message: string }
  | { type: 'report'; run: number; report: Report }
  | { type: 'played'; run: number; played: Played }
  /** Whether the host's own listener could be opened. */
  | { type: 'listening'; listens: boolean }
  /** The kernel's state of a connection, after each packet that the kernel sent or got. */
  | ({ type: 'state' } & StateOfPort);

/** What a kernel said of one connection. */
export interface KernelState {
  /** CLOSED if the kernel knows no such connection. */
  state: TcpState;
  /** Milliseconds until a connection in TIME_WAIT is forgotten. */
  expiresMs?: number;
  /** The kernel's number of the client's socket, in SYN_SENT. */
  inode?: number;
}

export interface StateOfPort extends KernelState {
  /** The client's. */
  port: number;
  serverPort: number;
  /** Microseconds of the monotonic clock. */
  at: number;
  /** When the kernel got the packet, if the link has just delivered one. Reported in the order of delivery. */
  deliveredAt?: number;
}

/** The command line of a host, as JSON. */
export interface HostSettings {
  side: Side;
  addresses: HostAddresses;
  /** The port of the server program. */
  port: number;
  /** A server that is bound to this loopback address is reached from the wire, as one on ::1 is. */
  loopback: string;
}

/** Those of a host on its wire. */
export interface HostAddresses {
  ipv4: string;
  ipv6: string;
}
