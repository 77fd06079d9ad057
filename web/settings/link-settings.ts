import { SEGMENT_KINDS, type LinkSettings, type SegmentKind, type SegmentSelector } from '../../bridge/trace/link.ts';
import type { Side } from '../../bridge/trace/step.ts';
import { isFlag, isInteger, isNumber, listOf, object, oneOf, within, type Check } from '../reading/checks.ts';

/** A setting of the lab's wire that is a number. */
export interface LinkField {
  name:
    'delayMs' | 'jitterMs' | 'lossPercent' | 'duplicatePercent' | 'reorderPercent' | 'kbitPerSecond' | 'mtu' | 'seed';
  /** Its name in the page's address. */
  parameter: string;
  unit: string;
  least: number;
  most: number;
  step: number;
}

/**
 * What the lab's wire does to the page's runs if the viewer has set nothing else: with some delay each way, slopes and
 * waits mean something, and no cold machine repeats a FIN. The bridge itself has no such default.
 */
export const USUAL_LINK = { delayMs: 20 } as const satisfies LinkSettings;

/** The link with the usual settings, as far as the viewer has not set others. */
export function withUsual(link: LinkSettings): LinkSettings {
  return { ...USUAL_LINK, ...link };
}

const percent = { unit: '%', least: 0, most: 100, step: 5 };
export const LINK_FIELDS: readonly LinkField[] = [
  { name: 'delayMs', parameter: 'delay', unit: 'ms', least: 0, most: 20_000, step: 10 },
  { name: 'jitterMs', parameter: 'jitter', unit: 'ms', least: 0, most: 20_000, step: 10 },
  { name: 'lossPercent', parameter: 'loss', ...percent },
  { name: 'duplicatePercent', parameter: 'duplicate', ...percent },
  { name: 'reorderPercent', parameter: 'reorder', ...percent },
  { name: 'kbitPerSecond', parameter: 'rate', unit: 'kbit/s', least: 0.1, most: 1e9, step: 8 },
  { name: 'mtu', parameter: 'mtu', unit: 'bytes', least: 128, most: 1500, step: 1 },
  { name: 'seed', parameter: 'seed', unit: '', least: 0, most: 0xffff_ffff, step: 1 },
];
const WHOLE: readonly string[] = ['mtu', 'seed'];

/** The kinds of segment whose first one can be dropped on purpose. */
export const DROPS: Record<string, SegmentKind> = {
  syn: 'SYN',
  synack: 'SYN+ACK',
  ack: 'ACK',
  data: 'data',
  fin: 'FIN',
};

/** The kinds of segment that can be held on the wire: every one of a kind, or all segments. */
export const HOLDS: Record<string, SegmentKind | 'all'> = { all: 'all', ...DROPS, rst: 'RST' };

/** A single segment that can be held: `client-3` is the client's third segment. */
const HELD_ONE = /^(client|server)-([1-9]\d{0,3})$/;

/** The single segment that a key means; undefined for a key of a kind. */
export function heldOne(key: string): { from: Side; nth: number } | undefined {
  const [, from, nth] = HELD_ONE.exec(key) ?? [];
  return from === undefined ? undefined : { from: from as Side, nth: Number(nth) };
}

/** Whether the key is one of `HOLDS`, or means a single segment. */
export function isHoldKey(key: string): boolean {
  return Object.hasOwn(HOLDS, key) || HELD_ONE.test(key);
}

const isSelectors = listOf(
  object(
    {
      'from?': oneOf('client', 'server'),
      'kind?': oneOf(...SEGMENT_KINDS),
      'nth?': within(1, Infinity, isInteger),
      'every?': isFlag,
    },
    true,
  ),
  64,
);

/** Checks a run's link as the bridge reports it. */
export const isLink = object(
  {
    ...Object.fromEntries(LINK_FIELDS.map((field) => [`${field.name}?`, checkOf(field)])),
    'kbitPerSecond?': (value) => isNumber(value) && (value as number) > 0,
    'hold?': (value) => isFlag(value) || isSelectors(value),
    'mayOvertake?': isFlag,
    'drop?': isSelectors,
  },
  true,
);

function checkOf({ name, least, most }: LinkField): Check {
  return within(least, most, WHOLE.includes(name) ? isInteger : isNumber);
}

/** The number that was typed for a field; undefined if the bridge would not accept it. */
export function parseField(field: LinkField, typed: string): number | undefined {
  if (typed.trim() === '') return undefined;
  const value = Number(typed);
  return checkOf(field)(value) ? value : undefined;
}

/** Settings that do nothing by themselves. */
const IDLE: readonly string[] = ['seed', 'mayOvertake'] satisfies (keyof LinkSettings)[];

/** Whether the link does anything to packets. */
export function changesAnything(link: LinkSettings): boolean {
  return Object.entries(link).some(
    ([name, value]) =>
      !IDLE.includes(name) && value !== 0 && value !== false && !(Array.isArray(value) && value.length === 0),
  );
}

/** The keys of `DROPS` for what the link drops. */
export function dropsOf({ drop = [] }: LinkSettings): string[] {
  return Object.keys(DROPS).filter((key) => drop.some(({ kind }) => kind === DROPS[key]));
}

/** The keys for what the link holds: those of `HOLDS`, and those of single segments. */
export function holdsOf({ hold }: LinkSettings): string[] {
  if (hold === true) return ['all'];
  const selectors = hold || [];
  const single = selectors.flatMap(({ from, kind, nth = 1 }) => (from && !kind ? [`${from}-${nth}`] : []));
  return [...Object.keys(HOLDS).filter((key) => selectors.some(({ kind }) => kind === HOLDS[key])), ...single];
}

/** The setting that holds what these keys mean; empty if there are none. */
export function holding(keys: readonly string[]): Pick<LinkSettings, 'hold'> {
  if (keys.includes('all')) return { hold: true };
  const hold = keys.flatMap((key): SegmentSelector[] => {
    const one = heldOne(key);
    const kind = HOLDS[key];
    if (one) return [one];
    return kind && kind !== 'all' ? [{ kind, every: true }] : [];
  });
  return hold.length > 0 ? { hold } : {};
}

/** Numbers that mean something even if they are 0: without a delay in the address, the page has its usual one. */
const ALSO_ZERO: readonly string[] = ['seed', 'delayMs'] satisfies LinkField['name'][];

/** The link as parameters of the page's address. */
export function linkParameters(link: LinkSettings): [string, string][] {
  const numbers = LINK_FIELDS.flatMap(({ name, parameter }): [string, string][] => {
    const value = link[name];
    return value === undefined || (value === 0 && !ALSO_ZERO.includes(name)) ? [] : [[parameter, String(value)]];
  });
  const drops = dropsOf(link);
  const holds = holdsOf(link);
  return [
    ...numbers,
    ...(drops.length > 0 ? [['drop', drops.join('.')] as [string, string]] : []),
    ...(holds.length > 0 ? [['hold', holds.join('.')] as [string, string]] : []),
    ...(holds.length > 0 && link.mayOvertake ? [['overtake', '1'] as [string, string]] : []),
  ];
}

/** The link in the page's address. Settings that the bridge would not accept are left out. */
export function linkFromParameters(parameters: URLSearchParams): LinkSettings {
  const link: LinkSettings = {};
  for (const field of LINK_FIELDS) {
    const value = parseField(field, parameters.get(field.parameter) ?? '');
    if (value !== undefined) link[field.name] = value;
  }
  const drops = (parameters.get('drop') ?? '').split('.').filter((key) => Object.hasOwn(DROPS, key));
  if (drops.length > 0) link.drop = [...new Set(drops)].map((key) => ({ kind: DROPS[key]! }));
  const holds = (parameters.get('hold') ?? '').split('.').filter(isHoldKey);
  Object.assign(link, holding([...new Set(holds)]));
  if (link.hold && parameters.get('overtake') === '1') link.mayOvertake = true;
  return link;
}
