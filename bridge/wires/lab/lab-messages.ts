import type { KernelState } from './host/kernel-states.ts';
import type { Limits } from '../../protocol/messages.ts';
import type { Report } from '../../trace/report.ts';
import type { Script } from '../../trace/script.ts';
import type { Side } from '../../trace/step.ts';
import type { Played } from '../script-player.ts';

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
  | { type: 'abort'; run: number };

/** Options of the client's socket that Node cannot set. */
export interface SocketSettings {
  /** Bytes of the largest segment that the client offers to receive, and sends. */
  maxSegment?: number;
  /** Whether its kernel goes on sending the SYN again while somebody thinks. */
  patient?: boolean;
}

/** What a host tells the bridge. */
export type FromHost =
  | { type: 'ready' }
  /** The lab cannot be had: what failed, and the errno name. */
  | { type: 'failed'; what: 'tun' | 'interface' | 'settings' | 'states'; code: string; message: string }
  | { type: 'report'; run: number; report: Report }
  | { type: 'played'; run: number; played: Played }
  /** What the kernel says of the connection from this client port, after each packet that it sent or got. */
  | ({ type: 'state' } & StateOfPort);

export interface StateOfPort extends KernelState {
  port: number;
  /** Microseconds of the monotonic clock. */
  at: number;
  /** After a packet that the link delivered: when the kernel got it. They are told in the order of delivery. */
  deliveredAt?: number;
}

/** The command line of a host, as JSON. */
export interface HostSettings {
  side: Side;
  address: string;
  mask: string;
}
