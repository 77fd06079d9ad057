import { indexOf } from './index-of-steps.ts';
import type { Segment, State, Step } from '../../bridge/trace/step.ts';
import { ipv6Text } from '../../bridge/packet/ipv6.ts';
import { bytesFromHex } from './bytes.ts';

/** Totals of a whole trace. */
export interface ConnectionFacts {
  segments: { captured: number; observed: number; inferred: number; all: number };
  /** Bytes of data that the client and the server sent, without repetitions and copies. */
  up: number;
  down: number;
  /** Whether a RST ended the connection. */
  hasReset: boolean;
  /** Segments that a kernel retransmitted, that were lost, and that the wire copied. */
  again: number;
  lost: number;
  copied: number;
  /** How often a kernel was seen in a different state from the standard's. */
  disagreements: number;
  /** `host:port`, if a call or a packet shows it. */
  clientAddress?: string;
  /** Where the client connected to, if a call or a packet shows it. */
  serverAddress?: string;
}

export function factsOfConnection(steps: readonly Step[]): ConnectionFacts {
  const facts: ConnectionFacts = {
    segments: { captured: 0, observed: 0, inferred: 0, all: 0 },
    up: 0,
    down: 0,
    hasReset: false,
    again: 0,
    lost: 0,
    copied: 0,
    disagreements: 0,
  };
  for (const step of steps) {
    if (step.kind === 'segment') count(step, facts);
    else if (step.kind === 'state') judge(step, steps, facts);
  }
  const clientAddress = addressOfClient(steps);
  const serverAddress = addressOfServer(steps);
  return {
    ...facts,
    ...(clientAddress !== undefined && { clientAddress }),
    ...(serverAddress !== undefined && { serverAddress }),
  };
}

function addressOfClient(steps: readonly Step[]): string | undefined {
  for (const step of steps) {
    let address: string | undefined;
    if (step.kind === 'call' && step.name === 'accept') address = step.peer;
    else if (step.kind === 'segment' && step.from === 'client') address = sourceOf(step.header);
    if (address !== undefined) return address;
  }
  return undefined;
}

function addressOfServer(steps: readonly Step[]): string | undefined {
  for (const step of steps) {
    let address: string | undefined;
    if (step.kind === 'call' && step.name === 'connect') address = step.args[0] ?? step.peer;
    else if (step.kind === 'segment' && step.from === 'server') address = sourceOf(step.header);
    if (address !== undefined) return address;
  }
  return undefined;
}

/**
 * The source of an IP packet, `host:port` (RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1). Undefined for other bytes, and for
 * none.
 */
function sourceOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const bytes = bytesFromHex(header);
  const version = bytes[0]! >> 4;
  const isIpv6 = version === 6 && bytes[6] === PROTOCOL_TCP;
  const [high, low] = bytes.subarray(isIpv6 ? 40 : (bytes[0]! & 15) * 4);
  if ((version !== 4 && !isIpv6) || low === undefined) return undefined;
  const host = isIpv6 ? `[${ipv6Text(bytes.subarray(8, 24))}]` : bytes.subarray(12, 16).join('.');
  return `${host}:${high! * 256 + low}`;
}

const PROTOCOL_TCP = 6;

function count(segment: Segment, facts: ConnectionFacts): void {
  facts.segments[segment.evidence] += 1;
  facts.segments.all += 1;
  if (segment.retransmissionOf !== undefined) facts.again += 1;
  if (segment.duplicateOf !== undefined) facts.copied += 1;
  if (segment.fate === 'dropped') facts.lost += 1;
  if (segment.retransmissionOf === undefined && segment.duplicateOf === undefined)
    facts[segment.from === 'client' ? 'up' : 'down'] += segment.length;
}

/** Not every RST ends a connection: it may answer a late or repeated segment. */
function judge(state: State, steps: readonly Step[], facts: ConnectionFacts): void {
  if (state.expected !== undefined) facts.disagreements += 1;
  if (state.to === 'CLOSED' && !ENDED.has(state.from) && !hasGivenUp(state, steps)) facts.hasReset = true;
}

/** Whether a last time-out ended the connection: what this end sent, and no RST, was never acknowledged. */
export function hasGivenUp({ side, cause, to }: State, steps: readonly Step[]): boolean {
  const by = to === 'CLOSED' && cause !== undefined ? indexOf(steps).byId.get(cause) : undefined;
  return by?.kind === 'segment' && by.from === side && !by.flags.includes('RST');
}

/** From these states a connection reaches CLOSED in good order (RFC 9293 §3.3.2). From all others, it takes a RST. */
const ENDED: ReadonlySet<string> = new Set(['LAST_ACK', 'TIME_WAIT', 'CLOSED', 'LISTEN']);
