import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Arrangement, COLUMN } from '../../../web/settings/arrangement.svelte.ts';

function storage(): Storage {
  const items = new Map<string, string>();
  return {
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
  } as Storage;
}

describe('how the page is arranged', () => {
  beforeEach(() => vi.stubGlobal('localStorage', storage()));
  afterEach(() => vi.unstubAllGlobals());

  it('is remembered for the next visit, but the tab only for this one', () => {
    const visit = storage();
    const before = new Arrangement(visit);
    expect([before.isFolded, before.column, before.tab]).toEqual([false, undefined, '']);
    before.fold(true);
    before.column = 25;
    before.tab = 'code';
    const after = new Arrangement(visit);
    expect([after.isFolded, after.column, after.tab]).toEqual([true, 25, 'code']);
    expect(new Arrangement(storage()).tab).toBe('');
  });

  it('keeps the column within its bounds, whatever is stored', () => {
    const arrangement = new Arrangement(undefined);
    for (const [asked, given] of [
      [1, COLUMN.least],
      [1000, COLUMN.most],
      [undefined, undefined],
    ] as const) {
      arrangement.column = asked;
      expect([arrangement.column, new Arrangement(undefined).column]).toEqual([given, given]);
    }
    for (const [stored, given] of [
      ['wide', undefined],
      ['Infinity', undefined],
      ['-3', COLUMN.least],
    ] as const) {
      localStorage.setItem('aperto-column', stored);
      expect(new Arrangement(undefined).column).toBe(given);
    }
  });

  it('lasts as long as the page if the browser keeps nothing', () => {
    vi.stubGlobal('localStorage', undefined);
    const refusing = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError');
      },
    } as unknown as Storage;
    const arrangement = new Arrangement(refusing);
    arrangement.fold(true);
    arrangement.column = 30;
    arrangement.tab = 'states';
    expect([arrangement.isFolded, arrangement.column, arrangement.tab]).toEqual([true, 30, 'states']);
  });
});
