/**
 * The one module that creates inferred steps: what nobody saw, but what must have happened given what was seen.
 * Each carries its reason. Where a source saw a step, nothing is inferred.
 */
import type { Draft } from '../draft.ts';
import { Exchange } from './exchange.ts';
import { bearOut } from './borne-out.ts';
import { establishedAt, sendingsCaptured } from './captured.ts';
import { linkCauses } from './causes.ts';
import { handshake, type Handshake } from './handshake.ts';
import type { Heard, Sighting } from '../report.ts';
import { sendingsOf, type Sending } from './sendings.ts';
import { listeningCalls, serverCallsProved } from './server-calls.ts';
import { deriveStates } from './states.ts';
import type { Call, Segment, State, Step } from '../step.ts';
import { linkWoken } from './woken.ts';

export interface Seen {
  /** Each side's calls, in the order in which they began. */
  calls: { client: readonly Call[]; server: readonly Call[] };
  /** What each side's socket layer heard, in order. */
  heard: { client: readonly Heard[]; server: readonly Heard[] };
  states: readonly State[];
  /** The captured segments, in the order of sending; the calls that they belong to are written on them here. */
  segments: readonly Segment[];
  /** What the kernels said of their states, in order. */
  sightings: readonly Sighting[];
  /** Whether packets are captured: no segment is inferred then. */
  captured: boolean;
  /** Whether the server program is watched: `pending` while its reports may yet come. */
  serverWatched: 'yes' | 'no' | 'pending';
  /** Nothing more will be reported. */
  final: boolean;
  /** Microseconds since the run began. */
  now: number;
}

/** All steps that nobody reported as such, in no particular order. */
export function infer(seen: Seen): Step[] {
  const connect = seen.calls.client.find(({ name }) => name === 'connect');
  if (!connect) return [];
  const { segments, establishedAt, sendings } = seen.captured
    ? exchangeCaptured(seen)
    : exchangeInferred(seen, connect);
  const listening = listeningCalls(seen, establishedAt !== undefined || isAnswered(seen)).map(inferred<Call>);
  const isWatched = seen.serverWatched === 'yes';
  const unseen = serverCallsProved(sendings, seen.calls.server, establishedAt, isWatched).map(inferred<Call>);
  if (seen.captured)
    linkCauses(seen.segments, { client: seen.calls.client, server: [...seen.calls.server, ...unseen] });
  linkWoken(seen.captured ? seen.segments : segments, seen.calls);
  const derived = deriveStates(seen.captured ? seen.segments : segments, seen, listening.concat(unseen));
  const states = bearOut(derived, seen).map(({ state, seen }) => (seen ? observed(state) : inferred<State>(state)));
  return (listening as Step[]).concat(unseen, segments, states);
}

/** What the walk through a connection's segments comes to. */
interface Exchanged {
  /** The segments that were inferred. */
  segments: Segment[];
  /** When the server's kernel had the connection; absent where it never did. */
  establishedAt: number | undefined;
  /** What the server's program sent, as far as no call tells of it. */
  sendings: readonly Sending[];
}

function exchangeInferred(seen: Seen, connect: Call): Exchanged {
  const accept = seen.calls.server.find(({ name }) => name === 'accept');
  const opening = handshake(connect, accept);
  const sendings = inferSendings(seen, opening);
  const exchange = new Exchange({
    sendings,
    establishedAt: opening.establishedAt ?? 0,
    oneWayUs: opening.oneWayUs,
    final: seen.final,
    now: seen.now,
  });
  const segments = opening.segments.concat(exchange.segments).map(inferred<Segment>);
  return { segments, establishedAt: opening.establishedAt, sendings: sendings.server };
}

function exchangeCaptured({ segments, calls, final, serverWatched }: Seen): Exchanged {
  const complete = final || serverWatched === 'no';
  const sendings = complete ? sendingsCaptured(segments, calls.server) : [];
  return { segments: [], establishedAt: establishedAt(segments), sendings };
}

/** Whether the server's kernel took the SYN: a socket listens there, even if the connection never comes about. */
function isAnswered({ segments }: Seen): boolean {
  return segments.some(({ from, flags }) => from === 'server' && flags.includes('SYN'));
}

function inferSendings(seen: Seen, { establishedAt, oneWayUs }: Handshake): { client: Sending[]; server: Sending[] } {
  if (establishedAt === undefined) return { client: [], server: [] };
  const { calls, heard, final, serverWatched } = seen;
  const client = sendingsOf(calls.client, heard.server, false, (at) => at);
  const server = sendingsOf(calls.server, heard.client, final || serverWatched === 'no', (heardAt) => {
    const asked = client.findLast(({ at, kind }) => kind !== 'leave' && at < heardAt)?.at ?? establishedAt;
    return Math.max(heardAt - 2 * oneWayUs, heardAt - (heardAt - asked) / 3);
  });
  return { client, server };
}

/** Signs the draft itself: a busy bridge makes thousands a second. */
function inferred<Kind extends Step>(draft: Draft<Kind>): Kind {
  const step = draft as unknown as Kind;
  step.evidence = 'inferred';
  return step;
}

/** It followed from the segments, and then its kernel was seen in it. */
function observed({ reason: _needless, ...state }: Draft<State>): State {
  return { ...state, evidence: 'observed' };
}
