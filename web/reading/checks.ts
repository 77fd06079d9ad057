import type { Field, Fields, Word } from '../../bridge/protocol/fields.ts';

/**
 * Checks of values from outside: from a message, a trace file or the page's address. Small checks build the check of a
 * whole message or trace from the protocol's tables.
 */
export type Check = (value: unknown) => boolean;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
export const isText: Check = (value) => typeof value === 'string';
/** At most so many UTF-16 code units. */
export const isTextOf =
  (most: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= most;
export const isNumber: Check = (value) => Number.isFinite(value);
export const isFlag: Check = (value) => typeof value === 'boolean';
export const isInteger: Check = (value) => Number.isInteger(value);
/** At most `bytes` pairs of hex digits. */
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
 * A field whose name ends in a question mark may be absent.
 * @param isWhole whether other fields are forbidden
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

/** How to check the words of a table. */
export interface Meaning {
  words: Readonly<Record<Word, Check>>;
  /** Whether the limits for files from strangers apply. */
  isBounded: boolean;
}

/** The check of an object that one of the protocol's tables describes. */
export function tableCheck(table: Fields, meaning: Meaning): Check {
  return object(Object.fromEntries(Object.entries(table).map(([name, field]) => [name, fieldCheck(field, meaning)])));
}

function fieldCheck(field: Field, meaning: Meaning): Check {
  const { words, isBounded } = meaning;
  if (typeof field === 'string') return words[field];
  if ('text' in field) return isBounded ? isTextOf(field.text) : isText;
  if ('hex' in field) return isBounded ? isHex(field.hex) : isText;
  if ('list' in field) return listOf(fieldCheck(field.list, meaning), isBounded ? field.most : undefined);
  if ('fields' in field) return tableCheck(field.fields, meaning);
  return oneOf(...field);
}

/** The value in a table for a name from outside. The name may be `constructor`, or a word of a newer bridge. */
export function lookup<Value>(table: Readonly<Record<string, Value>>, name: unknown): Value | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}
