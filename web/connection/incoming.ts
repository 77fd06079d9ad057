import type { Fields } from '../../bridge/protocol/fields.ts';
import { MESSAGE_FIELDS } from '../../bridge/protocol/message-fields.ts';
import type { BridgeMessage } from '../../bridge/protocol/messages.ts';
import { STEP_FIELDS } from '../../bridge/protocol/step-fields.ts';
import {
  type Check,
  isFlag,
  isInteger,
  isNumber,
  isRecord,
  isText,
  lookup,
  type Meaning,
  tableCheck,
} from '../reading/checks.ts';
import { isLink } from '../settings/link-settings.ts';

/** Reads a message of the bridge; returns undefined for one that no view could draw. */
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

/** What the tables mean in a message. The page trusts its own bridge as to how much there is of anything. */
export const IN_MESSAGES: Meaning = {
  words: {
    text: isText,
    number: isNumber,
    integer: isInteger,
    flag: isFlag,
    runId: isId,
    limits: (value) => isRecord(value) && Object.values(value).every(isNumber),
    link: isLink,
    step: (value) => isStep(value),
  },
  isBounded: false,
};

const isStep = stepCheck(IN_MESSAGES);
const MESSAGES = checksOf(MESSAGE_FIELDS, IN_MESSAGES);

/** The check of a step of any kind. */
export function stepCheck(meaning: Meaning): Check {
  const checks = checksOf(STEP_FIELDS, meaning);
  return (step) => isRecord(step) && (lookup(checks, step['kind'])?.(step) ?? false);
}

function checksOf(tables: Readonly<Record<string, Fields>>, meaning: Meaning): Record<string, Check> {
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, tableCheck(table, meaning)]));
}
