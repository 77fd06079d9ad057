import type { Run } from './runs.svelte.ts';

/**
 * Runs of this tab outlive a reload in its session storage, each under a key of its own. What is here is what the page
 * needs at once; what reads and writes traces comes when there is something to read or write.
 */
const KEY = /^aperto-(run|file)-([1-9]\d{0,8})$/;

export interface Kept {
  key: string;
  order: number;
  isOpened: boolean;
}

/** Undefined where the browser forbids it, as for a page of a file or in some private windows. */
export function tabStorage(): Storage | undefined {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

export function keyOf({ order, isOpened }: Pick<Run, 'order' | 'isOpened'>): string {
  return `aperto-${isOpened ? 'file' : 'run'}-${order}`;
}

/** What is kept, oldest first. */
export function keptIn(storage: Storage): Kept[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
    .flatMap((key) => {
      const [, kind, order] = KEY.exec(key) ?? [];
      return order === undefined ? [] : [{ key, order: Number(order), isOpened: kind === 'file' }];
    })
    .sort((a, b) => a.order - b.order);
}
