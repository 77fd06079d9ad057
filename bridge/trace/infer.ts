/**
 * The one module that creates inferred steps: what nobody saw, but what must have happened given what was seen.
 * Each carries its reason. Where a source saw a step, nothing is inferred.
 */
import type { Draft } from './draft.ts';
import { Exchange } from './exchange.ts';
import { handshake, type Handshake } from './handshake.ts';
import type { Heard } from './report.ts';
import { sendingsOf, type Sending } from './sendings.ts';
import { listeningCalls, serverCallsHeard } from './server-calls.ts';
import { deriveStates } from './states.ts';
import type { Call, Segment, State, Step } from './step.ts';
import { linkWoken } from './woken.ts';

export interface Seen {
  /** Each side's calls, in the order in which they began. */
  calls: { client: readonly Call[]; server: readonly Call[] };
  /** What each side's socket layer heard, in order. */
  heard: { client: readonly Heard[]; server: readonly Heard[] };
  states: readonly State[];
  /** Whether the server program is watched: `pending` while its reports may yet come. */
  serverWatched: 'yes' | 'no' | 'pending';
  /** Nothing more will be reported. */
  final: boolean;
  /** Microseconds since the run began. */
  now: number;
}

/** All inferred steps, in no particular order. */
export function infer(seen: Seen): Step[] {
  const connect = seen.calls.client.find(({ name }) => name === 'connect');
  if (!connect) return [];
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
  const segments = [...opening.segments, ...exchange.segments].map(inferred<Segment>);
  const listening = listeningCalls(seen, opening.establishedAt !== undefined).map(inferred<Call>);
  const heard = serverCallsHeard(sendings.server, seen.calls.server, opening.establishedAt).map(inferred<Call>);
  linkWoken(segments, seen.calls);
  const states = deriveStates(segments, seen, [...listening, ...heard]).map(inferred<State>);
  return [...listening, ...heard, ...segments, ...states];
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
