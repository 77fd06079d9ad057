import type { Flag, Segment } from '../../trace/step.ts';
import type { FlowDirection } from './flow-direction.ts';
import type { TcpSegment } from '../tcp.ts';

/** A segment with one of these flags has a purpose of its own, so it is no probe. */
const MEANT: ReadonlySet<Flag> = new Set(['SYN', 'FIN', 'RST']);

/**
 * The kind of probe, if a segment only asks the other side for an answer (RFC 9293 §3.8.4, §3.8.6.1).
 *
 * A keep-alive has the number before the next one, and no data or one meaningless byte. A retransmitted last byte looks
 * the same, but a keep-alive comes when everything is acknowledged, and it has no PSH. A zero-window probe comes while
 * the other side's window is zero. On Linux it looks like a keep-alive; elsewhere it may be one new byte.
 * @param seq relative
 */
export function tcpProbeOf(
  { flags, payloadLength }: TcpSegment,
  seq: number,
  sender: FlowDirection,
  receiver: FlowDirection,
): Segment['probe'] {
  if (payloadLength > 1 || flags.some((flag) => MEANT.has(flag))) return undefined;
  const { next, acknowledged } = sender;
  if (receiver.window === 0 && seq === (payloadLength === 1 ? next : acknowledged - 1)) return 'zero-window';
  if (seq !== next - 1 || acknowledged < next || (payloadLength === 1 && flags.includes('PSH'))) return undefined;
  return receiver.window === 0 ? 'zero-window' : 'keep-alive';
}
