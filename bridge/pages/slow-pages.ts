import type { PageConnection } from './page-connection.ts';

/**
 * Drops the pages that read most slowly. Each page has its own limit; this one keeps many slow pages from filling the
 * memory together.
 */
export function dropSlowest(pages: Iterable<PageConnection>, mostBytes: number): void {
  const slow = [...pages].filter(({ unsentBytes }) => unsentBytes > 0);
  let sum = slow.reduce((before, { unsentBytes }) => before + unsentBytes, 0);
  if (sum <= mostBytes) return;
  for (const page of slow.sort((one, other) => other.unsentBytes - one.unsentBytes)) {
    sum -= page.unsentBytes;
    page.giveUp();
    if (sum <= mostBytes) return;
  }
}
