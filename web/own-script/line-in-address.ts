import { EMPTY_LINE, FORMS, type Form, type Line } from './line.ts';

/**
 * A line of a script as words in the page's address: `text hello`, `hex*3-nagle 0079` (three times, with Nagle's
 * algorithm), `number 121`, `wait 800`, `recv`, `recv 6`, `shutdown`, `close`, `reset`. The words keep what was typed,
 * even if it is wrong.
 */
const SEND = new RegExp(`^(${FORMS.join('|')})(?:\\*(\\S*?))?(-nagle)?(?: ([^]*))?$`);
const OTHER = /^(wait|recv|shutdown|close|reset)(?: ([^]*))?$/;

export function wordsOf(line: Line): string {
  if (line.do === 'send') {
    const times = line.times.replace(/\s/g, '');
    return `${line.form}${times && `*${times}`}${line.nagle ? '-nagle' : ''} ${line.data}`;
  }
  const typed = line.do === 'wait' ? line.ms : line.do === 'recv' ? line.bytes : '';
  return typed === '' ? line.do : `${line.do} ${typed}`;
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
  const line = { ...EMPTY_LINE, do: name as Line['do'] };
  if (name === 'wait') return { ...line, ms: typed };
  if (name === 'recv') return { ...line, bytes: typed };
  return typed === '' ? line : undefined;
}
