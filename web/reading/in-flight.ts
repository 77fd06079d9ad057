import type { Segment, Side, Step } from '../../bridge/trace/step.ts';

/** What a sender has under way at a moment, and how much it may have. */
export interface InFlight {
  /** The segment that it sent, or that reached it. */
  id: string;
  what: 'sent' | 'heard';
  /** Bytes that it has sent and that were not acknowledged yet, as far as it knows: RFC 9293 §3.3.1, SND.NXT − SND.UNA. */
  bytes: number;
  /** The window that its peer offered last. Undefined until one was seen. */
  window: number | undefined;
}

/**
 * How the bytes in flight and the window change at a sender, in the order of time. A SYN and a FIN are no bytes.
 * Acknowledgments count when they arrive.
 */
export function inFlightOf(steps: readonly Step[], sender: Side): InFlight[] {
  const samples: InFlight[] = [];
  // The SYN has number 0, the first byte 1.
  let [next, acknowledged] = [1, 1];
  let window: number | undefined;
  for (const { what, segment } of eventsAt(steps, sender)) {
    if (what === 'sent') next = Math.max(next, endOf(segment));
    else {
      acknowledged = Math.max(acknowledged, Math.min(segment.ack ?? 1, next));
      window = windowAfter(segment, window);
    }
    samples.push({ id: segment.id, what, bytes: next - acknowledged, window });
  }
  return samples;
}

interface EventAt {
  at: number;
  what: InFlight['what'];
  segment: Segment;
}

/** What a side sends, and what reaches it. At one instant, what arrives comes first: it may be what made it send. */
function eventsAt(steps: readonly Step[], side: Side): EventAt[] {
  const events: EventAt[] = [];
  for (const segment of steps) {
    if (segment.kind !== 'segment') continue;
    if (segment.from !== side && segment.arrivedAt !== undefined)
      events.push({ at: segment.arrivedAt, what: 'heard', segment });
    // A copy that the wire made was not sent.
    if (segment.from === side && segment.duplicateOf === undefined)
      events.push({ at: segment.sentAt, what: 'sent', segment });
  }
  return events.sort((a, b) => a.at - b.at || Number(b.what === 'heard') - Number(a.what === 'heard'));
}

function endOf({ seq, length, flags }: Segment): number {
  return seq + length + (flags.includes('SYN') ? 1 : 0);
}

/** The window of a RST means nothing. */
function windowAfter({ window, flags }: Segment, before: number | undefined): number | undefined {
  return flags.includes('RST') ? before : (window ?? before);
}
