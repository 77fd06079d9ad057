import type { Flag, Segment } from '../../trace/step.ts';
import type { FlowDirection } from './flow-direction.ts';
import type { TcpSegment } from '../tcp.ts';

/** A segment with one of these is sent for its own sake. */
const MEANT: ReadonlySet<Flag> = new Set(['SYN', 'FIN', 'RST']);

/**
 * Whether a segment only asks the other side for an answer, and of which kind (RFC 9293 §3.8.4, §3.8.6.1).
 *
 * A keep-alive has the number before the next, and no data or one byte of none. So has the second copy of a last byte
 * that was lost: but a keep-alive comes when all is acknowledged, and does not push. A zero-window probe looks the same
 * (so on Linux), or is one new byte, while the other side's window is zero.
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
