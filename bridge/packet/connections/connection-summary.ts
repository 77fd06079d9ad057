import { ipv4Text } from '../ipv4.ts';
import { ipv6Text } from '../ipv6.ts';
import type { Side } from '../../trace/step.ts';
import * as state from './connection-state.ts';
import type { ConnectionTable } from './connection-table.ts';
import * as column from './connection-table.ts';
import { type Mark, marksIn } from './marks.ts';
import type { SequenceAnalysis } from './sequence-analysis.ts';

export interface End {
  /** `10.77.0.1`, `fd00::1`. */
  address: string;
  port: number;
}

/**
 * How a connection began. `not-answered`: only SYNs. `refused`: a RST answered the SYN. `half-open`: the SYN was
 * answered, and no acknowledgment of that was seen. `simultaneous`: both sides sent a SYN. `before-capture`: no SYN.
 */
export type Opened = 'handshake' | 'simultaneous' | 'half-open' | 'not-answered' | 'refused' | 'before-capture';

/**
 * How it ended. `closed`: both sides sent a FIN. `half-closed`: one did. `reset`: a RST, after a FIN or not. `not-opened`:
 * it never began. `not-seen`: it goes on, or it ended after the capture.
 */
export type Ended = 'closed' | 'half-closed' | 'reset' | 'not-opened' | 'not-seen';

/** Parts of a connection that the capture does not have: the packets of one side, or bytes in the middle. */
export type Missing = 'beginning' | 'end' | 'client' | 'server' | 'segments';

export interface ConnectionSummary {
  connection: number;
  client: End;
  server: End;
  /** Whether a SYN shows who is the client. If not, the side with the larger port counts as it. */
  clientIsKnown: boolean;
  /** Nanoseconds since the first frame of the capture. */
  firstAt: number;
  lastAt: number;
  /** By the side that sent them. */
  packets: Record<Side, number>;
  /** Bytes of TCP data, repeated ones included. */
  data: Record<Side, number>;
  /** Bytes on the wire, with all headers. */
  wire: Record<Side, number>;
  /** All flags that were seen, as bits of the TCP header. */
  flags: Record<Side, number>;
  retransmissions: Record<Side, number>;
  opened: Opened;
  ended: Ended;
  /** Who sent the first FIN or RST. */
  endedBy: Side | undefined;
  missing: Missing[];
  /** Nanoseconds of the handshake's round trip. Undefined if the capture does not show it. */
  roundTrip: number | undefined;
  outOfOrder: number;
  duplicateAcks: number;
  /** Segments that show that others were not captured. */
  notCaptured: number;
  zeroWindows: number;
  /** All marks that any segment has. */
  marks: Mark[];
}

export function summaryOf(table: ConnectionTable, analysis: SequenceAnalysis, connection: number): ConnectionSummary {
  const numbers = table.numbers.subarray(table.numbersAt(connection), table.numbersAt(connection + 1));
  const doubles = table.doubles.subarray(table.doublesAt(connection), table.doublesAt(connection + 1));
  const bits = numbers[column.STATE]!;
  const knownClient = clientDirection(bits);
  const client = clientOf(table, connection);
  const server = client === 0 ? 1 : 0;
  const sides = (values: Uint32Array | Float64Array, at: number): Record<Side, number> => ({
    client: values[at + client]!,
    server: values[at + server]!,
  });
  const opened = openedAs(bits, client);
  const ended = endedAs(bits, opened);
  const roundTrip = analysis.roundTripOf(connection);
  const sideOf = (bit: number): Side => (state.has(bits, bit, client) ? 'client' : 'server');
  return {
    connection,
    client: endOf(table, connection, client),
    server: endOf(table, connection, server),
    clientIsKnown: knownClient !== undefined,
    firstAt: doubles[column.FIRST_TIME]!,
    lastAt: doubles[column.LAST_TIME]!,
    packets: sides(numbers, column.PACKETS),
    data: sides(doubles, column.DATA),
    wire: sides(doubles, column.WIRE),
    flags: sides(numbers, column.FLAGS),
    retransmissions: sides(numbers, column.RETRANSMISSIONS),
    opened,
    ended,
    endedBy: state.either(bits, state.ENDED_FIRST) ? sideOf(state.ENDED_FIRST) : undefined,
    missing: missingParts(sides(numbers, column.PACKETS), numbers[column.NOT_CAPTURED]!, opened, ended),
    roundTrip: roundTrip > 0 ? roundTrip : undefined,
    outOfOrder: numbers[column.OUT_OF_ORDER]!,
    duplicateAcks: numbers[column.DUPLICATE_ACKS]!,
    notCaptured: numbers[column.NOT_CAPTURED]!,
    zeroWindows: numbers[column.ZERO_WINDOWS]!,
    marks: marksIn(numbers[column.ALL_MARKS]!),
  };
}

function endOf(table: ConnectionTable, connection: number, side: 0 | 1): End {
  const bytes = table.addressOf(connection, side);
  return { address: bytes.length === 4 ? ipv4Text(bytes, 0) : ipv6Text(bytes), port: table.portOf(connection, side) };
}

/** The direction of the client. If nothing shows it, the side with the larger port counts as the client. */
export function clientOf(table: ConnectionTable, connection: number): 0 | 1 {
  const known = clientDirection(table.numbers[table.numbersAt(connection) + column.STATE]!);
  return known ?? (table.portOf(connection, 0) >= table.portOf(connection, 1) ? 0 : 1);
}

/** Who sent a SYN, or whose SYN was answered. */
function clientDirection(bits: number): 0 | 1 | undefined {
  if (state.has(bits, state.SYN_SENT, 0)) return 0;
  if (state.has(bits, state.SYN_SENT, 1)) return 1;
  if (state.has(bits, state.SYN_ANSWERED, 1)) return 0;
  return state.has(bits, state.SYN_ANSWERED, 0) ? 1 : undefined;
}

function openedAs(bits: number, client: number): Opened {
  if (state.both(bits, state.SYN_SENT)) return 'simultaneous';
  const answered = state.either(bits, state.SYN_ANSWERED);
  if (!answered && !state.either(bits, state.SYN_SENT)) return 'before-capture';
  if (answered) return state.either(bits, state.HANDSHAKE_DONE) ? 'handshake' : 'half-open';
  if (state.has(bits, state.RST_SENT, 1 - client)) return 'refused';
  // The answer was not captured, but what came after it was.
  return state.either(bits, state.DATA_SENT) || state.either(bits, state.FIN_SENT) ? 'before-capture' : 'not-answered';
}

function endedAs(bits: number, opened: Opened): Ended {
  if (opened === 'refused' || opened === 'not-answered') return 'not-opened';
  if (state.either(bits, state.RST_SENT)) return 'reset';
  if (state.both(bits, state.FIN_SENT)) return 'closed';
  return state.either(bits, state.FIN_SENT) ? 'half-closed' : 'not-seen';
}

function missingParts(packets: Record<Side, number>, notCaptured: number, opened: Opened, ended: Ended): Missing[] {
  const missing: Missing[] = [];
  if (opened === 'before-capture') missing.push('beginning');
  if (ended === 'not-seen' || ended === 'half-closed') missing.push('end');
  // A SYN without an answer has no other side.
  if (packets.client === 0) missing.push('client');
  if (packets.server === 0 && ended !== 'not-opened') missing.push('server');
  if (notCaptured > 0) missing.push('segments');
  return missing;
}
