import { EMPTY_LINE, FORMS, READS, type Form, type Line } from './line.ts';

/**
 * A line of a script as words in the page's address: `text hello`, `hex*3-nagle 0079` (three times, with Nagle's
 * algorithm), `number 121`, `wait 800`, `recv`, `recv 6`, `recv-once 6`, `recv-until \n`, `tls`, `tls NAME h2,http/1.1`
 * (`-` for no name; `tls-verify` if the certificate must be valid), `shutdown`, `close`, `reset`. The words keep what was typed, even if it is wrong.
 */
const SEND = new RegExp(`^(${FORMS.join('|')})(?:\\*(\\S*?))?(-nagle)?(?: ([^]*))?$`);
const OTHER = /^(wait|recv|recv-once|recv-until|tls|tls-verify|shutdown|close|reset)(?: ([^]*))?$/;

export function wordsOf(line: Line): string {
  if (line.do === 'send') {
    const times = line.times.replace(/\s/g, '');
    return `${line.form}${times && `*${times}`}${line.nagle ? '-nagle' : ''} ${line.data}`;
  }
  const [name, typed] = nameAndTyped(line);
  return typed === '' ? name : `${name} ${typed}`;
}

function nameAndTyped(line: Line): [name: string, typed: string] {
  const { do: name, ms, reads, bytes, until, verify } = line;
  if (name === 'tls') return [verify ? 'tls-verify' : 'tls', tlsWords(line)];
  if (name === 'wait') return [name, ms];
  if (name !== 'recv') return [name, ''];
  if (reads === 'until') return ['recv-until', until];
  return [reads === 'once' ? 'recv-once' : name, bytes];
}

function tlsWords({ serverName, alpn }: Line): string {
  const name = serverName.trim() === '-' ? WRONG : withoutBlanks(serverName);
  const protocols = alpn.split(',').map(withoutBlanks).join();
  return protocols === '' ? name : `${name || '-'} ${protocols}`;
}

/** Stands for what no name has, so that what is wrong stays wrong. */
const WRONG = '·';

function withoutBlanks(typed: string): string {
  return typed.trim().replace(/\s/g, WRONG);
}

function tlsFromWords(typed: string): Pick<Line, 'serverName' | 'alpn'> {
  const [serverName, alpn] = typed.split(' ') as [string, string?];
  return { serverName: serverName === '-' ? '' : serverName, alpn: alpn ?? '' };
}

/** Undefined if the words are no line. */
export function lineFromWords(words: string): Line | undefined {
  const send = SEND.exec(words);
  return send ? sendFromWords(send) : otherFromWords(words);
}

function sendFromWords([, form, times = '', nagle, data = '']: RegExpExecArray): Line {
  return { ...EMPTY_LINE, form: form as Form, times, nagle: nagle !== undefined, data };
}

function otherFromWords(words: string): Line | undefined {
  const [, name, typed = ''] = OTHER.exec(words) ?? [];
  if (name === undefined) return undefined;
  const reads = READS.find((each) => name === `recv-${each}`) ?? 'all';
  const line: Line = { ...EMPTY_LINE, reads, do: name.replace(/-.*/, '') as Line['do'] };
  if (name === 'wait') return { ...line, ms: typed };
  if (line.do === 'tls') return { ...line, ...tlsFromWords(typed), verify: name === 'tls-verify' };
  if (reads === 'until') return { ...line, until: typed };
  if (line.do === 'recv') return { ...line, bytes: typed };
  return typed === '' ? line : undefined;
}
