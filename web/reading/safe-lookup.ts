/** What a table holds under a name that came from outside, which may be `constructor` or a word of a newer bridge. */
export function lookup<Value>(table: Readonly<Record<string, Value>>, name: unknown): Value | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
