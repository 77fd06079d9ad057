import { draftServerCall, type Draft } from '../draft-step.ts';
import type { Call } from '../step.ts';
import type { Observations } from './observations.ts';
import type { Transmission } from './transmissions.ts';

/** If nobody saw when a call was made, it is placed this many microseconds before what it made possible. */
const BEFORE_US = 1;

/** The calls socket(), bind() and listen() that nobody saw: a listening socket needs all three. */
export function listeningCalls(seen: Observations, established: boolean): Draft<Call>[] {
  const listen = seen.calls.server.find(({ name }) => name === 'listen');
  const listening = seen.states.find(({ to }) => to === 'LISTEN');
  if (!listen && !listening && !established) return [];
  const clientBegan = Math.min(0, seen.calls.client[0]?.startedAt ?? 0);
  const before = listen?.startedAt ?? Math.min(clientBegan, listening?.at ?? 0);
  const missing = (['listen', 'bind', 'socket'] as const).filter(
    (name) => !seen.calls.server.some((call) => call.name === name),
  );
  return missing.map((name, index) => {
    const at = before - (index + 1) * BEFORE_US;
    return draftServerCall(name, at, 'listening-needs-a-bound-socket', {
      returnedAt: at + BEFORE_US / 2,
      result: 'ok',
    });
  });
}

/**
 * Calls of a server program that nobody watched: bytes and an end that came back prove accept(), send() and close().
 * Nothing proves a recv(), because a program may answer without reading. Nothing proves the close() of a watched
 * program either: if none was reported, the program ended without one, and its kernel closed what was left open.
 * @param isWatched whether its calls are reported
 */
export function serverCallsProved(
  transmissions: readonly Transmission[],
  calls: readonly Call[],
  establishedAt: number | undefined,
  isWatched: boolean,
): Draft<Call>[] {
  const proofs = transmissions.filter(
    ({ what, causedBy }) => causedBy === undefined && (what === 'data' || (what === 'fin' && !isWatched)),
  );
  if (establishedAt === undefined || proofs.length === 0) return [];
  const inferred: Draft<Call>[] = [];
  let from = establishedAt;
  if (!calls.some(({ name }) => name === 'accept')) {
    from += Math.min(BEFORE_US, Math.max(0, proofs[0]!.at - from) / 2);
    const reason = 'only-an-accepted-socket-can-send';
    inferred.push(draftServerCall('accept', establishedAt, reason, { returnedAt: from, result: 'ok' }));
  }
  // Calls that were seen blocked from outside: they sent, but nobody knows how much.
  const looked = calls.filter(({ name, bytes }) => name === 'send' && bytes === undefined);
  let index = calls.filter(({ name }) => name === 'send').length;
  for (const transmission of proofs) {
    const seen = looked.find(
      ({ startedAt }) => transmission.what === 'data' && startedAt <= (transmission.heardAt ?? transmission.at),
    );
    if (seen) continue;
    const at = Math.max(from, transmission.at);
    const { bytes, payload, reason } = transmission;
    const call =
      transmission.what === 'data'
        ? draftServerCall('send', at, reason, { index: index++, bytes, payload, returnedAt: at, result: 'ok' })
        : draftServerCall('close', at, reason, { returnedAt: at, result: 'ok' });
    inferred.push(call);
  }
  return inferred;
}
