import { OUTCOMES, type Trace } from '../../bridge/trace/outcome.ts';
import { SCENARIO_SERVERS } from '../../bridge/trace/scenario-server.ts';
import { compareSteps, PAYLOAD_SHOWN } from '../../bridge/trace/step.ts';
import {
  isFlag,
  isHex,
  isInteger,
  isNumber,
  isRecord,
  isText,
  listOf,
  object,
  oneOf,
  within,
  type Check,
  type Fields,
} from '../reading/checks.ts';
import { isSources, isStep } from '../connection/incoming.ts';
import { isLink } from '../settings/link-settings.ts';
import { lookup } from '../reading/safe-lookup.ts';
import { withSteps } from './with-steps.ts';

/** A larger file is none of ours: the most that a run can be told in is a third of that. */
const LARGEST_TRACE = 32 * 1024 * 1024;
/** Twice what a bridge tells of a run. */
const MOST_STEPS = 10_000;
/** IP and TCP headers, each with all the options that it can have. */
const LONGEST_HEADERS = 120;

export type TraceProblem = 'TRACE_NOT_JSON' | 'TRACE_FOREIGN' | 'TRACE_VERSION' | 'TRACE_BROKEN';

/** Reads the trace in a file. */
export async function openTrace(file: File): Promise<Trace | TraceProblem | 'TRACE_TOO_LARGE' | 'FILE_UNREADABLE'> {
  if (file.size > LARGEST_TRACE) return 'TRACE_TOO_LARGE';
  try {
    return readTrace(await file.text());
  } catch {
    return 'FILE_UNREADABLE';
  }
}

/**
 * Reads a saved trace. A file may come from anyone: whatever a view would rely on is checked, also what the page takes on
 * trust from its own bridge.
 */
export function readTrace(text: string): Trace | TraceProblem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'TRACE_NOT_JSON';
  }
  if (!isRecord(value) || value['format'] !== 'aperto-trace') return 'TRACE_FOREIGN';
  if (value['version'] !== 1) return 'TRACE_VERSION';
  if (!isTrace(value)) return 'TRACE_BROKEN';
  const trace = value as unknown as Trace;
  return { ...trace, steps: withSteps([], trace.steps).sort(compareSteps) };
}

const isPayload = isHex(PAYLOAD_SHOWN);
/** What a step may carry beyond what the messages of the bridge are held to. */
const MORE: Record<string, Check> = {
  call: object({ 'payload?': isPayload, 'peer?': isText }),
  segment: object({
    payload: isPayload,
    'rawSeq?': isNumber,
    'rawAck?': isNumber,
    'window?': isNumber,
    'options?': listOf(isText, 40),
    'header?': isHex(LONGEST_HEADERS),
    'retransmissionOf?': isText,
    'duplicateOf?': isText,
    'repeats?': isNumber,
    'probe?': oneOf('keep-alive', 'zero-window'),
    'estimated?': oneOf('sentAt', 'arrivedAt'),
    'woke?': isText,
  }),
  state: object({ 'seenAt?': isNumber, 'expected?': isText, 'lastsMs?': isNumber }),
  output: isRecord,
};

/** Some thirty years in microseconds: no number of a trace is larger, and sums of them stay exact. */
const LARGEST_NUMBER = 1e15;
const isSmall: Check = (value) => typeof value !== 'number' || Math.abs(value) <= LARGEST_NUMBER;

const isFileStep: Check = (step) =>
  isStep(step) && lookup(MORE, (step as Fields)['kind'])!(step) && Object.values(step as Fields).every(isSmall);

const isOperation: Check = object({
  do: oneOf('send', 'wait', 'recv', 'shutdown', 'close', 'reset'),
  'hex?': isHex(PAYLOAD_SHOWN * 8),
  'times?': within(1, 64, isInteger),
  'nagle?': isFlag,
  'ms?': isNumber,
  'bytes?': within(1, Infinity, isInteger),
});

const isTrace = object({
  startedAt: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
  wire: oneOf('direct', 'lab'),
  target: isText,
  'command?': isText,
  sources: isSources,
  script: listOf(isOperation, 64),
  'link?': isLink,
  'server?': oneOf(...SCENARIO_SERVERS),
  outcome: oneOf(...OUTCOMES),
  'reply?': object({ text: isText, hex: isHex(1024 * 1024) }),
  'error?': isText,
  durationUs: isNumber,
  steps: listOf(isFileStep, MOST_STEPS),
});
