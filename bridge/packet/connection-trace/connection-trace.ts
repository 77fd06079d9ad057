/**
 * One connection of a capture file as a trace: the segments as they were captured, and the states that follow from them.
 * It has no calls, because nobody saw the programs, and infers none. Times are those of the capture's clock; those of an
 * end that is elsewhere are estimates. It must not know where the file lies, or any words.
 *
 *     CaptureIndex, parts of the file ─▶ ConnectionReader ─▶ SegmentFlow ─▶ arrivals ─▶ states ─▶ Trace
 *                                               └─▶ capture-place ────────────┘
 */
import { statesOfCapture } from '../../trace/inference/infer.ts';
import { inTimeOrder, PAYLOAD_SHOWN, type Segment, toTenths } from '../../trace/step.ts';
import type { CapturePlace, Outcome, SourceStatus, Trace } from '../../trace/trace.ts';
import { toHex } from '../bytes.ts';
import type { CaptureIndex } from '../connections/capture-index.ts';
import { type CapturedSegment, ConnectionReader } from '../connections/connection-reader.ts';
import type { ConnectionSummary, End } from '../connections/connection-summary.ts';
import { SegmentFlow } from '../flow/segment-flow.ts';
import { withArrivals } from './arrivals.ts';
import { placeOf } from './capture-place.ts';

/** A trace has no more segments: the rest of a connection is left out, and counted. */
export const MOST_SEGMENTS = 8000;
/** Of all payloads of a trace together; segments beyond that keep only their first bytes. */
const MOST_PAYLOAD = 4 * 1024 * 1024;
const PAYLOAD_BEYOND = 64;

/** Reads a part of the file, in pieces. */
export type ReadPart = (from: number, to: number) => AsyncIterable<Uint8Array>;

/**
 * @param connection 0 … `index.count` - 1
 * @param chosen where the capture was taken, if the viewer knows better
 */
export async function openConnection(
  index: CaptureIndex,
  connection: number,
  read: ReadPart,
  chosen?: CapturePlace,
): Promise<Trace> {
  const segments = await firstSegments(index, connection, read);
  const { startedAt = { seconds: 0, nanoseconds: 0 } } = index.overview;
  return traceOf(segments, index.summary(connection), startedAt, chosen);
}

/** At most `MOST_SEGMENTS`: memory must not depend on how long the connection is. */
async function firstSegments(index: CaptureIndex, connection: number, read: ReadPart): Promise<CapturedSegment[]> {
  const segments: CapturedSegment[] = [];
  const reader = new ConnectionReader(index, connection, (segment) => {
    if (segments.length < MOST_SEGMENTS) segments.push(segment);
  });
  for (const stretch of reader.stretches) {
    reader.begin(stretch);
    for await (const piece of read(stretch.from, stretch.to)) {
      reader.feed(piece);
      if (segments.length === MOST_SEGMENTS) return segments;
    }
  }
  return segments;
}

/** @param startedAt the time of the capture's first frame */
export function traceOf(
  captured: readonly CapturedSegment[],
  summary: ConnectionSummary,
  startedAt: { seconds: number; nanoseconds: number },
  chosen?: CapturePlace,
): Trace {
  const place = placeOf(captured, chosen);
  const timed = withArrivals(stepsOf(captured), place);
  const zero =
    timed.find(({ from, flags }) => from === 'client' && flags.includes('SYN'))?.sentAt ?? timed[0]?.sentAt ?? 0;
  const segments = timed.map((segment) => movedBy(segment, -zero));
  const states = statesOfCapture(segments);
  const leftOut = summary.packets.client + summary.packets.server - captured.length;
  return {
    format: 'aperto-trace',
    version: 1,
    startedAt: isoTime(startedAt, zero),
    wire: 'capture',
    target: addressText(summary.server),
    sources: SOURCES.map((source) => ({ ...source })),
    script: [],
    outcome: outcomeOf(summary),
    durationUs: segments.reduce((last, { sentAt, arrivedAt = sentAt }) => Math.max(last, sentAt, arrivedAt), 0),
    ...(leftOut > 0 && { leftOut: { steps: leftOut } }),
    capturedAt: place.at,
    steps: inTimeOrder([...segments, ...states]),
  };
}

/** Who saw what: nobody saw the programs. */
const SOURCES: readonly SourceStatus[] = [
  { name: 'capture-file', tells: 'segments', active: true },
  { name: 'capture-file', tells: 'calls', side: 'client', active: false, why: 'NOT_IN_CAPTURES' },
  { name: 'capture-file', tells: 'calls', side: 'server', active: false, why: 'NOT_IN_CAPTURES' },
];

/** Steps whose `sentAt` is when they were captured, in microseconds since the first frame of the capture. */
function stepsOf(captured: readonly CapturedSegment[]): Segment[] {
  const flow = new SegmentFlow();
  let room = MOST_PAYLOAD;
  return captured.map((each): Segment => {
    const { tcp, header, at, from, seq, ack, window, marks } = each;
    const segment = flow.segment(from, tcp, { sentAt: at / 1000, fate: 'unknown' });
    const shown = room > 0 ? PAYLOAD_SHOWN : PAYLOAD_BEYOND;
    const payload = tcp.payload.subarray(0, shown);
    room -= payload.length;
    const { retransmissionOf, probe: _probe, ...rest } = segment;
    const probe = probeOf(marks);
    const isRepeated = marks.some((mark) => mark.endsWith('retransmission'));
    return {
      ...rest,
      seq,
      ...(ack !== undefined && { ack }),
      window,
      payload: toHex(payload),
      // `SegmentFlow` rounds to tenths; the difference of two times is exact.
      sentAt: at / 1000,
      ...(header.length > 0 && { header: toHex(header) }),
      ...(retransmissionOf !== undefined && isRepeated && { retransmissionOf }),
      ...(probe && { probe }),
      ...(marks.length > 0 && { marks }),
    };
  });
}

function probeOf(marks: CapturedSegment['marks']): Segment['probe'] {
  if (marks.includes('keep-alive')) return 'keep-alive';
  return marks.includes('window-probe') ? 'zero-window' : undefined;
}

function movedBy(segment: Segment, us: number): Segment {
  const sentAt = toTenths(segment.sentAt + us);
  const { arrivedAt } = segment;
  return {
    ...segment,
    at: sentAt,
    sentAt,
    ...(arrivedAt !== undefined && { arrivedAt: Math.max(sentAt, toTenths(arrivedAt + us)) }),
  };
}

function outcomeOf({ opened, ended, data }: ConnectionSummary): Outcome {
  if (opened === 'refused') return 'refused';
  if (opened === 'not-answered') return 'timeout';
  if (ended === 'reset') return 'reset';
  return data.server > 0 ? 'replied' : 'silent';
}

/** `10.0.0.1:80`, `[fd00::1]:80`. */
export function addressText({ address, port }: End): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** The last moment of the year 9999: a capture may name any time. */
const LATEST = 253_402_300_799;

/** With nine digits after the second. @param us microseconds after that time */
function isoTime({ seconds, nanoseconds }: { seconds: number; nanoseconds: number }, us: number): string {
  const whole = nanoseconds + Math.round(us * 1000);
  const second = Math.min(LATEST, Math.max(0, seconds + Math.floor(whole / 1e9)));
  const fraction = ((whole % 1e9) + 1e9) % 1e9;
  return new Date(second * 1000).toISOString().replace('.000Z', `.${String(fraction).padStart(9, '0')}Z`);
}
