/**
 * Reads from a trace how its steps belong together. This room finds the facts that a trace holds; `words/` makes
 * sentences of them, and the views draw them. It is pure: it returns plain data and never changes a step. It must not
 * know texts, settings, runs or components.
 *
 *     steps ─▶ reading/ ─▶ links, facts, roles, numbers ─▶ words/, views/
 */

import type { Call, Segment, Side, Step } from '../../bridge/trace/step.ts';
import { numberAfter } from '../../bridge/trace/tcp/sequence-number.ts';

/**
 * How two steps belong together, from cause to effect:
 * - `caused`: a call made its kernel send a segment
 * - `carried`: a segment that this call did not cause carries some of its bytes
 * - `woke`: a segment ended the wait of a blocked call
 * - `filled`: a segment brought bytes that a recv() returned
 * - `changed`: a call or a segment brought one end into a state
 * - `repeated`: a kernel sent a segment again; `copied`: the wire made a copy of it
 * - `acknowledged`: a segment was acknowledged by another
 */
export type LinkKind = 'caused' | 'carried' | 'woke' | 'filled' | 'changed' | 'repeated' | 'copied' | 'acknowledged';

export interface Related {
  id: string;
  kind: LinkKind;
  /** Whether this step is the effect of the step in question. If not, it is the cause. */
  isEffect: boolean;
  /** How many bytes the two steps share, for `carried` and `filled`. */
  bytes?: number;
}

export type Links = ReadonlyMap<string, readonly Related[]>;

/** The steps that belong to one step of a trace. The relation is symmetric. */
export function related(steps: readonly Step[], id: string): readonly Related[] {
  return linksIn(steps).get(id) ?? [];
}

/** @param steps in the order of `compareSteps` */
export function linksIn(steps: readonly Step[]): Links {
  const links = new Map<string, Related[]>(steps.map(({ id }) => [id, []]));
  const known = new Map<string, [effect: Related, cause: Related]>();
  const link: Link = (kind, cause, effect, bytes) => {
    const [effects, causes] = [links.get(cause ?? ''), links.get(effect ?? '')];
    if (!effects || !causes || cause === effect) return;
    const key = JSON.stringify([kind, cause, effect]);
    const both = known.get(key);
    if (both) {
      // A segment may fill two gaps, and one call may read bytes from both.
      for (const one of both) if (bytes !== undefined) one.bytes = (one.bytes ?? 0) + bytes;
      return;
    }
    const count = bytes === undefined ? {} : { bytes };
    const made: [Related, Related] = [
      { id: effect!, kind, isEffect: true, ...count },
      { id: cause!, kind, isEffect: false, ...count },
    ];
    known.set(key, made);
    effects.push(made[0]);
    causes.push(made[1]);
  };
  const segments = steps.filter((step) => step.kind === 'segment');
  const arrived = segments
    .filter(({ arrivedAt }) => arrivedAt !== undefined)
    .sort((a, b) => a.arrivedAt! - b.arrivedAt!);
  for (const step of steps) {
    if (step.kind === 'state') link('changed', step.cause, step.id);
    if (step.kind !== 'segment') continue;
    link('caused', step.causedBy, step.id);
    link('repeated', step.retransmissionOf, step.id);
    link('copied', step.duplicateOf, step.id);
  }
  linkWoken(arrived, link);
  for (const from of ['client', 'server'] as const) {
    const to = from === 'client' ? 'server' : 'client';
    linkSent(segments.filter(isDataOf(from)), spansOf(steps, from, 'send'), link);
    linkRead(arrived.filter(isDataOf(from)), spansOf(steps, to, 'recv'), link);
    linkAcknowledged(
      arrived.filter((segment) => segment.from === from),
      segments.filter((segment) => segment.from === to && segment.ack !== undefined && !segment.flags.includes('RST')),
      link,
    );
  }
  return links;
}

type Link = (kind: LinkKind, cause: string | undefined, effect: string | undefined, bytes?: number) => void;

const isDataOf = (side: Side) => (segment: Segment) => segment.from === side && segment.length > 0;

/** Only the first segment to arrive wakes a call. */
function linkWoken(arrived: readonly Segment[], link: Link): void {
  const woken = new Set<string>();
  for (const { id, woke } of arrived) {
    if (woke === undefined || woken.has(woke)) continue;
    woken.add(woke);
    link('woke', id, woke);
  }
}

/** The bytes that a call sent or returned, by their relative sequence numbers. */
interface Span {
  id: string;
  from: number;
  /** The number after the last one. */
  to: number;
}

/** If the bytes of a call are not known, those of later calls cannot be placed. */
function spansOf(steps: readonly Step[], side: Side, name: Call['name']): Span[] {
  const spans: Span[] = [];
  // The SYN has number 0, the first byte of data 1.
  let next = 1;
  for (const step of steps) {
    if (step.kind !== 'call' || step.side !== side || step.name !== name) continue;
    const { id, bytes, returnedAt, result = 'ok' } = step;
    if (returnedAt === undefined || result !== 'ok') continue;
    if (bytes === undefined) break;
    if (bytes > 0) spans.push({ id, from: next, to: next + bytes });
    next += bytes;
  }
  return spans;
}

/** The parts of these spans between two numbers. */
function overlapping(spans: readonly Span[], from: number, to: number): Span[] {
  const found: Span[] = [];
  for (let index = firstAfter(spans, from); index < spans.length && spans[index]!.from < to; index++) {
    const span = spans[index]!;
    found.push({ ...span, from: Math.max(from, span.from), to: Math.min(to, span.to) });
  }
  return found;
}

/** Index of the first of these spans, which ascend, that ends after a number. */
function firstAfter(spans: readonly Omit<Span, 'id'>[], number: number): number {
  let low = 0;
  for (let high = spans.length; low < high;) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.to > number) high = middle;
    else low = middle + 1;
  }
  return low;
}

function linkSent(data: readonly Segment[], sent: readonly Span[], link: Link): void {
  for (const { id, seq, length, causedBy } of data)
    for (const call of overlapping(sent, seq, seq + length))
      if (call.id !== causedBy) link('carried', call.id, id, call.to - call.from);
}

/** If there are several copies, the first to arrive brought the bytes. */
function linkRead(arrived: readonly Segment[], read: readonly Span[], link: Link): void {
  const missing = [{ from: 1, to: Infinity }];
  for (const { id, seq, length } of arrived) {
    const first = firstAfter(missing, seq);
    let after = first;
    const rest: typeof missing = [];
    for (; after < missing.length && missing[after]!.from < seq + length; after++) {
      const gap = missing[after]!;
      const from = Math.max(gap.from, seq);
      const to = Math.min(gap.to, seq + length);
      for (const call of overlapping(read, from, to)) link('filled', id, call.id, call.to - call.from);
      rest.push({ from: gap.from, to: from }, { from: to, to: gap.to });
    }
    missing.splice(first, after - first, ...rest.filter((part) => part.from < part.to));
  }
}

/** Links each segment to the first acknowledgment that covers it and was sent after its arrival. */
function linkAcknowledged(arrived: readonly Segment[], acks: readonly Segment[], link: Link): void {
  // The numbers alone: a file from a stranger may make this look at each of them for each segment.
  const numbers = Float64Array.from(acks, ({ ack }) => ack!);
  let begin = 0;
  for (const { id, seq, length, flags, arrivedAt } of arrived) {
    const end = numberAfter({ seq, length, flags });
    while (begin < acks.length && acks[begin]!.sentAt < arrivedAt!) begin += 1;
    if (end === seq) continue;
    let index = begin;
    while (index < numbers.length && numbers[index]! < end) index += 1;
    link('acknowledged', id, acks[index]?.id);
  }
}

/** The call at the same end that led to a step. Undefined if the kernel acted by itself. */
export function callBehind(step: Step, stepOf: (id: string | undefined) => Step | undefined): Call | undefined {
  if (step.kind === 'call') return step;
  if (step.kind !== 'segment' && step.kind !== 'state') return undefined;
  const cause = stepOf(step.kind === 'segment' ? step.causedBy : step.cause);
  if (!cause || cause.side !== step.side || cause.kind === 'state') return undefined;
  return callBehind(cause, stepOf);
}
