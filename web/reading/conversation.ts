import type { Call, Segment, Side, Step, TcpState } from '../../bridge/trace/step.ts';

/**
 * How a connection that is over went, from its opening to its end.
 * `never`: the handshake was not finished. `unconfirmed`: both sides closed, and the last acknowledgment was not seen.
 */
export type Ending = 'complete' | 'unconfirmed' | 'client-only' | 'server-only' | 'open' | 'reset' | 'never';

export interface Conversation {
  /** Who sent the first SYN. */
  opener: Side | undefined;
  ending: Ending;
  /** Who sent the first FIN; `both`: each before it had the other's. */
  closedFirst: Side | 'both' | undefined;
  /** Who is left in TIME_WAIT, and for how long, where the kernel told. */
  waits: { side: Side; ms: number | undefined }[];
  answer: Answer | undefined;
}

/** From when the server program had the bytes until it sent its own: so long, or at most so long. */
export interface Answer {
  us: number;
  isBound: boolean;
}

const SIDES = ['client', 'server'] as const;

/** @param hasReset a RST broke it off */
export function conversationOf(steps: readonly Step[], hasReset: boolean): Conversation {
  const segments = steps.filter((step) => step.kind === 'segment');
  const fin = segments.find(({ flags }) => flags.includes('FIN'));
  const closesAtOnce = SIDES.every((side) => statesOf(steps, side).includes('FIN_WAIT_1'));
  return {
    opener: segments.find(({ flags }) => flags.includes('SYN') && !flags.includes('ACK'))?.from,
    ending: endingOf(steps, segments, hasReset),
    closedFirst: closesAtOnce ? 'both' : fin?.from,
    waits: SIDES.flatMap((side) => {
      const last = steps.findLast((step) => step.kind === 'state' && step.side === side);
      return last?.kind === 'state' && last.to === 'TIME_WAIT' ? [{ side, ms: last.lastsMs }] : [];
    }),
    answer: answerOf(steps, segments),
  };
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

/** A listening socket is what is left of a server's connection where that is told in its place. */
const ENDED: ReadonlySet<TcpState | undefined> = new Set(['CLOSED', 'TIME_WAIT', 'LISTEN']);

/**
 * Exact where both calls were seen. Otherwise what is proved all the same: the bytes were there no earlier than the one
 * moment, and the answer was sent no later than the other.
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

/** A call was seen to begin and to return, not only to be on now and then. */
const isExact = ({ within }: Call) => within === undefined;

const isCaptured = ({ fate, evidence }: Segment) => evidence === 'captured' && fate === 'delivered';

/** Whether a recv came back, by then, with bytes: one that was only seen from outside may have. */
const gotBytes = ({ name, bytes, result = 'ok', returnedAt = Infinity }: Call, by = Number.MAX_VALUE) =>
  name === 'recv' && bytes !== 0 && result === 'ok' && returnedAt <= by;

/** A segment was with its receiver no earlier. */
const earliestOf = (segment?: Segment) => (segment?.estimated === 'arrivedAt' ? segment.sentAt : segment?.arrivedAt);

/** A segment had left its sender by then. */
const latestOf = (segment?: Segment) => (segment?.estimated === 'sentAt' ? segment.arrivedAt : segment?.sentAt);
