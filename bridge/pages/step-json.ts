import { JsonBytes, TENTHS_END, TENTHS_WIDTH } from './json-bytes.ts';
import type { Call, Segment, State, Step } from '../trace/step.ts';

/**
 * Steps as JSON, in UTF-8: the same as from `JSON.stringify` except for blanks, in a fraction of the time. Most of a step
 * is the same in every run, except for its times. So the text of a step is kept, with gaps for its times.
 *
 *     kept, copied whole   {"at":          ,"startedAt":          ,"kind":"call","id":"client.send", … }
 *     written into it            ▲ 1234.5                ▲ 1234.5
 *
 * @param before text before the list of steps
 * @param after text behind it
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

/** The steps that come thousands of times a second: those of a run on the direct wire, without capture. */
type Common = Call | Segment | State;

/** A tracer reports who made a call: that differs from program to program. */
function isTraced({ systemCall, process, thread, value }: Call): boolean {
  return systemCall !== undefined || process !== undefined || thread !== undefined || value !== undefined;
}

/** No two connections have the same records. */
function isOfTls({ tls, handshake }: Call): boolean {
  return tls !== undefined || handshake !== undefined;
}

/** A step that was captured, seen from outside or is known as a range differs in every run, and comes less often. */
function isCommon(step: Step): step is Common {
  if (!fits(step.at) || step.connection !== undefined) return false;
  switch (step.kind) {
    case 'call':
      return isCommonCall(step);
    case 'segment':
      return step.evidence === 'inferred' && fits(step.sentAt) && fits(step.arrivedAt);
    case 'state':
      return step.seenAt === undefined && step.expected === undefined && step.lastsMs === undefined;
    default:
      return false;
  }
}

function isCommonCall(call: Call): boolean {
  const { within, range, startedAt, returnedAt, peer } = call;
  if (within !== undefined || range !== undefined || isTraced(call) || isOfTls(call)) return false;
  if (!fits(startedAt) || !fits(returnedAt)) return false;
  return peer === undefined || PLAIN.test(peer);
}

/** A server may have listened for days. */
function fits(time = 0): boolean {
  return time > -TENTHS_END && time < TENTHS_END;
}

/** Text that needs no escaping and has one byte for each character. */
const PLAIN = /^[\w.:[\]%-]*$/;

const GAP = ' '.repeat(TENTHS_WIDTH);
/** Where the gap for each time begins: `at` comes first, then the other times of its kind. */
const AT = '{"at":'.length;
const STARTED_AT = AT + TENTHS_WIDTH + ',"startedAt":'.length;
const RETURNED_AT = STARTED_AT + TENTHS_WIDTH + ',"returnedAt":'.length;
const SENT_AT = AT + TENTHS_WIDTH + ',"sentAt":'.length;
const ARRIVED_AT = SENT_AT + TENTHS_WIDTH + ',"arrivedAt":'.length;

function writeStep(step: Common): void {
  const text = kept.textOf(step);
  const start = json.bytes(text);
  json.tenthsAt(start + AT, step.at);
  switch (step.kind) {
    case 'call':
      json.tenthsAt(start + STARTED_AT, step.startedAt);
      if (step.returnedAt !== undefined) json.tenthsAt(start + RETURNED_AT, step.returnedAt);
      // The last field.
      if (step.peer !== undefined) json.asciiAt(start + text.length - '"}'.length - step.peer.length, step.peer);
      return;
    case 'segment':
      json.tenthsAt(start + SENT_AT, step.sentAt);
      if (step.arrivedAt !== undefined) json.tenthsAt(start + ARRIVED_AT, step.arrivedAt);
  }
}

/** A step's text, with gaps for its times. */
function textWithGaps(step: Common): string {
  const { at: _at, ...rest } = step;
  switch (rest.kind) {
    case 'call': {
      const { startedAt: _startedAt, returnedAt, peer, ...same } = rest;
      const times = `"startedAt":${GAP},${returnedAt === undefined ? '' : `"returnedAt":${GAP},`}`;
      const last = peer === undefined ? '}' : `,"peer":"${peer}"}`;
      return `{"at":${GAP},${times}${JSON.stringify(same).slice(1, -1)}${last}`;
    }
    case 'segment': {
      const { sentAt: _sentAt, arrivedAt, ...same } = rest;
      const times = `"sentAt":${GAP},${arrivedAt === undefined ? '' : `"arrivedAt":${GAP},`}`;
      return `{"at":${GAP},${times}${JSON.stringify(same).slice(1)}`;
    }
    case 'state':
      return `{"at":${GAP},${JSON.stringify(rest).slice(1)}`;
  }
}

/** Steps with a longer payload are not kept: they do not repeat. */
const KEPT_PAYLOAD = 64;
/** At most this many ids have kept texts. At one more, all are forgotten. */
const KEPT_IDS = 256;
/** At most this many texts are kept for one id: a call may be woken by one segment or another. */
const KEPT_TEXTS = 4;

/** The texts of steps, each kept for the next step of the same id. */
class KeptTexts {
  readonly #byId = new Map<string, { step: Common; text: Buffer }[]>();

  textOf(step: Common): Buffer {
    const texts = this.#byId.get(step.id) ?? [];
    for (const kept of texts) if (haveOneText(kept.step, step)) return kept.text;
    const text = Buffer.from(textWithGaps(step));
    if ('payload' in step && step.payload && step.payload.length > KEPT_PAYLOAD) return text;
    if (this.#byId.size >= KEPT_IDS) this.#byId.clear();
    this.#byId.set(step.id, [{ step, text }, ...texts.slice(0, KEPT_TEXTS - 1)]);
    return text;
  }
}

const kept = new KeptTexts();

/**
 * Whether two steps of one id differ only in what is written into the gaps. A loop over a table of fields would take
 * several times as long. A test changes every field of every kind.
 */
function haveOneText(a: Common, b: Common): boolean {
  if (a.side !== b.side || a.evidence !== b.evidence || a.reason !== b.reason) return false;
  if (a.kind === 'call') return b.kind === 'call' && sameCall(a, b);
  if (a.kind === 'segment') return b.kind === 'segment' && sameSegment(a, b);
  return b.kind === 'state' && a.from === b.from && a.to === b.to && a.cause === b.cause;
}

function sameCall(a: Call, b: Call): boolean {
  return (
    a.name === b.name &&
    sameList(a.args, b.args) &&
    a.result === b.result &&
    a.bytes === b.bytes &&
    a.payload === b.payload &&
    a.ready === b.ready &&
    a.peer?.length === b.peer?.length &&
    (a.returnedAt === undefined) === (b.returnedAt === undefined)
  );
}

function sameSegment(a: Segment, b: Segment): boolean {
  return (
    a.from === b.from &&
    sameList(a.flags, b.flags) &&
    a.seq === b.seq &&
    a.ack === b.ack &&
    a.length === b.length &&
    a.payload === b.payload &&
    a.fate === b.fate &&
    a.causedBy === b.causedBy &&
    a.woke === b.woke &&
    (a.arrivedAt === undefined) === (b.arrivedAt === undefined)
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) return false;
  return true;
}
