/** The list of runs. */
export const runs = {
  heading: 'Runs',
  none: 'No run yet.',
  compare: 'Compare two',
  delete: (order: number) => `Delete run ${order}`,
  deleteAll: 'Delete all',
  /** The question before all are deleted. */
  deleteReally: (count: number) => `Delete ${count}\u00a0runs?`,
  unwatched: 'not watched to its end yet',
  outcomes: {
    replied: 'replied',
    silent: 'silence',
    unread: 'nothing read',
    refused: 'refused',
    reset: 'reset',
    timeout: 'timed out',
    cancelled: 'given up',
    failed: 'failed',
    unknown: 'not known',
    lost: 'lost sight of',
    rejected: 'not served',
    running: 'running',
  },
};

/** How a run ended. */
export const end = {
  outcomes: {
    replied: (text: string) => `The server replied ${text}.`,
    silent: 'The server closed without sending a byte.',
    unread: 'The client ended without having read a byte.',
    refused: 'Refused: nobody listens on that port, so there was no connection.',
    reset: 'Reset: a RST broke the connection off.',
    timeout: 'Timed out: the run did not end within the bridge’s limit, so the bridge ended it.',
    cancelled: 'Given up: the client aborted its connection.',
    failed: (error: string) => `It failed${error ? ` with ${error}` : ''}.`,
    unknown: 'Nobody saw how it went.',
    lost: 'The bridge went away during this run; what came afterwards is not known.',
    rejected: 'The bridge did not serve this run.',
    running: 'Still running.',
  },
  /** Why a run failed, by the bridge’s own code. */
  failures: {
    SERVER_NOT_STARTED: 'The server of this run could not be started, so the client did not connect.',
    TLS_FAILED: 'TLS failed: the call that shows why is in the picture.',
    TLS_NOT_VERIFIED:
      'The server’s certificate could not be verified, so the client ended the connection, as its script asks.',
    LAB_HOST_ENDED: 'A host of the lab ended during this run, and the run with it.',
  },
  /** A time-out that is the kernel’s, not the bridge’s. */
  gaveUp: 'Timed out: no answer came, so the client’s kernel gave up (ETIMEDOUT).',
  tenDigits: 'For a number of exactly ten digits, that is what the protocol says.',
  replyThenReset: (text: string) => `The server replied ${text}, and then the connection was reset.`,
};
