import { describe, expect, it } from 'vitest';
import { ScenariosDone } from '../../../web/settings/scenarios-done.svelte.ts';

function storage(kept?: string): Storage {
  const items = new Map(kept === undefined ? [] : [['aperto-scenarios-done', kept]]);
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  } as Storage;
}

describe('the scenarios that are done', () => {
  it('outlive a visit', () => {
    const shared = storage();
    new ScenariosDone(shared).add('lostSyn');
    new ScenariosDone(shared).add('plain');
    const next = new ScenariosDone(shared);
    expect([next.has('lostSyn'), next.has('plain'), next.has('zero')]).toEqual([true, true, false]);
  });

  it('keep what another tab has added', () => {
    const shared = storage();
    const [one, other] = [new ScenariosDone(shared), new ScenariosDone(shared)];
    one.add('plain');
    other.add('zero');
    expect(new ScenariosDone(shared).has('plain')).toBe(true);
    expect(other.has('plain')).toBe(true);
  });

  it.each(['not JSON', '{"plain":true}', '[1,null,["plain"]]'])('do not trust the storage: %s', (kept) => {
    const done = new ScenariosDone(storage(kept));
    expect(done.has('plain')).toBe(false);
    done.add('plain');
    expect(done.has('plain')).toBe(true);
  });

  it('last as long as the page if the browser forbids storage', () => {
    const refuse = () => {
      throw new DOMException('no', 'SecurityError');
    };
    for (const kept of [undefined, { getItem: refuse, setItem: refuse } as unknown as Storage]) {
      const done = new ScenariosDone(kept);
      done.add('plain');
      expect(done.has('plain')).toBe(true);
    }
  });
});
