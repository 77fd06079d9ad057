/**
 * Finds the steps that nobody saw but that must have happened, given what was seen. This is the only module that
 * creates inferred steps, each with its reason. If a source saw a step, nothing is inferred in its place. It only reads
 * what it is given, and knows nothing of sources, programs or pages.
 *
 *     calls, bytes heard ─▶ transmissions ─▶ calls that they prove ─▶ handshake, exchange ─▶ segments ─┐
 *     captured segments ─▶ transmissions ─▶ calls that they prove, links ─▶ segments ──────────────────┴─▶ states
 */
import type { Draft } from '../draft-step.ts';
import { type Call, inTimeOrder, type Segment, type State, type Step } from '../step.ts';
import { compareWithKernel } from './compare-with-kernel.ts';
import { causesOf, findWokenCalls } from './call-links.ts';
import { draftStatesOfCapture } from './captured-states.ts';
import { capturedTransmissions, establishedAt } from './captured-exchange.ts';
import { Exchange } from './inferred-exchange.ts';
import { handshake, type Handshake } from './handshake.ts';
import { narrowReturnTime, returnedBefore } from './narrow-return-time.ts';
import type { Observations } from './observations.ts';
import { listeningCalls, type ProvedCall, serverCallsProved, TRANSFERS } from './server-calls.ts';
import { transmissionsOf, type Transmission } from './transmissions.ts';
import { deriveStates } from './states.ts';

/** All steps of a connection that are not known from the client's reports alone, in no particular order. */
interface Inferred {
  /** The server's calls that were reported, with their times as exact as all that was seen makes them. */
  server: readonly Call[];
  /** All segments, captured ones with the calls that they belong to, and the calls and states that nobody reported. */
  inferred: readonly Step[];
}

export function infer(reported: Observations): Inferred {
  const connect = reported.calls.client.find(({ name }) => name === 'connect');
  if (!connect && !isOpeningCaptured(reported)) return { server: reported.calls.server, inferred: reported.segments };
  const seen = narrowed(reported);
  const { proved, drafts, establishedAt } = seen.captured ? fromCapture(seen) : withoutCapture(seen, connect!);
  const listening = listeningCallsOf(seen, establishedAt).map(inferred<Call>);
  const unseen = proved.map(({ call }) => inferred<Call>(call));
  const calls = { ...seen.calls, server: fittedTo(unseen, seen.calls.server) };
  const fitted = { ...seen, calls };
  const segments = seen.captured ? linkedToCalls(fitted, unseen) : inferredSegments(drafts, fitted);
  const derived = deriveStates(segments, fitted, listening.concat(unseen));
  const states = compareWithKernel(derived, seen).map(({ state, isSeen }) =>
    isSeen ? observed(state) : inferred<State>(state),
  );
  return { server: calls.server, inferred: (listening as Step[]).concat(unseen, segments, states) };
}

/** Whether the client's SYN was captured: then the states of both ends follow, whoever saw the calls. */
function isOpeningCaptured({ captured, segments }: Observations): boolean {
  return captured && segments.some(({ from, flags }) => from === 'client' && flags.includes('SYN'));
}

/** The states of a connection of which nothing is known but its segments, in the order of capture. */
export function statesOfCapture(segments: readonly Segment[]): State[] {
  return draftStatesOfCapture(segments).map(inferred<State>);
}

/** The result of walking through a connection. */
interface Exchanged {
  /** The calls of the server's program that nobody saw. */
  proved: readonly ProvedCall[];
  /** The segments to be inferred. */
  drafts: readonly Draft<Segment>[];
  /** When the server's kernel had the connection; absent if it never did. */
  establishedAt: number | undefined;
}

function withoutCapture(seen: Observations, connect: Call): Exchanged {
  const accept = seen.calls.server.find(({ name }) => name === 'accept');
  const opening = handshake(connect, accept);
  const { establishedAt, oneWayUs } = opening;
  const transmissions = inferTransmissions(seen, opening);
  const proved = serverCallsProved(transmissions.server, { seen, establishedAt, earliest: connect.startedAt });
  const exchange = new Exchange({
    transmissions: { ...transmissions, server: sentInCalls(transmissions.server, proved) },
    establishedAt: establishedAt ?? 0,
    oneWayUs,
    final: seen.final,
    now: seen.now,
  });
  return { proved, drafts: opening.segments.concat(exchange.segments), establishedAt };
}

function fromCapture(seen: Observations): Exchanged {
  const { segments, calls, final, serverWatched } = seen;
  const complete = final || serverWatched === 'no';
  const transmissions = complete ? capturedTransmissions(segments, calls.server) : [];
  const found = establishedAt(segments);
  const endedAt = found !== undefined && transmissions.length > 0 ? endOfServer(seen, found) : undefined;
  const known = { seen, establishedAt: found, earliest: found ?? 0, endedAt };
  return { proved: serverCallsProved(transmissions, known), drafts: [], establishedAt: found };
}

/** When the server's side of the connection was closed, by its program or by a RST, as segments and kernels show it. */
function endOfServer(seen: Observations, established: number): number {
  const states = deriveStates(seen.segments, seen, listeningCallsOf(seen, established).map(inferred<Call>));
  const left = states.find(({ side, from, to }) => side === 'server' && USABLE.has(from) && !USABLE.has(to));
  const found = seen.sightings.find(
    ({ side, state, at }) => side === 'server' && at > established && !USABLE.has(state),
  );
  return Math.min(left?.at ?? Infinity, found?.at ?? Infinity);
}

/** In these states, a program may send and close (RFC 9293 §3.9.1). */
const USABLE: ReadonlySet<State['to']> = new Set(['SYN_RCVD', 'ESTABLISHED', 'CLOSE_WAIT']);

/** What the server sent, each at the moment of the call that it proves. */
function sentInCalls(transmissions: readonly Transmission[], proved: readonly ProvedCall[]): Transmission[] {
  const calls = new Map(proved.map(({ proof, call }) => [proof, call]));
  return transmissions.map((transmission) => {
    const call = calls.get(transmission);
    return call ? { ...transmission, at: call.startedAt, causedBy: call.id } : transmission;
  });
}

function narrowed(seen: Observations): Observations {
  const { calls, segments, heard } = seen;
  if (!calls.server.some(({ within }) => within)) return seen;
  const server = calls.server.map((call) => narrowReturnTime(call, segments, heard.client));
  return { ...seen, calls: { ...calls, server } };
}

/** The reported calls, over by the time at which the program made those that nobody saw. */
function fittedTo(unseen: readonly Call[], reported: readonly Call[]): readonly Call[] {
  if (!reported.some(({ within }) => within)) return reported;
  const made = unseen.map(({ startedAt }) => startedAt);
  const used = reported.filter(({ name }) => TRANSFERS.has(name)).map(({ startedAt }) => startedAt);
  return inTimeOrder(reported.map((call) => returnedBefore(call, call.name === 'accept' ? [...made, ...used] : made)));
}

function listeningCallsOf(seen: Observations, established: number | undefined): Draft<Call>[] {
  return listeningCalls(seen, established !== undefined || isAnswered(seen));
}

/** Whether the server's kernel took the SYN: a socket listens there, even if the connection is never established. */
function isAnswered({ segments }: Observations): boolean {
  return segments.some(({ from, flags }) => from === 'server' && flags.includes('SYN'));
}

function inferTransmissions(
  seen: Observations,
  { establishedAt, oneWayUs }: Handshake,
): { client: Transmission[]; server: Transmission[] } {
  if (establishedAt === undefined) return { client: [], server: [] };
  const { calls, heard, final, serverWatched } = seen;
  const client = transmissionsOf(calls.client, heard.server, false, (at) => at);
  const server = transmissionsOf(calls.server, heard.client, final || serverWatched === 'no', (heardAt) => {
    const asked = client.findLast(({ at, what }) => what !== 'leave' && at < heardAt)?.at ?? establishedAt;
    return Math.max(heardAt - 2 * oneWayUs, heardAt - (heardAt - asked) / 3);
  });
  return { client, server };
}

/** Copies of the captured segments that name the call that caused them, and the call that they woke. */
function linkedToCalls({ segments, calls }: Observations, unseen: readonly Call[]): Segment[] {
  const causes = causesOf(segments, { client: calls.client, server: [...calls.server, ...unseen] });
  const woken = new Map<Segment, string>();
  findWokenCalls(segments, calls, (segment, call) => woken.set(segment, call));
  return segments.map((segment) => {
    const causedBy = causes.get(segment);
    const woke = woken.get(segment);
    return { ...segment, ...(causedBy !== undefined && { causedBy }), ...(woke !== undefined && { woke }) };
  });
}

function inferredSegments(drafts: readonly Draft<Segment>[], { calls }: Observations): Segment[] {
  const segments = drafts.map(inferred<Segment>);
  findWokenCalls(segments, calls, (segment, call) => {
    segment.woke = call;
  });
  return segments;
}

/** Marks a draft as inferred. The draft was made here for one trace, so it becomes the step: a copy would cost time. */
function inferred<Kind extends Step>(draft: Draft<Kind>): Kind {
  const step = draft as unknown as Kind;
  step.evidence = 'inferred';
  return step;
}

/** A state that follows from the segments, and in which the kernel was also seen. */
function observed({ reason: _needless, ...state }: Draft<State>): State {
  return { ...state, evidence: 'observed' };
}
