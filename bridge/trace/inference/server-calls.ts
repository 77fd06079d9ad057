import { draftServerCall, type Draft } from '../draft-step.ts';
import { type Call, toTenths } from '../step.ts';
import { blockedIntervals, earliestReturn, isOfOnlyThread } from './blocked-program.ts';
import type { Observations } from './observations.ts';
import { type Bounds, type Place, placeCalls } from './place-calls.ts';
import { Room } from './room.ts';
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

/** A call that follows from what the server sent, and that. An accept() follows from all of it. */
export interface ProvedCall {
  call: Draft<Call>;
  proof?: Transmission;
}

/** What is known of the connection beside what the server sent. */
interface Known {
  seen: Observations;
  /** When the server's kernel had the connection; absent if it never did. It may be an estimate. */
  establishedAt: number | undefined;
  /** No call on the connection came before this, for sure. */
  earliest: number;
  /** When the server's side was closed, if that is known: no call on it came later. */
  endedAt?: number | undefined;
}

/**
 * Calls of a server program that nobody watched: bytes and an end that came back prove accept(), send() and close().
 * Nothing proves a recv(), because a program may answer without reading. Nothing proves the close() of a watched
 * program either: if none was reported, the program ended without one, and its kernel closed what was left open.
 *
 * Each has its place after its cause and before its effect, and while the program was not blocked. If there is no such
 * place, the call is left out: what was seen does not fit together, and one more step would be a guess.
 */
export function serverCallsProved(transmissions: readonly Transmission[], known: Known): ProvedCall[] {
  const { seen, establishedAt } = known;
  const proofs = establishedAt === undefined ? [] : proofsAmong(transmissions, seen);
  if (establishedAt === undefined || proofs.length === 0) return [];
  const accept = seen.calls.server.find(({ name }) => name === 'accept');
  const earliest = Math.max(known.earliest, accept ? earliestReturn(accept) : -Infinity);
  const after = Math.max(establishedAt, earliest);
  const bounds: Bounds[] = proofs.map((proof) => boundsOf(proof, { earliest, after }, known));
  const used = seen.calls.server.filter(({ name }) => ON_CONNECTION.has(name)).map(({ startedAt }) => startedAt);
  if (!accept) bounds.unshift({ earliest, latest: Math.min(...used), likely: after, after });
  const places = placeCalls(bounds, new Room(blockedIntervals(seen)));
  const proved: ProvedCall[] = [];
  if (!accept) {
    const place = places.shift();
    if (place) proved.push({ call: acceptAt(place, places.find((later) => later)?.at ?? place.latest) });
  }
  let index = seen.calls.server.filter(({ name }) => name === 'send').length;
  for (const [order, proof] of proofs.entries()) {
    const place = places[order];
    if (place) proved.push({ proof, call: callAt(place, proof, index, seen) });
    if (proof.what === 'data') index += 1;
  }
  return proved;
}

function proofsAmong(transmissions: readonly Transmission[], { calls, final, serverWatched }: Observations) {
  // Calls that were seen blocked from outside: they sent, but nobody knows how much.
  const looked = calls.server.filter(({ name, bytes }) => name === 'send' && bytes === undefined);
  // While a call of the only thread blocks, its return is still to be reported: what was sent may have come after it.
  const open = final ? undefined : calls.server.find((call) => call.returnedAt === undefined && isOfOnlyThread(call));
  return transmissions.filter(({ what, causedBy, at, heardAt = at }) => {
    if (causedBy !== undefined || heardAt > (open?.startedAt ?? Infinity)) return false;
    if (what === 'data') return !looked.some(({ startedAt }) => startedAt <= heardAt);
    return what === 'fin' && serverWatched !== 'yes';
  });
}

function boundsOf(
  proof: Transmission,
  { earliest, after }: Pick<Bounds, 'earliest' | 'after'>,
  { endedAt = Infinity, seen }: Known,
): Bounds {
  const { at, heardAt = at } = proof;
  return { earliest, latest: Math.min(heardAt, endedAt), likely: at, isExact: showsItsCall(proof, seen), after };
}

/** A kernel that has nothing else to wait for sends at once, so the segment itself shows when the call was made. */
function showsItsCall({ mayHaveWaited }: Transmission, { captured }: Observations): boolean {
  return captured && !mayHaveWaited;
}

/** Calls that carry bytes. */
export const TRANSFERS: ReadonlySet<Call['name']> = new Set(['recv', 'send']);

const ON_CONNECTION: ReadonlySet<Call['name']> = new Set([...TRANSFERS, 'shutdown', 'close', 'reset']);

/** @param next when the program used the connection */
function acceptAt(place: Place, next: number): Draft<Call> {
  const returnedAt = place.at + Math.min(BEFORE_US, Math.max(0, next - place.at) / 2);
  const more = { returnedAt, result: 'ok', range: rangeOf(place) };
  return draftServerCall('accept', place.at, 'only-an-accepted-socket-can-send', more);
}

function callAt(place: Place, proof: Transmission, index: number, seen: Observations): Draft<Call> {
  const { what, bytes, payload, reason, at } = proof;
  const isExact = place.at === at && showsItsCall(proof, seen);
  const more = { returnedAt: place.at, result: 'ok', range: isExact ? undefined : rangeOf(place) };
  if (what === 'data') return draftServerCall('send', place.at, reason, { index, bytes, payload, ...more });
  // After a close(), the program could not have used the socket again.
  const isUsedAfter = seen.calls.server.some(({ name, startedAt }) => TRANSFERS.has(name) && startedAt > place.at);
  return draftServerCall(isUsedAfter ? 'shutdown' : 'close', place.at, reason, more);
}

function rangeOf({ at, earliest, latest }: Place): Call['range'] {
  const [earlierUs, laterUs] = [toTenths(at - earliest), toTenths(latest - at)];
  return Number.isFinite(laterUs) && earlierUs + laterUs > BEFORE_US ? { earlierUs, laterUs } : undefined;
}
