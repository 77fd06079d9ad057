import { EMPTY_LINE, FORMS, READS, type Form, type Line } from './line.ts';

/**
 * A line of a script as words in the page's address: `text hello`, `hex*3-nagle 0079` (three times, with Nagle's
 * algorithm), `number 121`, `wait 800`, `recv`, `recv 6`, `recv-once 6`, `recv-until \n`, `shutdown`, `close`, `reset`. The
 * words keep what was typed, even if it is wrong.
 */
const SEND = new RegExp(`^(${FORMS.join('|')})(?:\\*(\\S*?))?(-nagle)?(?: ([^]*))?$`);
const OTHER = /^(wait|recv|recv-once|recv-until|shutdown|close|reset)(?: ([^]*))?$/;

export function wordsOf(line: Line): string {
  if (line.do === 'send') {
    const times = line.times.replace(/\s/g, '');
    return `${line.form}${times && `*${times}`}${line.nagle ? '-nagle' : ''} ${line.data}`;
  }
  const [name, typed] = nameAndTyped(line);
  return typed === '' ? name : `${name} ${typed}`;
}

function nameAndTyped({ do: name, ms, reads, bytes, until }: Line): [name: string, typed: string] {
  if (name === 'wait') return [name, ms];
  if (name !== 'recv') return [name, ''];
  if (reads === 'until') return ['recv-until', until];
  return [reads === 'once' ? 'recv-once' : name, bytes];
}

/** Undefined if the words are no line. */
export function lineFromWords(words: string): Line | undefined {
  const send = SEND.exec(words);
  if (send) {
    const [, form, times = '', nagle, data = ''] = send;
    return { ...EMPTY_LINE, form: form as Form, times, nagle: nagle !== undefined, data };
  }
  const [, name, typed = ''] = OTHER.exec(words) ?? [];
  if (name === undefined) return undefined;
  const reads = READS.find((each) => name === `recv-${each}`) ?? 'all';
  const line: Line = { ...EMPTY_LINE, reads, do: name.replace(/-.*/, '') as Line['do'] };
  if (name === 'wait') return { ...line, ms: typed };
  if (reads === 'until') return { ...line, until: typed };
  if (line.do === 'recv') return { ...line, bytes: typed };
  return typed === '' ? line : undefined;
}
