import { draftServerCall, type Draft } from '../draft.ts';
import type { Seen } from './infer.ts';
import type { Sending } from './sendings.ts';
import type { Call } from '../step.ts';

/** Calls whose moment nobody saw are placed this far before what they made possible, in microseconds. */
const BEFORE_US = 1;

/** socket(), bind() and listen(): a socket that listens went through all three. */
export function listeningCalls(seen: Seen, established: boolean): Draft<Call>[] {
  const listen = seen.calls.server.find(({ name }) => name === 'listen');
  const listening = seen.states.find(({ to }) => to === 'LISTEN');
  if (!listen && !listening && !established) return [];
  const before = listen?.startedAt ?? Math.min(0, listening?.at ?? 0);
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
 * recv() is not among them: a program may answer without reading, so nothing proves that it read. Nor is the close() of a
 * program whose calls are told: it has ended without one, and its kernel closed what it left open.
 * @param isWatched whether its calls are told
 */
export function serverCallsProved(
  sendings: readonly Sending[],
  calls: readonly Call[],
  establishedAt: number | undefined,
  isWatched: boolean,
): Draft<Call>[] {
  const proofs = sendings.filter(
    ({ kind, causedBy }) => causedBy === undefined && (kind === 'data' || (kind === 'fin' && !isWatched)),
  );
  if (establishedAt === undefined || proofs.length === 0) return [];
  const inferred: Draft<Call>[] = [];
  let from = establishedAt;
  if (!calls.some(({ name }) => name === 'accept')) {
    from += Math.min(BEFORE_US, Math.max(0, proofs[0]!.at - from) / 2);
    const reason = 'only-an-accepted-socket-can-send';
    inferred.push(draftServerCall('accept', establishedAt, reason, { returnedAt: from, result: 'ok' }));
  }
  // One that was seen from outside, blocked: it sent, and nobody knows how much.
  const looked = calls.filter(({ name, bytes }) => name === 'send' && bytes === undefined);
  let index = calls.filter(({ name }) => name === 'send').length;
  for (const sending of proofs) {
    const seen = looked.find(
      ({ startedAt }) => sending.kind === 'data' && startedAt <= (sending.heardAt ?? sending.at),
    );
    if (seen) {
      sending.causedBy = seen.id;
      continue;
    }
    const at = Math.max(from, sending.at);
    const { bytes, payload, reason } = sending;
    const call =
      sending.kind === 'data'
        ? draftServerCall('send', at, reason, { index: index++, bytes, payload, returnedAt: at, result: 'ok' })
        : draftServerCall('close', at, reason, { returnedAt: at, result: 'ok' });
    sending.causedBy = call.id;
    inferred.push(call);
  }
  return inferred;
}
