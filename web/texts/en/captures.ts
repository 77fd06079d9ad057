import type { Ended, Missing, Opened } from '../../../bridge/packet/connections/connection-summary.ts';
import type { FileProblemCode } from '../../../bridge/packet/capture-file/frame.ts';
import type { Reason } from '../../../bridge/packet/layers/layers.ts';
import { counted } from '../amounts.ts';

type Side = 'client' | 'server';

/** A capture file: how it is read, and the connections in it. */
export const captures = {
  reading: (name: string, share: string, connections: string) =>
    `Reading ${name}: ${share}, ${counted(Number(connections), 'connection', 'connections')} so far.`,
  giveUp: 'Give up',
  close: 'Close the capture',
  fold: 'Fold the list',
  unfold: 'Show the list',
  heading: (name: string, shown: string, all: string) => `${name}: ${shown} of ${all} connections`,
  none: 'No connection matches.',
  empty: 'The file has no TCP connection.',
  search: 'Search addresses and ports',
  filter: 'Show',
  filters: {
    all: 'all',
    reset: 'reset',
    unanswered: 'never answered',
    refused: 'refused',
    repeated: 'retransmissions > 0',
    incomplete: 'incomplete',
  },
  order: 'Sort by',
  orders: {
    time: 'opened',
    client: 'client',
    server: 'server',
    bytes: 'bytes',
    duration: 'duration',
    trouble: 'trouble',
  },
  descending: 'largest first',
  columns: {
    time: 'opened',
    ends: 'client → server',
    how: 'how it began and ended',
    bytes: 'bytes → ←',
    duration: 'duration',
    trouble: 'trouble',
  },
  opened: {
    handshake: 'opened',
    simultaneous: 'opened by both at once',
    'half-open': 'half open',
    'not-answered': 'never answered',
    refused: 'refused',
    'before-capture': 'began earlier',
  } satisfies Record<Opened, string>,
  ended: {
    closed: 'closed',
    'half-closed': 'one side closed',
    reset: 'reset',
    'not-opened': '',
    'not-seen': 'end not seen',
  } satisfies Record<Ended, string>,
  by: (how: string, side: Side) => `${how} by the ${side}`,
  missing: {
    beginning: 'beginning missing',
    end: 'end missing',
    client: 'client’s packets missing',
    server: 'server’s packets missing',
    segments: 'segments missing',
  } satisfies Record<Missing, string>,
  repeated: (count: number) => `${count} retransmitted`,
  outOfOrder: (count: number) => `${count} out of order`,
  zeroWindows: (count: number) => counted(count, 'zero window', 'zero windows'),
  noTrouble: '–',
  unread: {
    heading: (count: number) => `${counted(count, 'frame', 'frames')} without a TCP segment`,
    reasons: {
      NOT_IP: 'not IP',
      NOT_TCP: 'not TCP',
      NOT_DATA: 'management of a wireless network',
      ENCRYPTED: 'encrypted',
      FRAGMENT: 'fragments whose others are missing',
      TRUNCATED: 'cut off within a header',
      BAD_HEADER_LENGTH: 'a header with an impossible length',
      BAD_TOTAL_LENGTH: 'a packet with an impossible length',
      TOO_DEEP: 'too many tunnels in tunnels',
      UNSUPPORTED_LINK_TYPE: 'a kind of link that is not known here',
      NO_INTERFACE: 'an interface that the file does not describe',
    } satisfies Record<Reason, string>,
  },
  problem: (what: string) => `The file could not be read to its end: ${what}. What comes before that place is shown.`,
  problems: {
    ENDED_EARLY: 'it ends within a record',
    BAD_MAGIC: 'it is no capture file there',
    BAD_BLOCK: 'a block is damaged',
    RECORD_TOO_LARGE: 'a record has an impossible length',
    TOO_MANY_INTERFACES: 'it has too many interfaces',
  } satisfies Record<FileProblemCode, string>,
  place: 'The capture was taken',
  places: {
    client: 'at the client’s end',
    server: 'at the server’s end',
    between: 'between the ends',
    unknown: 'at an unknown place',
  },
  placeMeans:
    'The times of the acknowledgments show it. You may know better. Times at an end that is elsewhere are estimates.',
  noPrograms: 'Nobody saw the programs: a capture has no calls.',
};
