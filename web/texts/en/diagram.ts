import { counted } from '../amounts.ts';

/** The picture of a connection. */
export const diagram = {
  label: 'The connection as a sequence diagram; time flows down',
  clientProgram: 'client program',
  clientTcp: 'client TCP',
  wire: 'the wire',
  serverTcp: 'server TCP',
  serverProgram: 'server program',
  client: 'client',
  server: 'server',
  before: 'before',
  sure: 'captured or observed',
  inferred: 'inferred',
  blocked: 'blocked',
  woke: 'woke',
  scale: 'to scale',
  scaleNote: 'Rows are as far apart as their times, but at least one row',
  zoom: 'Size of the picture',
  fit: 'fit',
  fitNote: 'Rows as close as they must be for the whole picture to be seen',
  smaller: 'Smaller',
  larger: 'Larger',
  retransmission: 'again',
  lostMark: 'lost',
  heldMark: 'held',
  underWayMark: 'under way',
  wireCopy: 'the wire’s copy',
  copy: 'copy',
  keepAlive: 'keep-alive probe',
  zeroWindow: 'zero-window probe',
  probe: 'probe',
  sentAgain: (count: number) => `sent ${count}\u00a0× again`,
  lasts: (duration: string) => `up to ${duration}`,
  expected: (state: string) => `the standard says ${state}`,
  not: (state: string) => `not ${state}`,
  segments: (count: number) => counted(count, 'segment', 'segments'),
  acks: (count: number) => counted(count, 'ACK', 'ACKs'),
  lines: (count: number) => counted(count, 'line', 'lines'),
  inSegments: (size: string, count: number) => `${size} in ${count}`,
  /** @param what the folded segments or lines */
  openFold: (what: string) => `${what}: show each one`,
  closeFold: (what: string) => `${what}: show as one again`,
  silent: 'shortened',
  silence: (duration: string) => `Nothing happened for ${duration}.`,
  timers: { retransmission: 'time-out', 'zero-window': 'timer', 'keep-alive': 'timer', 'giving-up': 'time-out' },
  timerRan: {
    retransmission: (who: string, duration: string) =>
      `The segment was not acknowledged for ${duration}: a timer of the ${who}’s kernel ran out, and it sends the segment again.`,
    'zero-window': (who: string, duration: string) =>
      `Another timer: after ${duration} without a window, the ${who}’s kernel asks whether there is room again.`,
    'keep-alive': (who: string, duration: string) =>
      `Another timer: after ${duration} without a word, the ${who}’s kernel asks whether the other end is still there.`,
    'giving-up': (who: string, duration: string) =>
      `The last time-out: after ${duration} without an answer, the ${who}’s kernel gives the connection up.`,
  },
  inFlight: {
    client: (now: string, most: string, window: string | undefined) =>
      `Sent by the client and not yet acknowledged: ${now}, at most ${most} (filled).${window === undefined ? '' : ` The server’s window: ${window} (outline).`} The scale is logarithmic.`,
    server: (now: string, most: string, window: string | undefined) =>
      `Sent by the server and not yet acknowledged: ${now}, at most ${most} (filled).${window === undefined ? '' : ` The client’s window: ${window} (outline).`} The scale is logarithmic.`,
  },
  doubled: 'It ran about twice as long as the one before.',
  waits:
    'The server listens, so it has created its socket, bound it and set it to listen. Now it waits in accept() for a client.',
  stillBlocked: 'blocked …',
  endNotSeen: 'no return seen',
  returned: 'returned',
  timeUp: 'time was up',
  peerClosed: '0\u00a0bytes: end',
  invite:
    'Press the button: Aperto opens one real TCP connection and draws it here, call by call and segment by segment.',
  inviteWatch: (target: string) =>
    `Aperto watches ${target}: each connection that somebody makes to this port appears here by itself.`,
  inviteStopped:
    'The server is not listening. Start it first, or press the button and see how a connection is refused.',
  inviteNoBridge: 'The page can draw connections here when the bridge responds.',
  underWay: 'The connection is under way …',
  listAs: 'The steps in the order of time',
};
