import type { Heard } from '../report.ts';
import type { Call, Segment } from '../step.ts';

/**
 * Narrows the interval in which a call returned. A source that looks only now and then knows that the call returned
 * between two looks. It returned after what it waited for had arrived, and before its program sent anything more.
 * @param segments the captured ones, in the order of sending
 * @param heardByClient what the client's program heard, in order
 */
export function narrowReturnTime(call: Call, segments: readonly Segment[], heardByClient: readonly Heard[]): Call {
  const { returnedAt, within } = call;
  if (within?.returnUs === undefined || returnedAt === undefined) return call;
  const earliest = returnedAt - within.returnUs;
  const arrival = arrivalFor(call, segments, returnedAt) ?? earliest;
  const answers = [...sendTimesOfServer(segments), ...heardByClient.map(({ at }) => at)];
  const answer = Math.min(...answers.filter((at) => at > Math.max(arrival, call.startedAt)), returnedAt);
  const from = Math.max(earliest, arrival);
  if (from > answer) return call;
  return { ...call, returnedAt: answer, within: { ...within, returnUs: answer - from } };
}

/** When the kernel had what the call waited for; undefined if the capture does not show it. */
function arrivalFor(
  { name, startedAt, within }: Call,
  segments: readonly Segment[],
  before: number,
): number | undefined {
  const from = startedAt - (within?.startUs ?? 0);
  const arrivals = segments.flatMap((segment) => {
    const { from: side, arrivedAt, flags, length } = segment;
    const wakes = name === 'accept' ? !flags.includes('SYN') : length > 0 || flags.includes('FIN');
    return side === 'client' && wakes && arrivedAt !== undefined && arrivedAt > from && arrivedAt <= before
      ? [arrivedAt]
      : [];
  });
  return (name === 'accept' || name === 'recv') && arrivals.length > 0 ? Math.min(...arrivals) : undefined;
}

/** The times at which the server's program made its kernel send data or an end. */
function sendTimesOfServer(segments: readonly Segment[]): number[] {
  return segments.flatMap(({ from, length, flags, sentAt }) =>
    from === 'server' && (length > 0 || flags.includes('FIN')) ? [sentAt] : [],
  );
}
