import { printable } from '../../bridge/trace/printable.ts';
import { lookup } from '../reading/checks.ts';
import type { Texts } from '../texts/topics.ts';

/** A refusal or a fault, in a sentence. A code without a sentence is shown with the bridge's own message. */
export function errorSentence({ code, message }: { code: string; message: string }, texts: Texts): string {
  const { unknown, address, ...known } = texts.errors;
  if (code === 'ADDRESS') return address(message);
  return (
    lookup<string>(known, code) ?? lookup<string>(texts.files.problems, code) ?? unknown(printable(message || code))
  );
}
