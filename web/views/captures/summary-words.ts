import type { ConnectionSummary, End } from '../../../bridge/packet/connections/connection-summary.ts';
import { repeatsOf } from '../../captures/connection-query.ts';
import type { Topics } from '../../texts/topics.ts';

type Words = Topics['captures'];

export function endText({ address, port }: End): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** How a connection began and ended. */
export function howText({ opened, ended, endedBy }: ConnectionSummary, t: Words): string {
  const end = t.ended[ended];
  const told = end && endedBy && ended !== 'not-seen' && ended !== 'half-closed' ? t.by(end, endedBy) : end;
  return [t.opened[opened], told].filter(Boolean).join(', ');
}

/** What went wrong, and what is missing of it. */
export function troubleText(summary: ConnectionSummary, t: Words): string {
  const repeats = repeatsOf(summary);
  const { outOfOrder, zeroWindows, missing } = summary;
  return [
    repeats > 0 ? t.repeated(repeats) : '',
    outOfOrder > 0 ? t.outOfOrder(outOfOrder) : '',
    zeroWindows > 0 ? t.zeroWindows(zeroWindows) : '',
    // The columns before this one tell of the beginning and the end.
    ...missing.filter((part) => part !== 'beginning' && part !== 'end').map((part) => t.missing[part]),
  ]
    .filter(Boolean)
    .join(', ');
}
