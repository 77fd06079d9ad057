import { describe, expect, it } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { Step } from '../../../bridge/trace/step.ts';
import { keep, restore } from '../../../web/runs/kept-traces.ts';
import { keptKeys } from '../../../web/runs/kept-keys.ts';
import type { Run } from '../../../web/runs/run.svelte.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { labTrace } from '../fixtures/lab-traces.ts';
import { done, longTrace, output, plainTrace } from '../fixtures/traces.ts';

/** What a tab has, with as many characters of room as it is given. */
class FakeStorage implements Storage {
  readonly map = new Map<string, string>();
  readonly room: number;
  constructor(room = Infinity) {
    this.room = room;
  }
  get length() {
    return this.map.size;
  }
  key = (index: number) => [...this.map.keys()][index] ?? null;
  getItem = (key: string) => this.map.get(key) ?? null;
  removeItem = (key: string) => void this.map.delete(key);
  clear = () => this.map.clear();
  setItem(key: string, value: string) {
    const others = [...this.map].filter(([name]) => name !== key);
    if (others.reduce((sum, [, text]) => sum + text.length, value.length) > this.room)
      throw new DOMException('full', 'QuotaExceededError');
    this.map.set(key, value);
  }
}

const runs = new Runs(
  () => {},
  (task) => task(),
);
function ended(steps: Step[] = labTrace(), extra = {}): Run {
  const { run } = runs.begin({ script: plainScript(121n), wire: 'lab', target: '10.77.0.2:65432' });
  runs.receive({ type: 'steps', id: run.id, steps });
  runs.receive(done(run.id, 'replied', extra));
  return run;
}
const orders = (storage: Storage) => keptKeys(storage).map(({ order }) => order);

describe('runs that are kept', () => {
  it('come back unchanged, in their places, newest first', () => {
    const storage = new FakeStorage();
    const kept = [ended(), ended(plainTrace()), ended(labTrace(), { link: { delayMs: 20, seed: 1 } })];
    for (const run of kept) keep(run, storage);
    const again = new Runs(() => {});
    for (const { trace, ...place } of restore(storage)) again.open(trace, place);
    expect(again.list.map(({ order }) => order)).toEqual(kept.map(({ order }) => order).reverse());
    expect(again.list.map((run) => run.trace())).toEqual(kept.map((run) => run.trace()).reverse());
    expect(again.list.map(({ isOpened, number }) => [isOpened, number])).toEqual(kept.map(() => [false, 121n]));
  });

  it('of a file stay runs of a file', () => {
    const storage = new FakeStorage();
    keep(runs.open(ended().trace()!), storage);
    expect(restore(storage)).toMatchObject([{ isOpened: true }]);
  });

  it('do not take the number of a run of this visit', () => {
    const [storage, again] = [new FakeStorage(), new Runs(() => {})];
    const run = ended();
    keep(run, storage);
    again.countFrom(keptKeys(storage).at(-1)!.order);
    const { run: next } = again.begin({ script: plainScript(1n) });
    for (const { trace, ...place } of restore(storage)) again.open(trace, place);
    expect(again.list.map(({ order }) => order)).toEqual([run.order + 1, run.order]);
    expect(next.order).toBe(run.order + 1);
  });

  it('are a hundred at most: the oldest go first', () => {
    const storage = new FakeStorage();
    const all = Array.from({ length: 103 }, () => ended([]));
    for (const run of all) keep(run, storage);
    expect(orders(storage)).toEqual(all.slice(3).map(({ order }) => order));
  });

  it('make room for each other', () => {
    const storage = new FakeStorage();
    const small = ended();
    keep(small, storage);
    const large = Array.from({ length: 6 }, () => ended(longTrace(4000)));
    for (const run of large) keep(run, storage);
    expect([...storage.map.values()].reduce((sum, text) => sum + text.length, 0)).toBeLessThanOrEqual(4_000_000);
    expect(orders(storage)).not.toContain(small.order);
    expect(orders(storage).at(-1)).toBe(large.at(-1)!.order);
  });

  it('leave a full storage as well as they can, and other content alone', () => {
    const text = JSON.stringify(ended().trace());
    const storage = new FakeStorage(text.length * 2.5);
    storage.setItem('something else', 'x');
    const all = [ended(), ended(), ended()];
    for (const run of all) keep(run, storage);
    expect(orders(storage)).toEqual(all.slice(1).map(({ order }) => order));
    expect(storage.getItem('something else')).toBe('x');
    const none = new FakeStorage(100);
    keep(ended(), none);
    expect(none.length).toBe(0);
  });

  it('come back as lost or refused if the bridge reported no end, with what was seen of them', () => {
    const storage = new FakeStorage();
    const ends = [{ kind: 'lost' }, { kind: 'rejected', code: 'TOO_MANY_RUNS', message: 'limit' }] as const;
    const kept = ends.map((end) => {
      const { run } = runs.begin({ script: [{ do: 'reset' }], link: { delayMs: 20 }, scenario: 'plain' });
      run.add(plainTrace());
      run.finish(end);
      keep(run, storage);
      return run;
    });
    const again = new Runs(() => {});
    for (const { trace, ...place } of restore(storage)) again.open(trace, place);
    const told = (run: Run) => [run.order, run.end, run.steps, run.link, run.number, run.begun.scenario, run.trace()];
    expect([...again.list].reverse().map(told)).toEqual(kept.map(told));
  });

  it('do not include those without an end, or those that are not traces', () => {
    const storage = new FakeStorage();
    const { run } = runs.begin({ script: plainScript(1n) });
    keep(run, storage);
    keep(run, storage);
    expect(storage.length).toBe(0);
  });

  it('are thrown away if somebody has changed them, and the others come back', () => {
    const storage = new FakeStorage();
    const [good, other] = [ended(), ended([output('<script>alert(1)</script>', 5)])];
    keep(good, storage);
    keep(other, storage);
    storage.setItem('aperto-run-900', '{"format":"aperto-trace"');
    storage.setItem('aperto-run-901', '{"format":"aperto-trace","version":1,"steps":[{"kind":"segment"}]}');
    storage.setItem('aperto-run-0', JSON.stringify(good.trace()));
    storage.setItem('aperto-run-12345678901', JSON.stringify(good.trace()));
    storage.setItem('aperto-language', 'pt');
    expect(restore(storage).map(({ order }) => order)).toEqual([other.order, good.order]);
    expect(orders(storage)).toEqual([good.order, other.order]);
    expect(storage.getItem('aperto-language')).toBe('pt');
  });
});
