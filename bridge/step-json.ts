import { JsonBytes } from './json-bytes.ts';
import type { Call, Segment, State, Step } from './trace/step.ts';

/**
 * Steps as JSON, in UTF-8: what `JSON.stringify` gives, in a fraction of its time. All times here are whole tenths, and but
 * for its times most of a step is the same in every run.
 *
 *     {  "at": …, the other times, what else is new in every run   ← written anew
 *        "kind": …, "id": …, all the rest  }                       ← kept from the last step of the same id
 *
 * @param before text that goes before the list of steps, `after` what goes behind it
 */
export function stepsJson(steps: readonly Step[], before = '', after = ''): Buffer {
  json.text(`${before}[`);
  steps.forEach((step, index) => {
    if (index > 0) json.bytes(COMMA);
    if (isCommon(step)) writeStep(step);
    else json.text(JSON.stringify(step));
  });
  json.text(`]${after}`);
  return json.take();
}

const json = new JsonBytes();
const COMMA = Buffer.from(',');
const AT = Buffer.from('{"at":');
const STARTED_AT = Buffer.from(',"startedAt":');
const RETURNED_AT = Buffer.from(',"returnedAt":');
const SENT_AT = Buffer.from(',"sentAt":');
const ARRIVED_AT = Buffer.from(',"arrivedAt":');

/** The steps that come thousands of times a second: of a run on the direct wire, without capture. */
type Common = Call | Segment | State;

/** Not what was captured, or seen from outside: that is another in every run, and comes less often. */
function isCommon(step: Step): step is Common {
  switch (step.kind) {
    case 'call':
      return step.within === undefined;
    case 'segment':
      return step.evidence === 'inferred';
    case 'state':
      return step.seenAt === undefined && step.expected === undefined && step.lastsMs === undefined;
    case 'output':
      return false;
  }
}

function writeStep(step: Common): void {
  json.bytes(AT);
  json.tenths(step.at);
  switch (step.kind) {
    case 'call':
      time(STARTED_AT, step.startedAt);
      time(RETURNED_AT, step.returnedAt);
      // Not among what is kept: its port is another one in each run.
      if (step.peer !== undefined) json.text(`,"peer":${JSON.stringify(step.peer)}`);
      return json.bytes(calls.rest(step));
    case 'segment':
      time(SENT_AT, step.sentAt);
      time(ARRIVED_AT, step.arrivedAt);
      return json.bytes(segments.rest(step));
    case 'state':
      return json.bytes(states.rest(step));
  }
}

function time(name: Uint8Array, value: number | undefined): void {
  if (value === undefined) return;
  json.bytes(name);
  json.tenths(value);
}

/** Longer payloads are not kept: they come once. */
const KEPT_PAYLOAD = 64;
/** Ids whose texts are kept, at most; then all are forgotten. */
const KEPT_IDS = 256;
/** Texts of one id: a call is woken by one segment or another, as it happens. */
const KEPT_TEXTS = 4;

/** The end of the text of steps, all but their times: kept for the next step of the same id. */
class Kept<Kind extends Common> {
  readonly #byId = new Map<string, { step: Kind; text: Buffer }[]>();
  readonly #write: (step: Kind) => string;
  readonly #same: (a: Kind, b: Kind) => boolean;

  /** @param same whether two steps of one id have one text: everything that `write` writes is the same in both */
  constructor(write: (step: Kind) => string, same: (a: Kind, b: Kind) => boolean) {
    this.#write = write;
    this.#same = same;
  }

  rest(step: Kind): Buffer {
    const texts = this.#byId.get(step.id) ?? [];
    for (const kept of texts) if (this.#same(kept.step, step)) return kept.text;
    const text = Buffer.from(common(step) + this.#write(step));
    if ('payload' in step && step.payload && step.payload.length > KEPT_PAYLOAD) return text;
    if (this.#byId.size >= KEPT_IDS) this.#byId.clear();
    this.#byId.set(step.id, [{ step, text }, ...texts.slice(0, KEPT_TEXTS - 1)]);
    return text;
  }
}

const calls = new Kept<Call>(callFields, sameCall);
const segments = new Kept<Segment>(segmentFields, sameSegment);
const states = new Kept<State>(stateFields, sameState);

// Words of our own (ids, names, flags, reasons, hex) need no escaping; whatever a program or a kernel said gets it.

function common({ kind, id, side, evidence, reason }: Common): string {
  return `,"kind":"${kind}","id":"${id}","side":"${side}","evidence":"${evidence}"${word('reason', reason)}`;
}

function sameCommon(a: Common, b: Common): boolean {
  return a.side === b.side && a.evidence === b.evidence && a.reason === b.reason;
}

function callFields({ name, args, result, bytes, payload }: Call): string {
  return `,"name":"${name}","args":${JSON.stringify(args)}${said('result', result)}${whole('bytes', bytes)}${word('payload', payload)}}`;
}

function sameCall(a: Call, b: Call): boolean {
  return (
    sameCommon(a, b) &&
    a.name === b.name &&
    sameList(a.args, b.args) &&
    a.result === b.result &&
    a.bytes === b.bytes &&
    a.payload === b.payload
  );
}

function segmentFields({ from, flags, seq, ack, length, payload, fate, causedBy, woke }: Segment): string {
  return `,"from":"${from}","flags":${JSON.stringify(flags)},"seq":${seq}${whole('ack', ack)},"length":${length},"payload":"${payload}","fate":"${fate}"${word('causedBy', causedBy)}${word('woke', woke)}}`;
}

function sameSegment(a: Segment, b: Segment): boolean {
  return (
    sameCommon(a, b) &&
    a.from === b.from &&
    sameList(a.flags, b.flags) &&
    a.seq === b.seq &&
    a.ack === b.ack &&
    a.length === b.length &&
    a.payload === b.payload &&
    a.fate === b.fate &&
    a.causedBy === b.causedBy &&
    a.woke === b.woke
  );
}

function stateFields({ from, to, cause }: State): string {
  return `,"from":"${from}","to":"${to}"${word('cause', cause)}}`;
}

function sameState(a: State, b: State): boolean {
  return sameCommon(a, b) && a.from === b.from && a.to === b.to && a.cause === b.cause;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}

function word(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":"${value}"`;
}

function said(name: string, value: string | undefined): string {
  return value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`;
}

function whole(name: string, value: number | undefined): string {
  return value === undefined ? '' : `,"${name}":${value}`;
}
