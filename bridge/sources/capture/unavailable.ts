/** What is wrong with a capture, by stable code: a sentence, and the command that would help, where one would. */
const REASONS = {
  CAPTURE_OFF: { sentence: 'Capture is switched off (--capture off).' },
  CAPTURE_NOT_TRIED: { sentence: 'Capture has not been tried yet.' },
  CAPTURE_NOT_PERMITTED: {
    sentence: 'Only root, or a tcpdump with the right to, may capture packets here; the lab needs neither.',
    help: 'sudo setcap cap_net_raw=ep "$(command -v tcpdump)"',
  },
  CAPTURE_NO_TCPDUMP: { sentence: 'tcpdump is not installed.', help: 'sudo apt-get install tcpdump' },
  CAPTURE_NO_ROUTE: { sentence: 'This machine has no route to the target.' },
  CAPTURE_TOO_SLOW: { sentence: 'tcpdump did not begin to capture within two seconds.' },
  CAPTURE_FAILED: { sentence: 'tcpdump cannot capture here.' },
  // Of one run:
  CAPTURE_SAW_NOTHING: { sentence: 'No packet of this connection came by where tcpdump captures.' },
  CAPTURE_LOST_PACKETS: { sentence: 'The kernel had no room for all packets: some were not captured.' },
  CAPTURE_ENDED_EARLY: { sentence: 'tcpdump ended before the connection did.' },
  CAPTURE_CLOCK_SET: {
    sentence: 'The clock of this machine was set meanwhile: the times of some packets may be wrong.',
  },
} as const satisfies Record<string, { sentence: string; help?: string }>;

type CaptureCode = keyof typeof REASONS;

/** What is wrong with the capture of one run. Of the first nothing is known, of the next two not all, of the last not when. */
export type CaptureFlaw = 'CAPTURE_SAW_NOTHING' | 'CAPTURE_LOST_PACKETS' | 'CAPTURE_ENDED_EARLY' | 'CAPTURE_CLOCK_SET';
/** Why nothing is captured. */
export type CaptureUnavailableCode = Exclude<CaptureCode, CaptureFlaw>;

export interface CaptureUnavailable {
  why: CaptureUnavailableCode;
  /** What the system said. */
  detail?: string;
}

/** In one sentence: what is wrong with a capture, and what would change it. */
export function captureAdvice({ why, detail }: { why: CaptureCode; detail?: string }): string {
  const { sentence, help }: { sentence: string; help?: string } = REASONS[why];
  const said = detail && !help ? ` It said: ${detail}` : '';
  return `${sentence}${said}${help ? ` This would help: ${help}` : ''}`;
}

/** @returns nothing for what is no code of a capture */
export function captureCode(code: string | undefined): CaptureCode | undefined {
  return code !== undefined && Object.hasOwn(REASONS, code) ? (code as CaptureCode) : undefined;
}

/**
 * What it means that tcpdump ended before it captured anything.
 * @param startError why it did not even start, where it did not
 */
export function explain(startError: NodeJS.ErrnoException | undefined, said: string): CaptureUnavailable {
  if (startError?.code === 'ENOENT') return { why: 'CAPTURE_NO_TCPDUMP' };
  const complaint = startError?.message ?? said;
  const detail = complaint.trim().split('\n')[0]!;
  if (/permission|not permitted|EACCES/i.test(complaint)) return { why: 'CAPTURE_NOT_PERMITTED', detail };
  return { why: 'CAPTURE_FAILED', detail };
}
