/** Small checks from which the shape of what comes from outside is put together: of messages, and of saved traces. */
export type Check = (value: unknown) => boolean;
export type Fields = Record<string, unknown>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
export const isText: Check = (value) => typeof value === 'string';
export const isNumber: Check = (value) => Number.isFinite(value);
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isInteger: Check = (value) => Number.isInteger(value);
/** Pairs of hex digits, `bytes` of them at most. */
export const isHex =
  (bytes: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= 2 * bytes && /^(?:[0-9a-f]{2})*$/i.test(value);
export const within =
  (least: number, most: number, check: Check = isNumber): Check =>
  (value) =>
    check(value) && (value as number) >= least && (value as number) <= most;
export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string);
export const listOf =
  (check: Check, most = Infinity): Check =>
  (value) =>
    Array.isArray(value) && value.length <= most && value.every(check);
/**
 * A question mark after the name: the field may be absent.
 * @param isWhole whether there may be no other field
 */
export const object = (fields: Record<string, Check>, isWhole = false): Check => {
  const entries = Object.entries(fields).map(([name, check]) => ({
    name: name.replace('?', ''),
    optional: name.endsWith('?'),
    check,
  }));
  const known = new Set(entries.map(({ name }) => name));
  return (value) =>
    isRecord(value) &&
    entries.every(({ name, optional, check }) =>
      value[name] === undefined ? optional && !(name in value) : check(value[name]),
    ) &&
    (!isWhole || Object.keys(value).every((name) => known.has(name)));
};
