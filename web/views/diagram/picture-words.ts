import { numberToHex } from '../../../bridge/trace/script.ts';
import { programBytes, type Call, type Segment, type State } from '../../../bridge/trace/step.ts';
import { spacedHex, textFromHex } from '../../reading/bytes.ts';
import { flagsText } from '../../reading/segment-role.ts';
import type { Language } from '../../texts/language.svelte.ts';
import { foldWords, type FoldWords } from './fold-words.ts';

const SHOWN_BYTES = 4;
const LONGEST_TEXT = 200;
/** Longer numbers are not read at a glance. */
const MOST_OF_NUMBER = 5;

/** What the picture writes on its steps. A list runs from the longest wording to the shortest; the first that fits is drawn. */
export interface PictureWords extends FoldWords {
  call(call: Call): string[];
  /** Empty if the result is not worth a line. */
  result(call: Call): string[];
  open(call: Call): string[];
  segment(segment: Segment): { main: string[]; details: string[] };
  /** How long the kernel stays in a state; empty if that is not known. */
  lasts(state: State): string;
  /** The state that the standard expects instead. */
  expected(state: string): string[];
}

/** `2 bytes 00 79`, `6 bytes ÍMPAR`. */
function sizedIn({ texts }: Language): (count: number, payload: string) => string[] {
  return (count, payload) => {
    // A longer text never fits, and to read it takes time.
    const text = payload.length > 2 * LONGEST_TEXT ? undefined : textFromHex(payload);
    const short = texts.bytes(count);
    if (text !== undefined && text.length >= 2) return [`${short} ${text}`, short];
    return [`${short} ${spacedHex(payload, SHOWN_BYTES)}`, short];
  };
}

/** The program's own bytes, and how many bytes of TLS they are: `5 bytes hello · TLS 27`. */
function carriedIn(language: Language): (call: Call) => string[] {
  return (call) => {
    const { bytes: count = 0, payload = '' } = programBytes(call);
    const records = call.tls && `TLS ${language.number(call.bytes ?? 0)}`;
    if (records && count === 0) return [records];
    return sizedIn(language)(count, payload).map((text) => (records ? `${text} · ${records}` : text));
  };
}

/** @param number the number that the client sends, if it sends one: the server's reads then show a number, too */
export function pictureWords(language: Language, isOver: boolean, number?: bigint): PictureWords {
  const { texts } = language;
  const sized = sizedIn(language);
  const carried = carriedIn(language);
  const received = (call: Call): string[] => {
    const { side, bytes: count, payload = '' } = call;
    if (call.tls && count !== 0) return carried(call);
    if (count === undefined) return ['ok'];
    if (count === 0) return [texts.diagram.peerClosed, texts.bytes(0)];
    const isNumber = number !== undefined && side === 'server' && count === payload.length / 2;
    const value = isNumber && count <= MOST_OF_NUMBER ? [`${spacedHex(payload)} = ${BigInt(`0x${payload}`)}`] : [];
    return [...value, ...sized(count, payload)];
  };
  return {
    call: once((call: Call) => {
      const { name, args, bytes: count, payload = '', side, handshake } = call;
      if (handshake) return [`TLS: ${handshake.version} ${handshake.cipher}`, handshake.version, 'TLS'];
      const isNumber = number !== undefined && side === 'client' && payload === numberToHex(number);
      const shown =
        name === 'send' && count !== undefined
          ? [...(isNumber ? [`${number} = ${spacedHex(payload)}`] : []), ...carried(call)]
          : args.length > 0
            ? argumentsIn(name, args)
            : [];
      return [...shown.map((text) => `${name}(${text})`), `${name}()`];
    }),
    result: once((call: Call) => {
      const { name, result, peer, returnedAt, ready } = call;
      if (returnedAt === undefined) return [];
      if (result !== undefined && result !== 'ok') return [`→ ${result}`];
      // From outside, only the return was seen.
      if (result === undefined) return [`→ ${texts.diagram.returned}`];
      if (call.value !== undefined) return [`→ ${call.value}`];
      if (ready === 0) return [`→ ${texts.diagram.timeUp}`];
      if (name === 'recv') return received(call).map((text) => `→ ${text}`);
      if (name === 'accept') return peer === undefined ? ['→ ok'] : [`→ ${peer}`, `→ :${peer.split(':').at(-1)}`];
      return name === 'connect' ? ['→ ok'] : [];
    }),
    open: () => [isOver ? texts.diagram.endNotSeen : texts.diagram.stillBlocked],
    segment: once((segment: Segment) => {
      const { length, payload } = segment;
      const flags = flagsText(segment);
      const isPlainData = length > 0 && !/SYN|FIN|RST/.test(flags);
      const main = isPlainData
        ? sized(length, payload)
        : length > 0
          ? sized(length, payload).map((text) => `${flags} ${text}`)
          : [isShut(segment) ? `${flags} window 0` : flags];
      return { main: marked(main, marksOf(segment, texts)), details: detailsOf(segment, isPlainData ? flags : '') };
    }),
    lasts: ({ lastsMs }) => (lastsMs === undefined ? '' : texts.diagram.lasts(language.duration(lastsMs * 1000))),
    ...foldWords(language),
    expected: (state) => [`≠ ${texts.diagram.expected(state)}`, `≠ ${texts.diagram.not(state)}`, `≠ ${state}`],
  };
}

/** The level of an option says little. */
function argumentsIn(name: string, args: readonly string[]): string[] {
  return [args.join(', '), ...(name.endsWith('sockopt') ? [args.slice(1).join(', '), args[1] ?? ''] : [])];
}

/** The same function, which is asked about each step only once: a picture that grows asks again and again. */
function once<Key extends object, Words>(write: (step: Key) => Words): (step: Key) => Words {
  const written = new WeakMap<Key, Words>();
  return (step) => {
    const words = written.get(step) ?? write(step);
    written.set(step, words);
    return words;
  };
}

/** Numbers, with the flags of data; and with the options of a SYN: all, else how much it takes in one segment. */
function detailsOf({ seq, ack, flags, options = [] }: Segment, dataFlags: string): string[] {
  const numbers = `seq ${seq}${ack === undefined ? '' : ` ack ${ack}`}`;
  const most = options.find((option) => option.startsWith('mss'));
  return [
    ...(dataFlags === '' ? [] : [`${dataFlags} ${numbers}`]),
    ...(flags.includes('SYN') ? [[numbers, ...options].join(' '), `${numbers} ${most ?? ''}`.trim()] : []),
    numbers,
    ack === undefined ? `seq ${seq}` : `ack ${ack}`,
  ];
}

/** What is special about a segment: a sign, which needs no colour, and a word. */
type SpecialMark = readonly [sign: string, word: string, shortWord?: string];

function marksOf(segment: Segment, { diagram }: Language['texts']): SpecialMark[] {
  const { fate, probe, retransmissionOf, duplicateOf, repeats } = segment;
  const marks: (SpecialMark | false)[] = [
    fate === 'dropped' && ['✕', diagram.lostMark],
    fate === 'underway' && ['…', diagram.underWayMark],
    fate === 'held' && ['‖', diagram.heldMark],
    repeats !== undefined && repeats > 0 && ['↻', diagram.sentAgain(repeats)],
    duplicateOf !== undefined && ['×2', diagram.wireCopy, diagram.copy],
    retransmissionOf !== undefined && ['↻', diagram.retransmission],
    probe === 'keep-alive' && ['?', diagram.keepAlive, diagram.probe],
    probe === 'zero-window' && ['?', diagram.zeroWindow, diagram.probe],
  ];
  return marks.filter((mark) => mark !== false);
}

/** From long to short: signs with words, signs with shorter words, signs alone. */
function marked(main: string[], marks: readonly SpecialMark[]): string[] {
  if (marks.length === 0) return main;
  const long = marks.map(([sign, word]) => `${sign} ${word}`).join(' · ');
  const medium = marks.map(([sign, word, short = word]) => `${sign} ${short}`).join(' · ');
  const signs = marks.map(([sign]) => sign).join('');
  const prefixes = [`${long} · `, `${medium} · `, `${signs} `];
  return [...prefixes.flatMap((prefix) => main.map((text) => prefix + text)), signs];
}

/** The sender of this segment has no room for more bytes: RFC 9293 §3.8.6. */
function isShut({ window, flags }: Segment): boolean {
  return window === 0 && !flags.includes('RST');
}
