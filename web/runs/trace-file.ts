import { RESULT_FIELDS } from '../../bridge/protocol/message-fields.ts';
import { LIMITS } from '../../bridge/protocol/limits.ts';
import { SCENARIO_SERVERS } from '../../bridge/trace/scenario-server.ts';
import { compareSteps, PAYLOAD_SHOWN } from '../../bridge/trace/step.ts';
import { CAPTURE_PLACES, WIRES, type Trace } from '../../bridge/trace/trace.ts';
import { IN_MESSAGES, stepCheck } from '../connection/incoming.ts';
import {
  isFlag,
  isHex,
  isInteger,
  isNumber,
  isRecord,
  isText,
  isTextOf,
  listOf,
  object,
  oneOf,
  tableCheck,
  within,
  type Check,
  type Meaning,
} from '../reading/checks.ts';
import { isConsistent } from './consistent.ts';
import { modernise, type SavedTrace } from './versions/modernise.ts';
import { withSteps } from './with-steps.ts';

/** The longest run that a bridge allows takes a third of that. */
const LARGEST_TRACE = 32 * 1024 * 1024;
/** Twice what a bridge allows in a run. */
const MOST_STEPS = 20_000;
/** No text but the reply is longer: of a printed line, a bridge keeps less. */
const LONGEST_TEXT = 4096;

export type TraceProblem = 'TRACE_NOT_JSON' | 'TRACE_FOREIGN' | 'TRACE_VERSION' | 'TRACE_BROKEN' | 'TRACE_CONTRADICTS';

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
 * Reads a saved trace. A file may come from anyone, so that more is checked than in a message of the page's own bridge:
 * whatever a view relies on, and how much there is of it.
 */
export function readTrace(text: string): Trace | TraceProblem {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'TRACE_NOT_JSON';
  }
  if (!isRecord(value) || value['format'] !== 'aperto-trace') return 'TRACE_FOREIGN';
  if (value['version'] !== 1 && value['version'] !== 2) return 'TRACE_VERSION';
  if (!isTrace(value)) return 'TRACE_BROKEN';
  const trace = modernise(value as unknown as SavedTrace);
  if (!isConsistent(trace)) return 'TRACE_CONTRADICTS';
  if (trace.steps.some(({ connection = 0 }) => connection < 0 || connection >= LIMITS.connectionsPerRun))
    return 'TRACE_BROKEN';
  return { ...trace, steps: withSteps([], trace.steps).sort(compareSteps) };
}

/** Some thirty years in microseconds: no number of a step is larger, and sums of them stay exact. */
const LARGEST_NUMBER = 1e15;

/** What the protocol's tables mean in a file that may come from anyone. */
const IN_FILES: Meaning = {
  words: { ...IN_MESSAGES.words, text: isTextOf(LONGEST_TEXT), number: within(-LARGEST_NUMBER, LARGEST_NUMBER) },
  isBounded: true,
};
const isFileStep = stepCheck(IN_FILES);
const isResult = tableCheck(RESULT_FIELDS, IN_FILES);

const isOperation: Check = object({
  do: oneOf('send', 'wait', 'recv', 'tls', 'shutdown', 'close', 'reset'),
  'hex?': isHex(PAYLOAD_SHOWN * 8),
  'text?': isFlag,
  'times?': within(1, 64, isInteger),
  'nagle?': isFlag,
  'ms?': isNumber,
  'bytes?': within(1, Infinity, isInteger),
  'upTo?': within(1, Infinity, isInteger),
  'until?': isHex(PAYLOAD_SHOWN),
  'serverName?': isTextOf(LONGEST_TEXT),
  'alpn?': listOf(isTextOf(LONGEST_TEXT), 8),
  'verify?': isFlag,
});

const isBeginning = object({
  startedAt: (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
  wire: oneOf(...WIRES, 'capture'),
  target: isTextOf(LONGEST_TEXT),
  'command?': isTextOf(LONGEST_TEXT),
  'clientCommand?': isTextOf(LONGEST_TEXT),
  script: listOf(isOperation, 64),
  'server?': oneOf(...SCENARIO_SERVERS),
  'capturedAt?': oneOf(...CAPTURE_PLACES),
  steps: listOf(isFileStep, MOST_STEPS),
});
const isTrace: Check = (value) => isBeginning(value) && isResult(value);
