import { otherSide, type Side } from '../../trace/step.ts';
import type { CapturePlace } from '../../trace/trace.ts';
import { numberAfter } from '../../trace/tcp/sequence-number.ts';
import type { CapturedSegment } from '../connections/connection-reader.ts';

/** Where a capture was taken, and how far from there the ends are: the time of one way, in microseconds. */
export interface Place {
  at: CapturePlace;
  toClient: number;
  toServer: number;
}

/** One end is here if the other is at least so many times as far away. */
const NEAR = 10;

/**
 * An end that is far away answers late. The shortest time from a segment to its acknowledgment is the way there and back,
 * at most: the handshake shows it best, because a kernel answers a SYN at once. Repeated segments do not count: which
 * copy was acknowledged is not known (RFC 6298 §3).
 * @param chosen what the viewer says instead
 */
export function placeOf(segments: readonly CapturedSegment[], chosen?: CapturePlace): Place {
  const far = { client: shortestAnswer(segments, 'client') / 2, server: shortestAnswer(segments, 'server') / 2 };
  const at = chosen ?? placeBetween(far);
  const known = (us: number): number => (Number.isFinite(us) ? us : 0);
  return {
    at,
    toClient: at === 'client' || at === 'unknown' ? 0 : known(far.client),
    toServer: at === 'server' || at === 'unknown' ? 0 : known(far.server),
  };
}

function placeBetween({ client, server }: Record<Side, number>): CapturePlace {
  if (!Number.isFinite(client) || !Number.isFinite(server)) return 'unknown';
  if (client * NEAR <= server) return 'client';
  return server * NEAR <= client ? 'server' : 'between';
}

/** The shortest time until this side acknowledged something, in microseconds. */
function shortestAnswer(segments: readonly CapturedSegment[], side: Side): number {
  const waiting: { end: number; at: number }[] = [];
  let next = 0;
  let highest = -Infinity;
  let shortest = Infinity;
  for (const segment of segments) {
    const { from, seq, ack, at, tcp } = segment;
    if (from === otherSide(side)) {
      const end = numberAfter({ seq, length: tcp.payloadLength, flags: tcp.flags });
      if (end <= highest && end > seq) waiting.length = next;
      else if (end > seq) waiting.push({ end, at });
      highest = Math.max(highest, end);
    } else if (ack !== undefined) {
      for (; next < waiting.length && waiting[next]!.end <= ack; next += 1)
        shortest = Math.min(shortest, Math.max(0, at - waiting[next]!.at) / 1000);
    }
  }
  return shortest;
}
