import type { EvidenceSource } from '../sources/source.ts';
import type { Report } from '../trace/report.ts';

/** A source that has to look sees some calls only. */
export function reportsEveryCall(source: EvidenceSource): boolean {
  return source.tells === 'calls' && source.look === undefined && source.status().active;
}

/** Whether the server program may be about to notice something, or has just noticed it. */
export function mayBeNoticed({ kind, side }: Report): boolean {
  return (
    kind === 'segment' ||
    kind === 'sighting' ||
    (kind === 'heard' && side === 'client') ||
    (kind === 'call' && side === 'client')
  );
}
