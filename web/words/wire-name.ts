import { lookup } from '../reading/checks.ts';
import type { Texts } from '../texts/topics.ts';

/** What the page calls a wire. A wire that it does not know has its own name. */
export function wireName(wire: string, texts: Texts): string {
  return lookup<string>(texts.wire.names, wire) ?? texts.wire.otherName(wire);
}
