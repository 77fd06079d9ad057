/** The list of runs and what each adds up to, in English. Portuguese has the same shape (`pt-runs.ts`). */
export const enRuns = {
  heading: 'Runs',
  none: 'No run yet.',
  script: 'script',
  compare: 'Compare two',
  delete: (order: number) => `Delete run ${order}`,
  deleteAll: 'Delete all',
  /** Asked once more before it is done. */
  deleteReally: (count: number) => `Delete ${count} runs?`,
  outcomes: {
    replied: 'replied',
    silent: 'silence',
    refused: 'refused',
    reset: 'reset',
    timeout: 'timed out',
    cancelled: 'given up',
    failed: 'failed',
    lost: 'lost sight of',
    rejected: 'not served',
    running: 'running',
  },
};

type Side = 'client' | 'server';
const The = (side: Side) => `The ${side}`;

export const enSummary = {
  heading: 'This connection',
  outcomes: {
    replied: (text: string) => `The server replied ${text}.`,
    silent: 'The server closed without a byte. For a number of exactly ten digits that is what the protocol says.',
    refused: 'Refused: nobody listens on that port, so there was no connection.',
    reset: 'Reset: the connection was broken off with a RST.',
    timeout: 'Timed out: no end came within the limit, so the bridge gave up.',
    cancelled: 'Given up: the client aborted its connection.',
    failed: (error: string) => `It failed${error ? ` with ${error}` : ''}.`,
    lost: 'The bridge went away during this run; what came afterwards is not known.',
    rejected: 'The bridge did not serve this run.',
    running: 'Still running.',
  },
  replyThenReset: (text: string) => `The server replied ${text}, and then the connection was reset.`,
  ending: {
    complete: (opener: Side) => `Complete: the ${opener} opened it, and both sides closed it.`,
    unconfirmed: (opener: Side) =>
      `The ${opener} opened it, and both sides closed it; the last acknowledgment was not seen.`,
    'client-only': (opener: Side) => `Not complete: the ${opener} opened it, and only the client closed its side.`,
    'server-only': (opener: Side) => `Not complete: the ${opener} opened it, and only the server closed its side.`,
    open: (opener: Side) => `Not complete: the ${opener} opened it, and neither side closed it.`,
    reset: (opener: Side) => `Not complete: the ${opener} opened it, and a RST ended it.`,
    never: (opener: Side) => `The ${opener} asked for a connection, and the handshake was not finished.`,
  },
  first: (side: Side) => `${The(side)} closed first.`,
  firstAndWaits: (side: Side, lasts: string) =>
    `${The(side)} closed first, so it holds TIME_WAIT${lasts && `, for ${lasts}`}.`,
  bothFirst: 'Both closed at the same time.',
  waits: (side: Side, lasts: string) => `${The(side)} holds TIME_WAIT${lasts && `, for ${lasts}`}.`,
  traffic: (up: string, down: string) => `${up} up, ${down} down.`,
  trouble: (lost: number, again: number, copied: number) =>
    `Segments lost: ${lost}, sent again: ${again}${copied > 0 ? `, copied by the wire: ${copied}` : ''}.`,
  answer: (took: string, isBound: boolean) => `The server program took ${isBound ? 'at most ' : ''}${took} to answer.`,
  disagreements: (count: number) =>
    `${count === 1 ? 'Once a kernel was' : `${count} times a kernel was`} seen in another state than the standard says.`,
  evidence: 'Evidence',
  segments: (count: number, all: number, how: string) => `${count} of ${all} segments ${how}.`,
  noSegments: 'No segment yet.',
};
