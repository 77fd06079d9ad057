import { compareSteps, programBytes, type Call, type CallName } from '../../../bridge/trace/step.ts';
import { lookup } from '../../reading/checks.ts';
import { isGone } from '../../reading/resets.ts';
import { bytesInWords } from './bytes-in-words.ts';
import { isReturnAwaited } from '../../reading/call-return.ts';
import type { Context } from './context.ts';

/** The user interface of TCP as RFC 9293 §3.9.1 describes it. A program's calls have other names. */
const SECTIONS: Record<CallName, string> = {
  socket: 'RFC 9293 §3.9.1',
  bind: 'RFC 9293 §3.9.1.1',
  listen: 'RFC 9293 §3.9.1.1',
  accept: 'RFC 9293 §3.9.1.1',
  connect: 'RFC 9293 §3.9.1.1',
  send: 'RFC 9293 §3.9.1.2',
  recv: 'RFC 9293 §3.9.1.3',
  shutdown: 'RFC 9293 §3.6.1',
  close: 'RFC 9293 §3.9.1.4, §3.6.1',
  reset: 'RFC 9293 §3.9.1.6',
  // TCP knows nothing of these.
  epoll_wait: '',
  poll: '',
  select: '',
  setsockopt: '',
  getsockopt: '',
  dup: '',
  fork: '',
  exit: '',
  tls: 'RFC 8446 §2',
};

interface CallTexts {
  what: (side: Call['side'], detail: string) => string;
  why: string;
}

/** What the program asks for. What a call returns that can block, or that failed, has a sentence of its own. */
export function explainCall(call: Call, context: Context) {
  const texts = lookup<CallTexts>(context.texts.call, call.name);
  // A program may make calls that the page has no texts for: then the name has to do.
  if (!texts) return { what: `${call.name}(${call.args.join(', ')})`, why: '', section: '' };
  const detail = call.name === 'send' ? bytesOf(call, context) : detailOf(call);
  return {
    what: [
      texts.what(call.side, detail),
      call.name === 'send' ? recordsOf(call, context) : '',
      handshakeOf(call, context),
      seenBlocked(call, context),
      endOf(call, context),
      rangeBegun(call, context),
    ]
      .filter(Boolean)
      .join(' '),
    why: call.name === 'close' && isGone(call, context.run.steps) ? context.texts.closeOfNothing : texts.why,
    section: lookup(SECTIONS, call.name) ?? '',
  };
}

function bytesOf(call: Call, context: Context): string {
  const { bytes = 0, payload = '' } = programBytes(call);
  // Records without bytes of the program are all that there is.
  return call.tls && bytes === 0
    ? bytesInWords(call.bytes ?? 0, call.payload ?? '', context)
    : bytesInWords(bytes, payload, context);
}

/** How many bytes TLS made of those of the program. */
export function recordsOf({ name, tls, bytes = 0 }: Call, { texts, language }: Context): string {
  if (!tls || (name === 'recv' && bytes === 0)) return '';
  const count = language.texts.bytes(bytes);
  return tls.bytes === 0 ? texts.tls.onlyRecords(count) : texts.tls.records(count);
}

function handshakeOf({ handshake }: Call, { texts }: Context): string {
  if (!handshake) return '';
  const { version, cipher, alpn = '', serverName = '', peerName = '', why } = handshake;
  return [
    texts.tls.agreed(version, cipher, alpn),
    serverName && texts.tls.asked(serverName),
    texts.tls.certificate(peerName),
    why === undefined ? texts.tls.valid : texts.tls.notValid(why),
  ]
    .filter(Boolean)
    .join(' ');
}

function detailOf({ name, args, peer, value }: Call): string {
  if (name === 'fork') return value ?? '';
  if (name !== 'getsockopt' && name !== 'setsockopt') return peer ?? args[0] ?? '';
  const set = value ?? args[2];
  return set === undefined ? (args[1] ?? '') : `${args[1]} = ${set}`;
}

/** A call that was seen only now and then has bounds, not moments. */
function seenBlocked({ within, startedAt }: Call, { texts, language }: Context): string {
  if (!within) return '';
  const before = within.startUs === undefined ? '' : language.duration(within.startUs);
  return texts.callEnd.seenBlocked(startedAt < 0 ? '' : language.moment(startedAt), before);
}

function endOf(call: Call, context: Context): string {
  const { texts, language, run } = context;
  const { returnedAt, startedAt, evidence, within } = call;
  if (returnedAt === undefined) {
    if (run.isOver) return texts.callEnd.unseen;
    // Of the newest step nobody can know yet whether it will block.
    return run.steps.some((step) => compareSteps(step, call) > 0) ? texts.callEnd.open : '';
  }
  if (isReturnAwaited(call)) return '';
  if (within) return seenOver(call, context);
  // The duration of an inferred call is a guess: no number is made of it.
  return evidence === 'inferred' ? '' : texts.callEnd.ok(language.duration(returnedAt - startedAt));
}

/** Between which moments a call was made that nobody saw; of an accept(), its return says so. */
export function rangeOf({ name, startedAt, range }: Call, { texts, language }: Context): string {
  if (!range) return '';
  const [from, until] = [startedAt - range.earlierUs, startedAt + range.laterUs];
  return texts.callEnd.between(name, language.moment(from), language.moment(until));
}

function rangeBegun(call: Call, context: Context): string {
  return isReturnAwaited(call) ? '' : rangeOf(call, context);
}

/** Between which moments a call returned that was seen only now and then. */
export function seenOver({ within, returnedAt }: Call, { texts, language }: Context): string {
  const before = within?.returnUs === undefined ? '' : language.duration(within.returnUs);
  return texts.callEnd.seenOver(language.moment(returnedAt!), before);
}
