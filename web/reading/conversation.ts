import type { Call, Segment, Side, Step, TcpState } from '../../bridge/trace/step.ts';
import { segmentAnswered } from './resets.ts';
import { segmentRole } from './segment-role.ts';

/**
 * How a connection ended. `never`: the handshake was not finished. `unconfirmed`: both sides closed, but nobody saw the
 * last acknowledgment.
 */
export type Ending = 'complete' | 'unconfirmed' | 'client-only' | 'server-only' | 'open' | 'reset' | 'never';

/** The course of a finished connection. */
export interface Conversation {
  /** The side that sent the first SYN. */
  opener: Side | undefined;
  ending: Ending;
  /** The side that sent the first FIN. `both`: each sent its own before it had the other's. */
  closedFirst: Side | 'both' | undefined;
  /** The side whose RST ended the connection before there was any FIN. Nobody closed first then. */
  abortedBy: Side | undefined;
  /** The sides that stay in TIME_WAIT, and for how long if the kernel reported it. */
  waits: { side: Side; ms: number | undefined }[];
  answer: Answer | undefined;
}

/**
 * The time from when the server program had the bytes until it sent its own. If `isBound`, it took at most this long.
 */
export interface Answer {
  us: number;
  isBound: boolean;
}

const SIDES = ['client', 'server'] as const;

/** @param hasReset whether a RST ended the connection */
export function conversationOf(steps: readonly Step[], hasReset: boolean): Conversation {
  const segments = steps.filter((step) => step.kind === 'segment');
  const first = segments.find((segment) => isEnd(segment, steps));
  const isAbort = first?.flags.includes('RST') === true;
  const closesAtOnce = SIDES.every((side) => statesOf(steps, side).includes('FIN_WAIT_1'));
  return {
    opener: segments.find(({ flags }) => flags.includes('SYN') && !flags.includes('ACK'))?.from,
    ending: endingOf(steps, segments, hasReset),
    closedFirst: closesAtOnce ? 'both' : isAbort ? undefined : first?.from,
    abortedBy: isAbort && !closesAtOnce ? first?.from : undefined,
    waits: SIDES.flatMap((side) => {
      const last = steps.findLast((step) => step.kind === 'state' && step.side === side);
      return last?.kind === 'state' && last.to === 'TIME_WAIT' ? [{ side, ms: last.lastsMs }] : [];
    }),
    answer: answerOf(steps, segments),
  };
}

/** Whether a segment ends its sender’s side of a connection. A RST may only refuse one, or answer what belongs to none. */
function isEnd(segment: Segment, steps: readonly Step[]): boolean {
  if (segment.flags.includes('FIN')) return true;
  if (!segment.flags.includes('RST')) return false;
  return segmentRole(segment, steps) === 'rst' && segmentAnswered(segment, steps) === undefined;
}

function statesOf(steps: readonly Step[], side: Side): TcpState[] {
  return steps.flatMap((step) => (step.kind === 'state' && step.side === side ? [step.to] : []));
}

function endingOf(steps: readonly Step[], segments: readonly Segment[], hasReset: boolean): Ending {
  const [client, server] = SIDES.map((side) => statesOf(steps, side)) as [TcpState[], TcpState[]];
  if (!client.includes('ESTABLISHED')) return 'never';
  if (hasReset) return 'reset';
  const [byClient, byServer] = SIDES.map((side) =>
    segments.some(({ from, flags }) => from === side && flags.includes('FIN')),
  );
  if (!byClient && !byServer) return 'open';
  if (!byClient || !byServer) return byClient ? 'client-only' : 'server-only';
  return [client, server].every((states) => ENDED.has(states.at(-1))) ? 'complete' : 'unconfirmed';
}

/** After a server's connection is gone, its kernel may report the listening socket in its place. */
const ENDED: ReadonlySet<TcpState | undefined> = new Set(['CLOSED', 'TIME_WAIT', 'LISTEN']);

/**
 * The time is exact if both calls were seen. Otherwise it is an upper bound: from the earliest time at which the bytes
 * can have arrived to the latest at which the answer can have been sent.
 */
function answerOf(steps: readonly Step[], segments: readonly Segment[]): Answer | undefined {
  const calls = steps.filter((step) => step.kind === 'call').filter(({ evidence }) => evidence === 'observed');
  const data = segments.filter((segment) => segment.length > 0 && isCaptured(segment));
  const send = calls.find(({ side, name, bytes }) => side === 'server' && name === 'send' && bytes !== 0);
  const recv = calls.findLast((call) => call.side === 'server' && gotBytes(call, send?.startedAt));
  if (send && recv && isExact(send) && isExact(recv)) return { us: send.startedAt - recv.returnedAt!, isBound: false };
  const from = latest(
    recv && recv.returnedAt! - (recv.within ? (recv.within.returnUs ?? Infinity) : 0),
    earliestOf(data.find(({ from }) => from === 'client')),
    calls.find(({ side, name }) => side === 'client' && name === 'send')?.startedAt,
  );
  const to = earliest(
    send?.startedAt,
    latestOf(data.find(({ from }) => from === 'server')),
    calls.find((call) => call.side === 'client' && call.bytes !== undefined && gotBytes(call))?.returnedAt,
  );
  return to > from && Number.isFinite(to - from) ? { us: to - from, isBound: true } : undefined;
}

const latest = (...moments: (number | undefined)[]) => Math.max(...moments.filter((at) => at !== undefined));
const earliest = (...moments: (number | undefined)[]) => Math.min(...moments.filter((at) => at !== undefined));

/** Whether a source saw the call begin and return, instead of looking only now and then. */
const isExact = ({ within }: Call) => within === undefined;

const isCaptured = ({ fate, evidence }: Segment) => evidence === 'captured' && fate === 'delivered';

/** Whether a recv() had returned bytes by then. One that was only seen from outside counts: it may have. */
const gotBytes = ({ name, bytes, result = 'ok', returnedAt = Infinity }: Call, by = Number.MAX_VALUE) =>
  name === 'recv' && bytes !== 0 && result === 'ok' && returnedAt <= by;

/** The earliest time at which a segment can have arrived. */
const earliestOf = (segment?: Segment) => (segment?.estimated === 'arrivedAt' ? segment.sentAt : segment?.arrivedAt);

/** The latest time at which a segment can have been sent. */
const latestOf = (segment?: Segment) => (segment?.estimated === 'sentAt' ? segment.arrivedAt : segment?.sentAt);
