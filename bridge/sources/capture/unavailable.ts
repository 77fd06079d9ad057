import { withRemedy } from '../../errors.ts';
import { SOURCE_REMEDIES, type CaptureCode } from '../../protocol/remedies.ts';

/** What is wrong with a capture, by stable code, in a sentence. */
const SENTENCES: Readonly<Record<CaptureCode, string>> = {
  CAPTURE_OFF: 'Capture is switched off (--capture off).',
  CAPTURE_NOT_TRIED: 'Capture has not been tried yet.',
  CAPTURE_NOT_PERMITTED:
    'Only root, or a tcpdump with the right to do so, may capture packets here. The lab needs neither.',
  CAPTURE_NO_TCPDUMP: 'tcpdump is not installed.',
  CAPTURE_NO_ROUTE: 'This machine has no route to the target.',
  CAPTURE_TOO_SLOW: 'tcpdump did not begin to capture within two seconds.',
  CAPTURE_FAILED: 'tcpdump cannot capture here.',
  // Of one run:
  CAPTURE_SAW_NOTHING: 'tcpdump saw no packet of this connection.',
  CAPTURE_LOST_PACKETS: 'The kernel had no room for all packets: some were not captured.',
  CAPTURE_ENDED_EARLY: 'tcpdump ended before the connection did.',
  CAPTURE_BEGAN_LATE: 'The connection was open before Aperto watched: its beginning was not seen.',
  CAPTURE_CLOCK_SET: 'The clock of this machine was set during the run: the times of some packets may be wrong.',
};

/** What is wrong with the capture of one run: no packet, some packets missing (three ways), or uncertain times. */
export type CaptureFlaw =
  'CAPTURE_SAW_NOTHING' | 'CAPTURE_LOST_PACKETS' | 'CAPTURE_ENDED_EARLY' | 'CAPTURE_BEGAN_LATE' | 'CAPTURE_CLOCK_SET';
/** Why nothing is captured. */
export type CaptureUnavailableCode = Exclude<CaptureCode, CaptureFlaw>;

export interface CaptureUnavailable {
  why: CaptureUnavailableCode;
  /** What the system said. */
  detail?: string;
}

/** What is wrong with a capture and what would help, in one sentence. */
export function captureAdvice({ why, detail }: { why: CaptureCode; detail?: string }): string {
  const remedy = SOURCE_REMEDIES[why];
  const said = detail && remedy === undefined ? ` It said: ${detail}` : '';
  return withRemedy(`${SENTENCES[why]}${said}`, remedy);
}

/** @returns nothing if the code is not about captures */
export function captureCode(code: string | undefined): CaptureCode | undefined {
  return code !== undefined && Object.hasOwn(SENTENCES, code) ? (code as CaptureCode) : undefined;
}

/**
 * Why tcpdump ended before it captured anything.
 * @param startError the error, if it could not even be started
 */
export function explain(startError: NodeJS.ErrnoException | undefined, said: string): CaptureUnavailable {
  if (startError?.code === 'ENOENT') return { why: 'CAPTURE_NO_TCPDUMP' };
  const complaint = startError?.message ?? said;
  const detail = complaint.trim().split('\n')[0]!;
  if (/permission|not permitted|EACCES/i.test(complaint)) return { why: 'CAPTURE_NOT_PERMITTED', detail };
  return { why: 'CAPTURE_FAILED', detail };
}
