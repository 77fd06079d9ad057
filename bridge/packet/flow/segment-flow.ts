import { stepId } from '../../trace/step-id.ts';
import { type Fate, otherSide, PAYLOAD_SHOWN, type Segment, type Side, toTenths } from '../../trace/step.ts';
import { numberAfter } from '../../trace/tcp/sequence-number.ts';
import { toHex } from '../bytes.ts';
import { FlowDirection } from './flow-direction.ts';
import { optionText } from '../option-text.ts';
import { tcpProbeOf } from './tcp-probe.ts';
import type { TcpSegment } from '../tcp.ts';

/** What is known of a segment besides its bytes. Times are microseconds since the run began. */
export interface Crossing {
  sentAt: number;
  /** Absent while the segment is under way, or if it never arrived. */
  arrivedAt?: number | undefined;
  fate: Fate;
  /** The IP and TCP headers in hex. */
  header?: string;
}

/**
 * Turns the packets of one TCP connection into steps of a trace. The steps have relative numbers and scaled windows,
 * and retransmissions, probes and copies are marked. The caller passes all segments of both sides in the order of
 * sending. It must not know where packets come from, which calls caused them, or what becomes of the steps.
 *
 *     packets ─▶ decodeTcpPacket ─▶ SegmentFlow ─▶ Segment { id, seq, ack, window, retransmissionOf, … }
 *                                       │
 *                                 FlowDirection: what each side has sent so far
 */
export class SegmentFlow {
  readonly #directions: Record<Side, FlowDirection> = { client: new FlowDirection(), server: new FlowDirection() };
  /** How many segments have had this id, with or without a number after it. */
  readonly #ids = new Map<string, number>();

  /**
   * Whether this SYN opens a new connection between the same ports (RFC 9293 §3.6.1), which needs a flow of its own.
   * Call it before `segment`.
   */
  beginsAnew(from: Side, { flags, seq }: TcpSegment): boolean {
    const { hasSent, initial } = this.#directions[from];
    return flags.includes('SYN') && !flags.includes('ACK') && hasSent && initial !== seq;
  }

  /** The step for the next segment that this side's kernel sent. */
  segment(from: Side, tcp: TcpSegment, facts: Crossing): Segment {
    const sender = this.#directions[from];
    const receiver = this.#directions[otherSide(from)];
    const { flags, payloadLength } = tcp;
    const acknowledges = flags.includes('ACK');
    sender.anchor(tcp);
    if (acknowledges) receiver.anchorBefore(tcp.ack);

    const seq = sender.relative(tcp.seq);
    const ack = acknowledges ? receiver.relative(tcp.ack) : undefined;
    const window = scaledWindow(tcp, sender, receiver);
    const probe = tcpProbeOf(tcp, seq, sender, receiver);
    const id = this.#newId(idOf(from, tcp, seq, ack, probe));
    const sentAt = toTenths(facts.sentAt);
    // prettier-ignore
    const segment: Segment = {
      kind: 'segment', id, at: sentAt, side: from, evidence: 'captured', from, flags, seq, rawSeq: tcp.seq, window,
      options: tcp.options.map((option) => optionText(option, (raw) => receiver.relative(raw))),
      length: payloadLength, payload: toHex(tcp.payload.subarray(0, PAYLOAD_SHOWN)), sentAt, fate: facts.fate,
    };
    // Spreading would be slower, and this runs for each packet.
    if (ack !== undefined) {
      segment.ack = ack;
      segment.rawAck = tcp.ack;
    }
    if (facts.arrivedAt !== undefined) segment.arrivedAt = toTenths(facts.arrivedAt);
    if (facts.header !== undefined) segment.header = facts.header;
    if (probe) segment.probe = probe;
    else {
      const repeated = noteSent(sender, tcp, seq, id);
      if (repeated !== undefined) segment.retransmissionOf = repeated;
    }
    if (ack !== undefined) receiver.acknowledged = Math.max(receiver.acknowledged, ack);
    if (!flags.includes('RST')) sender.window = window;
    return segment;
  }

  /**
   * The step for a copy of a segment that the wire, not the kernel, made.
   * @param sentAt when the copy left, in microseconds since the run began
   * @param fate of the copy, if it is not the segment's
   */
  duplicateOf(segment: Segment, sentAt: number, fate: Fate = segment.fate): Segment {
    const copy: Segment = { ...segment, id: this.#newId(`${segment.id}.copy`), fate, duplicateOf: segment.id };
    copy.at = copy.sentAt = toTenths(sentAt);
    // These describe the original segment, not the copy.
    delete copy.arrivedAt;
    delete copy.retransmissionOf;
    delete copy.repeats;
    delete copy.causedBy;
    delete copy.woke;
    return copy;
  }

  /** The first segment with an id gets it as it is. Later ones get `.1`, `.2`, … after it. */
  #newId(id: string): string {
    const before = this.#ids.get(id) ?? 0;
    this.#ids.set(id, before + 1);
    return before === 0 ? id : `${id}.${before}`;
  }
}

/** The id of a segment, by the same rules as for inferred segments. */
function idOf(from: Side, tcp: TcpSegment, seq: number, ack: number | undefined, probe: Segment['probe']): string {
  const { flags, payloadLength } = tcp;
  if (flags.includes('SYN')) return stepId(from, 'syn');
  if (flags.includes('RST')) return stepId(from, 'rst');
  if (probe) return stepId(from, 'probe');
  if (payloadLength > 0) return numbered(from, 'data', seq);
  if (flags.includes('FIN')) return stepId(from, 'fin');
  return ack === undefined ? stepId(from, 'bare') : numbered(from, 'ack', ack);
}

/** `stepId` takes no negative numbers. */
function numbered(from: Side, what: string, number: number): string {
  return number < 0 ? `${stepId(from, what)}.${number}` : stepId(from, what, number);
}

/** A SYN's window is never scaled, other windows only if both SYNs had the option (RFC 7323 §2.2). */
function scaledWindow({ flags, window }: TcpSegment, sender: FlowDirection, receiver: FlowDirection): number {
  if (flags.includes('SYN') || sender.shift === undefined || receiver.shift === undefined) return window;
  return window * 2 ** sender.shift;
}

/** Notes the sequence numbers that a segment takes. Returns the id of an earlier segment that took them first. */
function noteSent(
  sender: FlowDirection,
  { flags, payloadLength }: TcpSegment,
  seq: number,
  id: string,
): string | undefined {
  if (flags.includes('RST')) return undefined;
  const end = numberAfter({ seq, length: payloadLength, flags });
  sender.next = Math.max(sender.next, end);
  return end > seq ? sender.sent.add(seq, end, id) : undefined;
}
