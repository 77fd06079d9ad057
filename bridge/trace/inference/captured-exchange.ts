import { sortedBy } from '../sort-by-number.ts';
import { isLastCall, PAYLOAD_SHOWN, type Call, type Segment } from '../step.ts';
import { numberAfter } from '../tcp/sequence-number.ts';
import type { Transmission } from './transmissions.ts';

/**
 * When the server's kernel had the connection: when the client's acknowledgment of its SYN+ACK arrived, in a segment of
 * its own or with data (RFC 9293 §3.5). Absent if it never did.
 */
export function establishedAt(segments: readonly Segment[]): number | undefined {
  const arrivals = segments.flatMap(({ from, flags, ack, arrivedAt }) => {
    const completes = from === 'client' && !flags.includes('SYN') && !flags.includes('RST') && (ack ?? 0) >= 1;
    return completes && arrivedAt !== undefined ? [arrivedAt] : [];
  });
  return arrivals.length > 0 ? Math.min(...arrivals) : undefined;
}

/**
 * What the server's program must have sent beyond what its own calls account for, read from its captured segments. Data
 * with nothing from the client in between count as one transmission: nothing shows how many calls it took.
 */
export function capturedTransmissions(segments: readonly Segment[], calls: readonly Call[]): Transmission[] {
  const transmissions: Transmission[] = [];
  let known = calls.reduce((sum, { name, bytes = 0 }) => sum + (name === 'send' ? bytes : 0), 0);
  let ended = calls.some((call) => call.name === 'shutdown' || isLastCall(call));
  let together = false;
  const acknowledged = acknowledgedBy(segments);
  let sentUpTo = 0;
  for (const segment of segments) {
    const { from, length, flags, payload, sentAt, retransmissionOf, duplicateOf, probe } = segment;
    if (from === 'client') together &&= length === 0;
    if (from === 'client' || retransmissionOf !== undefined || duplicateOf !== undefined || probe) continue;
    const mayHaveWaited = acknowledged(sentAt) < sentUpTo;
    sentUpTo = Math.max(sentUpTo, numberAfter(segment));
    const bytes = Math.max(0, length - known);
    known = Math.max(0, known - length);
    if (bytes > 0) {
      const news = payload.slice(2 * (length - bytes));
      if (together) transmissions.push(joined(transmissions.pop()!, bytes, news));
      else
        transmissions.push({
          what: 'data',
          at: sentAt,
          bytes,
          payload: news,
          reason: 'peer-got-these-bytes',
          mayHaveWaited,
        });
      together = true;
    }
    if (flags.includes('FIN') && !ended) {
      transmissions.push({
        what: 'fin',
        at: sentAt,
        bytes: 0,
        payload: '',
        reason: 'peer-saw-the-end',
        mayHaveWaited,
      });
      ended = true;
    }
  }
  return transmissions;
}

/** Which number of the server's the client had acknowledged, as the server's kernel knew it. Ask in the order of time. */
function acknowledgedBy(segments: readonly Segment[]): (moment: number) => number {
  const arrived = sortedBy(
    segments.filter(({ from, ack, arrivedAt }) => from === 'client' && ack !== undefined && arrivedAt !== undefined),
    ({ arrivedAt }) => arrivedAt!,
  );
  let index = 0;
  let highest = 0;
  return (moment) => {
    while (index < arrived.length && arrived[index]!.arrivedAt! <= moment)
      highest = Math.max(highest, arrived[index++]!.ack!);
    return highest;
  };
}

function joined(transmission: Transmission, bytes: number, payload: string): Transmission {
  const shown = (transmission.payload + payload).slice(0, 2 * PAYLOAD_SHOWN);
  return { ...transmission, bytes: transmission.bytes + bytes, payload: shown };
}
