import type { Step } from '../../bridge/trace/step.ts';
import { ConnectionTally } from '../../bridge/trace/tcp/connection-tally.ts';
import type { ConnectionSummary, Outcome } from '../../bridge/trace/trace.ts';

/** One of several connections of a run, as far as it is known. */
export interface KnownConnection {
  connection: number;
  /** When it began, in microseconds since the run's zero. */
  at: number;
  /** When the last that is known of it happened. */
  endAt: number;
  /** The server's `host:port`; empty if no call names it. */
  peer: string;
  /** Absent while it goes on, as far as is known. */
  outcome?: Outcome;
  /** Whether it has a picture. */
  hasSteps: boolean;
}

/**
 * The connections of a run that are known at a moment. One appears when the client has begun with it, and has ended when
 * that has been seen. Whatever happens later changes nothing of it.
 * @param connections the steps of each, in order
 * @param chosen whose picture is shown: what happens at that very moment is known of this one
 * @param summaries what the bridge reported at the end, of those without steps too: for when the end is known
 */
export function knownConnections(
  connections: readonly (readonly Step[])[],
  chosen: number,
  knownAt: number,
  summaries: readonly ConnectionSummary[] = [],
): KnownConnection[] {
  const known = connections.flatMap((steps, connection) => {
    const hasPassed = (at: number): boolean => at < knownAt || (connection === chosen && at === knownAt);
    const own = connectionAt(steps, hasPassed);
    return own ? [{ connection, ...own }] : [];
  });
  if (knownAt < Infinity) return known;
  const byNumber = new Map(known.map((each) => [each.connection, each]));
  for (const { connection, at, endAt, peer, outcome } of summaries)
    if (!byNumber.has(connection)) byNumber.set(connection, { connection, at, endAt, peer, outcome, hasSteps: false });
    else byNumber.get(connection)!.outcome ??= outcome;
  return [...byNumber.values()].sort((a, b) => a.connection - b.connection);
}

function connectionAt(
  steps: readonly Step[],
  hasPassed: (at: number) => boolean,
): Omit<KnownConnection, 'connection'> | undefined {
  const first = steps.find(({ side }) => side === 'client');
  if (!first || !hasPassed(first.at)) return undefined;
  const tally = new ConnectionTally();
  let endAt = first.at;
  let peer = '';
  for (const step of steps) {
    if (!hasPassed(step.at)) continue;
    endAt = Math.max(endAt, step.at);
    const end = endOf(step);
    const isOver = end !== undefined && hasPassed(end);
    if (isOver) endAt = Math.max(endAt, end);
    if (step.kind === 'call' && step.name === 'connect') peer = step.peer ?? peer;
    tally.take(isOver || end === undefined ? step : withoutEnd(step));
  }
  const { outcome } = tally;
  return { at: first.at, endAt, peer, hasSteps: true, ...(outcome && { outcome }) };
}

/** When a call returned, or a segment arrived. */
function endOf(step: Step): number | undefined {
  if (step.kind === 'call') return step.returnedAt;
  return step.kind === 'segment' ? step.arrivedAt : undefined;
}

function withoutEnd(step: Step): Step {
  if (step.kind === 'call') {
    const { returnedAt: _returnedAt, result: _result, ...begun } = step;
    return begun;
  }
  if (step.kind !== 'segment') return step;
  const { arrivedAt: _arrivedAt, ...sent } = step;
  return sent;
}
