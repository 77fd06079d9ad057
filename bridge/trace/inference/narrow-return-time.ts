import type { Heard } from '../report.ts';
import { type Call, type Segment, toTenths } from '../step.ts';
import { earliestReturn, isOfOnlyThread } from './blocked-program.ts';

/**
 * Narrows the interval in which a call returned. A source that looks only now and then knows that the call returned
 * between two looks. It returned after what it waited for had arrived, and before its program sent anything more.
 * @param segments the captured ones, in the order of sending
 * @param heardByClient what the client's program heard, in order
 */
export function narrowReturnTime(call: Call, segments: readonly Segment[], heardByClient: readonly Heard[]): Call {
  const { returnedAt, within } = call;
  if (within?.returnUs === undefined || returnedAt === undefined) return call;
  const earliest = Math.max(earliestReturn(call), arrivalFor(call, segments, returnedAt) ?? -Infinity);
  const arrived =
    earliest > returnedAt ? call : { ...call, within: { ...within, returnUs: toTenths(returnedAt - earliest) } };
  return returnedBefore(arrived, [...sendTimesOfServer(segments), ...heardByClient.map(({ at }) => at)]);
}

/**
 * The call as it must have been if its program did something else at these moments. Of several threads each does its own;
 * but whatever is done on a connection comes after its accept().
 */
export function returnedBefore(call: Call, moments: readonly number[]): Call {
  const { name, startedAt, returnedAt = Infinity, within } = call;
  const isBound = within && (isOfOnlyThread(call) || (name === 'accept' && returnedAt < Infinity));
  if (!isBound) return call;
  const earliest = earliestReturn(call);
  const begun = name === 'accept' ? -Infinity : startedAt;
  const latest = Math.min(returnedAt, ...moments.filter((at) => at >= earliest && at > begun));
  if (latest === returnedAt) return call;
  const began = Math.min(startedAt, latest);
  const { startUs } = within;
  const begins = startUs === undefined ? {} : { startUs: toTenths(Math.max(0, startUs - (startedAt - began))) };
  const bounds = { ...begins, returnUs: toTenths(latest - earliest) };
  return { ...call, at: began, startedAt: began, returnedAt: latest, within: bounds };
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
