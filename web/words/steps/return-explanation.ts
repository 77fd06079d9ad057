import { programBytes, type Call, type Segment, type Step } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import { bytesInWords } from './bytes-in-words.ts';
import { rangeOf, recordsOf, seenOver } from './call-explanation.ts';
import { hasFailed, waitsForSeveral } from '../../reading/call-return.ts';
import type { Context } from './context.ts';

type Told = { what: string; why: string; section: string };

/** Where it stands what a failure means. Failures of one call alone are named with it. */
const FAILURE_SECTIONS: Record<string, string> = {
  ECONNREFUSED: 'RFC 9293 §3.5.2, §3.10.7.3',
  ECONNRESET: 'RFC 9293 §3.5.3',
  ETIMEDOUT: 'RFC 9293 §3.8.3',
  'connect ETIMEDOUT': 'RFC 9293 §3.8.3; RFC 6298 §5',
  EPIPE: 'RFC 9293 §3.10.2',
  EADDRINUSE: 'RFC 9293 §3.6.1',
  ECONNABORTED: 'POSIX accept()',
  EHOSTUNREACH: 'RFC 9293 §3.9.2.2',
  ENETUNREACH: 'RFC 9293 §3.9.2.2',
};

/** What a call returned, and what woke it. Its return must be known. */
export function explainReturn(call: Call, context: Context): Told {
  return hasFailed(call) ? explainFailure(call, context) : explainSuccess(call, context);
}

function explainFailure(call: Call, context: Context): Told {
  const { failures, otherFailure, callReturn } = context.texts;
  const { name, side, result = '' } = call;
  const find = <Value>(table: Readonly<Record<string, Value>>) =>
    lookup(table, `${name} ${result}`) ?? lookup(table, result);
  const { means, why } = find<{ means: string; why: string }>(failures) ?? otherFailure;
  const what = callReturn.failed(name, side, tookOf(call, context), result, means);
  return {
    what: [what, call.within ? seenOver(call, context) : ''].filter(Boolean).join(' '),
    why,
    section: find(FAILURE_SECTIONS) ?? '',
  };
}

function explainSuccess(call: Call, context: Context): Told {
  const { callReturn } = context.texts;
  const { name, side, within, result } = call;
  const sentences = [
    callReturn.returned(name, side, valueOf(call, context), tookOf(call, context), wokenBy(call, context)),
    name === 'recv' ? recordsOf(call, context) : '',
    within ? seenOver(call, context) : rangeOf(call, context),
    // Who only looks now and then sees that a call is over, and not what it returned.
    within && result === undefined ? callReturn.unseen : '',
  ];
  const kind =
    name === 'recv' && call.bytes === 0 ? 'end' : waitsForSeveral(call) ? (call.ready === 0 ? 'timeUp' : 'wait') : name;
  return {
    what: sentences.filter(Boolean).join(' '),
    why: lookup<string>(callReturn.why, kind) ?? '',
    section: lookup(SECTIONS, kind) ?? '',
  };
}

const SECTIONS: Record<string, string> = {
  accept: 'RFC 9293 §3.5, §3.9.1.1',
  connect: 'RFC 9293 §3.5, §3.9.1.1',
  recv: 'RFC 9293 §3.9.1.3',
  end: 'RFC 9293 §3.6, §3.9.1.3',
};

function valueOf(call: Call, context: Context): string {
  const { name, peer, ready, tls } = call;
  const { bytes, payload = '' } = tls?.bytes === 0 ? call : programBytes(call);
  const { values } = context.texts.callReturn;
  if (name === 'accept') return peer === undefined ? values.aConnection : values.connectionFrom(peer);
  if (ready === 0) return values.timeUp;
  if (name !== 'recv' || bytes === undefined) return '';
  return bytes === 0 ? values.end : bytesInWords(bytes, payload, context);
}

/** No number is made of a time that nobody measured. */
function tookOf({ evidence, within, startedAt, returnedAt }: Call, { language }: Context): string {
  return evidence === 'inferred' || within || returnedAt === undefined ? '' : language.duration(returnedAt - startedAt);
}

function wokenBy(call: Call, { texts, run }: Context): string {
  const { id, name } = call;
  const { woke } = texts.callReturn;
  const by = wakerOf(id, run.steps);
  if (!by) return '';
  if (name === 'connect') return woke.connect;
  if (name === 'accept') return woke.accept;
  if (by.length > 0) return woke.bytes;
  if (by.flags.includes('FIN')) return woke.fin;
  // A bare ACK wakes only who waits for a connection.
  return waitsForSeveral(call) ? woke.accept : '';
}

/** The segment that woke a call, as far as is known. */
export function wakerOf(id: string, steps: readonly Step[]): Segment | undefined {
  return wakersIn(steps).get(id);
}

const wakers = new WeakMap<readonly Step[], ReadonlyMap<string, Segment>>();

/** The segment that woke each call, by the call's id. A list of all steps asks for each, so it is found once. */
function wakersIn(steps: readonly Step[]): ReadonlyMap<string, Segment> {
  const known = wakers.get(steps);
  if (known) return known;
  const found = new Map<string, Segment>();
  for (const step of steps)
    if (step.kind === 'segment' && step.woke !== undefined && !found.has(step.woke)) found.set(step.woke, step);
  wakers.set(steps, found);
  return found;
}
