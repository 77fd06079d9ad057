/** The list has a name of its own in the browser's storage, and holds nothing but the keys of scenarios. */
const KEY = 'aperto-scenarios-done';
/** More than there are scenarios: a list that another program wrote stays short. */
const MOST = 200;

/** Which scenarios a run of this browser has shown, kept for the next visit if the browser allows it. */
export class ScenariosDone {
  readonly #storage: Storage | undefined;
  #keys = $state.raw<readonly string[]>([]);

  constructor(storage: Storage | undefined) {
    this.#storage = storage;
    this.#keys = this.#kept();
  }

  has(scenario: string): boolean {
    return this.#keys.includes(scenario);
  }

  add(scenario: string): void {
    if (this.has(scenario)) return;
    // Another tab may have added some.
    const kept = this.#kept();
    this.#keys = [...kept, ...[...this.#keys, scenario].filter((key) => !kept.includes(key))];
    try {
      this.#storage?.setItem(KEY, JSON.stringify(this.#keys));
    } catch {
      // Full, or forbidden: the mark lasts as long as the page.
      return;
    }
  }

  #kept(): string[] {
    try {
      const kept: unknown = JSON.parse(this.#storage?.getItem(KEY) ?? '[]');
      return Array.isArray(kept) ? kept.filter((key) => typeof key === 'string').slice(0, MOST) : [];
    } catch {
      return [];
    }
  }
}
