/**
 * Finds the steps that nobody saw but that must have happened, given what was seen. This is the only module that
 * creates inferred steps, each with its reason. If a source saw a step, nothing is inferred in its place. It only reads
 * what it is given, and knows nothing of sources, programs or pages.
 *
 *     calls, bytes heard ─▶ transmissions ─▶ handshake, exchange ─▶ segments ─┬─▶ states ─▶ compared with kernels
 *     captured segments ──────────────────────────────────────────────────────┴─▶ links to calls
 */
import type { Draft } from '../draft-step.ts';
import type { Call, Segment, State, Step } from '../step.ts';
import { compareWithKernel } from './compare-with-kernel.ts';
import { causesOf, findWokenCalls } from './call-links.ts';
import { capturedTransmissions, establishedAt } from './captured-exchange.ts';
import { Exchange } from './inferred-exchange.ts';
import { handshake, type Handshake } from './handshake.ts';
import type { Observations } from './observations.ts';
import { transmissionsOf, type Transmission } from './transmissions.ts';
import { listeningCalls, serverCallsProved } from './server-calls.ts';
import { deriveStates } from './states.ts';

/**
 * The steps that follow from what was seen, in no particular order: all segments, captured ones with the calls that
 * they belong to, and the calls and states that nobody reported.
 */
export function infer(seen: Observations): Step[] {
  const connect = seen.calls.client.find(({ name }) => name === 'connect');
  if (!connect) return [...seen.segments];
  const { drafts, establishedAt, transmissions } = seen.captured
    ? exchangeCaptured(seen)
    : exchangeInferred(seen, connect);
  const isListening = establishedAt !== undefined || isAnswered(seen);
  const listening = listeningCalls(seen, isListening).map(inferred<Call>);
  const isWatched = seen.serverWatched === 'yes';
  const unseen = serverCallsProved(transmissions, seen.calls.server, establishedAt, isWatched).map(inferred<Call>);
  const segments = seen.captured ? linkedToCalls(seen, unseen) : inferredSegments(drafts, seen);
  const derived = deriveStates(segments, seen, listening.concat(unseen));
  const states = compareWithKernel(derived, seen).map(({ state, isSeen }) =>
    isSeen ? observed(state) : inferred<State>(state),
  );
  return (listening as Step[]).concat(unseen, segments, states);
}

/** The result of walking through a connection's segments. */
interface Exchanged {
  /** The segments to be inferred. */
  drafts: readonly Draft<Segment>[];
  /** When the server's kernel had the connection; absent if it never did. */
  establishedAt: number | undefined;
  /** What the server's program sent beyond what its calls report. */
  transmissions: readonly Transmission[];
}

function exchangeInferred(seen: Observations, connect: Call): Exchanged {
  const accept = seen.calls.server.find(({ name }) => name === 'accept');
  const opening = handshake(connect, accept);
  const transmissions = inferTransmissions(seen, opening);
  const exchange = new Exchange({
    transmissions,
    establishedAt: opening.establishedAt ?? 0,
    oneWayUs: opening.oneWayUs,
    final: seen.final,
    now: seen.now,
  });
  const drafts = opening.segments.concat(exchange.segments);
  return { drafts, establishedAt: opening.establishedAt, transmissions: transmissions.server };
}

function exchangeCaptured({ segments, calls, final, serverWatched }: Observations): Exchanged {
  const complete = final || serverWatched === 'no';
  const transmissions = complete ? capturedTransmissions(segments, calls.server) : [];
  return { drafts: [], establishedAt: establishedAt(segments), transmissions };
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
