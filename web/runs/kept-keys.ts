import type { Run } from './run.svelte.ts';

/** The keys of the storage under which runs are kept, one each. */
const KEY = /^aperto-(run|file)-([1-9]\d{0,8})$/;

export interface KeptKey {
  key: string;
  order: number;
  isOpened: boolean;
}

export function keyOf({ order, isOpened }: Pick<Run, 'order' | 'isOpened'>): string {
  return `aperto-${isOpened ? 'file' : 'run'}-${order}`;
}

/** The keys of all runs that are kept, oldest first. */
export function keptKeys(storage: Storage): KeptKey[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
    .flatMap((key) => {
      const [, kind, order] = KEY.exec(key) ?? [];
      return order === undefined ? [] : [{ key, order: Number(order), isOpened: kind === 'file' }];
    })
    .sort((a, b) => a.order - b.order);
}
