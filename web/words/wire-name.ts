import { printable } from '../../bridge/trace/printable.ts';
import { lookup } from '../reading/checks.ts';
import type { Texts } from '../texts/topics.ts';

/**
 * What the page calls a wire. A wire that it does not know has its own name.
 * @param form `shortNames`: without the word “wire”, for places that speak of nothing else
 */
export function wireName(wire: string, texts: Texts, form: 'names' | 'shortNames' = 'names'): string {
  const own = printable(wire);
  return lookup<string>(texts.wire[form], wire) ?? (form === 'names' ? texts.wire.otherName(own) : own);
}
