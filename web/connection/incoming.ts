import type { BridgeMessage } from '../../bridge/protocol/messages.ts';
import { OUTCOMES } from '../../bridge/trace/outcome.ts';
import { isFlag, isInteger, isNumber, isRecord, isText, listOf, object, oneOf, type Check } from '../reading/checks.ts';
import { isLink } from '../settings/link-settings.ts';
import { lookup } from '../reading/safe-lookup.ts';

/**
 * Reads a message of the bridge, or answers undefined for what no view could draw.
 * Written by hand because the schema library would be half of the page's weight; a test holds it to the schemas.
 */
export function readMessage(text: string): BridgeMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const check = lookup(MESSAGES, value['type']);
  return check?.(value) ? (value as unknown as BridgeMessage) : undefined;
}

const isId: Check = (value) =>
  isInteger(value)
    ? (value as number) >= 0
    : isText(value) && (value as string).length > 0 && [...(value as string)].length <= 64;

const base = {
  id: isText,
  at: isNumber,
  side: oneOf('client', 'server'),
  evidence: oneOf('captured', 'observed', 'inferred'),
  'reason?': isText,
};
const STEPS: Record<string, Check> = {
  call: object({
    ...base,
    name: isText,
    args: listOf(isText),
    startedAt: isNumber,
    'returnedAt?': isNumber,
    'result?': isText,
    'bytes?': isNumber,
    'payload?': isText,
    'within?': object({ 'startUs?': isNumber, 'returnUs?': isNumber }),
  }),
  segment: object({
    ...base,
    from: oneOf('client', 'server'),
    flags: listOf(isText),
    seq: isNumber,
    'ack?': isNumber,
    length: isNumber,
    payload: isText,
    sentAt: isNumber,
    'arrivedAt?': isNumber,
    fate: oneOf('delivered', 'dropped', 'underway', 'held', 'unknown'),
  }),
  state: object({ ...base, from: isText, to: isText }),
  output: object({ ...base, stream: oneOf('stdout', 'stderr'), line: isText }),
};
export const isStep: Check = (value) => isRecord(value) && (lookup(STEPS, value['kind'])?.(value) ?? false);
export const isSources = listOf(object({ name: isText, active: isFlag, 'why?': isText }));

const MESSAGES: Record<string, Check> = {
  hello: object({
    version: isText,
    wire: oneOf('direct', 'lab'),
    'wireWhy?': isText,
    'wireMessage?': isText,
    target: isText,
    server: object({
      state: oneOf('starting', 'listening', 'exited', 'stopped', 'external'),
      'command?': isText,
      'pid?': isInteger,
      'exitCode?': isInteger,
      'signal?': isText,
      'blockedIn?': isText,
      output: listOf(object({ stream: oneOf('stdout', 'stderr'), line: isText })),
    }),
    mayControl: isFlag,
    sources: isSources,
    limits: (value) => isRecord(value) && Object.values(value).every(isNumber),
  }),
  steps: object({ id: isId, steps: listOf(isStep) }),
  done: object({
    id: isId,
    outcome: oneOf(...OUTCOMES),
    'reply?': object({ text: isText, hex: isText }),
    'error?': isText,
    durationUs: isNumber,
    'target?': isText,
    'link?': isLink,
    sources: isSources,
  }),
  error: object({ 'id?': isId, code: isText, message: isText }),
};
