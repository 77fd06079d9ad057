import type { Call } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import { isGone } from '../../reading/resets-after-end.ts';
import { bytesInWords } from './bytes-in-words.ts';
import type { Context } from './context.ts';

const SECTIONS: Record<string, string> = {
  socket: 'RFC 9293 §3.9.1',
  bind: 'RFC 9293 §3.9.1.1',
  listen: 'RFC 9293 §3.9.1.1',
  accept: 'RFC 9293 §3.9.1.1',
  connect: 'RFC 9293 §3.9.1.1',
  send: 'RFC 9293 §3.9.1.2',
  recv: 'RFC 9293 §3.9.1.3',
  shutdown: 'RFC 9293 §3.6.1',
  close: 'RFC 9293 §3.9.1.4',
  reset: 'RFC 9293 §3.9.1',
};

interface CallTexts {
  what: (side: Call['side'], detail: string) => string;
  why: string;
}

export function explainCall(call: Call, context: Context) {
  const texts = lookup<CallTexts>(context.texts.call, call.name);
  // A program may make calls that the page has no texts for: then the name has to do.
  if (!texts) return { what: `${call.name}(${call.args.join(', ')})`, why: '', section: '' };
  const detail =
    call.name === 'send'
      ? bytesInWords(call.bytes ?? 0, call.payload ?? '', context)
      : (call.peer ?? call.args[0] ?? '');
  return {
    what: `${texts.what(call.side, detail)} ${endOf(call, context)}`.trim(),
    why: call.name === 'close' && isGone(call, context.run.steps) ? context.texts.closeOfNothing : texts.why,
    section: lookup(SECTIONS, call.name) ?? '',
  };
}

function endOf(call: Call, context: Context): string {
  if (call.within) return boundsOf(call, context);
  if (call.returnedAt === undefined) return withoutReturn(context);
  const isPlain = call.result === undefined || call.result === 'ok';
  // The duration of an inferred call is a guess: no number is made of it.
  if (call.evidence === 'inferred' && isPlain) return '';
  const took = context.language.duration(call.returnedAt - call.startedAt);
  return isPlain ? success(call, took, context) : context.texts.callEnd.error(took, call.result!);
}

function withoutReturn({ texts: { callEnd }, run }: Context): string {
  return run.isOver ? callEnd.unseen : callEnd.open;
}

/** A call that was seen only now and then has bounds, not moments. */
function boundsOf(call: Call, context: Context): string {
  const { language, texts } = context;
  const { within, startedAt, returnedAt } = call;
  const length = (us: number | undefined) => (us === undefined ? '' : language.duration(us));
  const returned = resultOf(call, context);
  return [
    texts.callEnd.seenBlocked(startedAt < 0 ? '' : language.moment(startedAt), length(within?.startUs)),
    returnedAt === undefined
      ? withoutReturn(context)
      : texts.callEnd.seenOver(language.moment(returnedAt), length(within?.returnUs)),
    returned && texts.callEnd.returned(returned),
  ]
    .filter(Boolean)
    .join(' ');
}

function resultOf({ name, result, bytes, payload = '' }: Call, context: Context): string {
  if (result !== undefined && result !== 'ok') return result;
  return name === 'recv' && bytes !== undefined ? bytesInWords(bytes, payload, context) : '';
}

/** What a successful call returned. */
function success({ name, bytes, payload = '', peer }: Call, took: string, context: Context): string {
  const { callEnd } = context.texts;
  if (name === 'recv' && bytes === 0) return callEnd.end(took);
  if (name === 'recv' && bytes !== undefined) return callEnd.bytes(took, bytesInWords(bytes, payload, context));
  return name === 'accept' && peer !== undefined ? callEnd.peer(took, peer) : callEnd.ok(took);
}
