type Side = 'client' | 'server';
const The = (side: Side) => `The ${side}`;

/** What a run adds up to. */
export const summary = {
  heading: 'This connection',
  ending: {
    complete: (opener: Side) => `Complete: the ${opener} opened it, and both sides closed it.`,
    unconfirmed: (opener: Side) =>
      `The ${opener} opened it, and both sides closed it; the last acknowledgment was not seen.`,
    'client-only': (opener: Side) => `Incomplete: the ${opener} opened it, and only the client closed its side.`,
    'server-only': (opener: Side) => `Incomplete: the ${opener} opened it, and only the server closed its side.`,
    open: (opener: Side) => `Incomplete: the ${opener} opened it, and neither side closed it.`,
    reset: (opener: Side) => `Incomplete: the ${opener} opened it, and a RST ended it.`,
    never: (opener: Side) => `The ${opener} asked for a connection, and the handshake did not finish.`,
  },
  /** Before the client called connect(). */
  waited: {
    untilListening: (time: string) => `The run waited ${time} until the server program listened.`,
    inVain: (time: string) => `The run waited ${time} for the server program to listen, but it did not.`,
  },
  first: (side: Side) => `${The(side)} closed first.`,
  firstAndWaits: (side: Side, lasts: string) =>
    `${The(side)} closed first, so it stays in TIME_WAIT${lasts && ` for up to ${lasts}`}.`,
  /** Before any FIN: by an abort, or by closing with bytes unread. */
  aborted: (side: Side) => `${The(side)} ended it first, with a RST.`,
  unread: (side: Side, bytes: string) => `${The(side)} closed with ${bytes} unread, so its kernel sent a RST.`,
  /** Redis says so in its protected mode. */
  onlyLoopback:
    'In the lab the client’s address is not 127.0.0.1. A server that trusts that address only may therefore refuse it: let it trust the lab’s client, or use --wire direct.',
  bothFirst: 'Both closed at about the same time.',
  waits: (side: Side, lasts: string) => `${The(side)} stays in TIME_WAIT${lasts && ` for up to ${lasts}`}.`,
  traffic: (up: string, down: string) => `${up} up, ${down} down.`,
  trouble: (lost: number, again: number, copied: number) =>
    `Segments lost: ${lost}, sent again: ${again}${copied > 0 ? `, copied by the wire: ${copied}` : ''}.`,
  answer: (took: string, isBound: boolean) => `The server program took ${isBound ? 'at most ' : ''}${took} to answer.`,
  /** The trace has no room for them. */
  leftOut: {
    lines: (count: number) => `The server printed ${count} more lines than a trace holds.`,
    steps: (count: number) =>
      `More happened than a trace holds: ${count} reports about what came later are not in it, so it does not show how the connection ended.`,
  },
  disagreements: (count: number) =>
    `${count === 1 ? 'Once' : `${count}\u00a0times`}, a kernel was seen in a state other than the standard says.`,
  evidence: 'Evidence',
  segments: (count: number, all: number, how: string) => `${count} of ${all} segments ${how}.`,
  noSegments: 'No segment yet.',
  /** Of several segments. */
  evidenceMany: { captured: 'captured', observed: 'observed', inferred: 'inferred' },
};
