import { randomInt } from 'node:crypto';
import type { LinkSettings } from '../trace/link.ts';

/** If a page names no seed, its run gets one below this: few digits are easy to say and to type. */
const SEEDS = 100_000;

export function withSeed(link: LinkSettings | undefined): { link?: LinkSettings } {
  return link ? { link: { ...link, seed: link.seed ?? randomInt(SEEDS) } } : {};
}
