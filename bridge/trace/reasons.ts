import type { Reason } from './step.ts';

/** The section of the standard that proves an inferred step, for each reason. */
export const REASON_SOURCES: Record<Reason, string> = {
  'listening-needs-a-bound-socket': 'RFC 9293 §3.9.1.1',
  'connect-begins-with-syn': 'RFC 9293 §3.5',
  'connect-succeeded': 'RFC 9293 §3.5',
  'connect-was-reset': 'RFC 9293 §3.10.7.3',
  'connect-refused': 'RFC 9293 §3.5.2',
  'peer-got-these-bytes': 'RFC 9293 §3.4',
  'program-sent-these-bytes': 'RFC 9293 §3.9.1.2',
  'program-closed': 'RFC 9293 §3.6',
  'peer-saw-the-end': 'RFC 9293 §3.6',
  'program-reset': 'RFC 9293 §3.9.1.6',
  'peer-saw-a-reset': 'RFC 9293 §3.5.2',
  'data-after-close': 'RFC 9293 §3.6.1',
  'ack-within-half-a-second': 'RFC 9293 §3.8.6.3',
  'fin-must-be-acknowledged': 'RFC 9293 §3.6',
  'only-an-accepted-socket-can-send': 'POSIX accept()',
  'state-follows-segment': 'RFC 9293 §3.3.2',
  'answered-a-syn': 'RFC 9293 §3.10.7.2',
  'began-before-capture': 'RFC 9293 §3.10.7.4',
};
