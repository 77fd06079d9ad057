import { stepId } from '../../trace/step-id.ts';
import { type Fate, otherSide, PAYLOAD_SHOWN, type Segment, type Side, toTenths } from '../../trace/step.ts';
import { numberAfter } from '../../trace/tcp/sequence-number.ts';
import { toHex } from '../bytes.ts';
import { FlowDirection } from './flow-direction.ts';
import { optionText } from '../option-text.ts';
import { tcpProbeOf } from './tcp-probe.ts';
import type { TcpSegment } from '../tcp.ts';

/** What a segment itself does not tell. Times: microseconds since the run began. */
export interface Crossing {
  sentAt: number;
  /** Absent while under way, or where it never arrived. */
  arrivedAt?: number | undefined;
  fate: Fate;
  /** The IP and TCP headers in hex. */
  header?: string;
}

/**
 * The segments of one TCP connection, in the order in which they were sent, as steps of a trace: with relative numbers,
 * scaled windows, and each repetition told as what it is.
 *
 *     packets ─▶ decodeTcpPacket ─▶ SegmentFlow ─▶ Segment { id, seq, ack, window, retransmissionOf, … }
 */
export class SegmentFlow {
  readonly #directions: Record<Side, FlowDirection> = { client: new FlowDirection(), server: new FlowDirection() };
  /** How many segments have had this id, those with a number behind it too. */
  readonly #ids = new Map<string, number>();

  /**
   * Whether this SYN is of a new connection between the same ports (RFC 9293 §3.6.1): that is another flow.
   * Ask before `segment`.
   */
  beginsAnew(from: Side, { flags, seq }: TcpSegment): boolean {
    const { hasSent, initial } = this.#directions[from];
    return flags.includes('SYN') && !flags.includes('ACK') && hasSent && initial !== seq;
  }

  /** The next segment that this side's kernel sent, as a step. */
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
    // Not by spreading: this runs for each packet.
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
   * Another copy of a segment, made by the wire and not by the kernel that sent it.
   * @param sentAt when the copy left, in microseconds since the run began
   * @param fate its own, where it is not the same as that of the segment
   */
  duplicateOf(segment: Segment, sentAt: number, fate: Fate = segment.fate): Segment {
    const copy: Segment = { ...segment, id: this.#newId(`${segment.id}.copy`), fate, duplicateOf: segment.id };
    copy.at = copy.sentAt = toTenths(sentAt);
    // These are the story of the segment, and not of the copy.
    delete copy.arrivedAt;
    delete copy.retransmissionOf;
    delete copy.repeats;
    delete copy.causedBy;
    delete copy.woke;
    return copy;
  }

  /** The first with an id has it as it is; `.1`, `.2`, … follow. */
  #newId(id: string): string {
    const before = this.#ids.get(id) ?? 0;
    this.#ids.set(id, before + 1);
    return before === 0 ? id : `${id}.${before}`;
  }
}

/** What a segment is about, by the names that inferred segments have too. */
function idOf(from: Side, tcp: TcpSegment, seq: number, ack: number | undefined, probe: Segment['probe']): string {
  const { flags, payloadLength } = tcp;
  if (flags.includes('SYN')) return stepId(from, 'syn');
  if (flags.includes('RST')) return stepId(from, 'rst');
  if (probe) return stepId(from, 'probe');
  if (payloadLength > 0) return numbered(from, 'data', seq);
  if (flags.includes('FIN')) return stepId(from, 'fin');
  return ack === undefined ? stepId(from, 'bare') : numbered(from, 'ack', ack);
}

/** Ids that `stepId` keeps are of numbers from zero on. */
function numbered(from: Side, what: string, number: number): string {
  return number < 0 ? `${stepId(from, what)}.${number}` : stepId(from, what, number);
}

/** RFC 7323 §2.2: never scaled in a SYN, and elsewhere only if both SYNs had the option. */
function scaledWindow({ flags, window }: TcpSegment, sender: FlowDirection, receiver: FlowDirection): number {
  if (flags.includes('SYN') || sender.shift === undefined || receiver.shift === undefined) return window;
  return window * 2 ** sender.shift;
}

/** Notes the numbers that a segment takes (RFC 9293 §3.4: its bytes, its SYN, its FIN). Answers which one took them first. */
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
