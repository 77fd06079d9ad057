import { toTenths, type Output, type Step } from '../trace/step.ts';
import type { ConnectionSummary, LeftOut, Outcome, ProgramEnd, Reply } from '../trace/trace.ts';
import type { RunResult } from './run-result.ts';

/** Why a run is ended before its program has ended. */
export interface RunEnding {
  outcome: 'timeout' | 'cancelled' | 'failed';
  error?: string;
}

/** The outcome of several connections is that of the one that ended worst: these come first. */
const WORST_FIRST: readonly Outcome[] = ['failed', 'timeout', 'cancelled', 'reset', 'refused', 'silent', 'replied'];

/**
 * What came out of a run: how it ended, and what the client read, if it made one connection only.
 * @param ending why the run was ended before its program had
 */
export function resultOf(
  all: readonly { stepsAtEnd: readonly Step[] }[],
  connections: ConnectionSummary[],
  ending: RunEnding | undefined,
  program: ProgramEnd | undefined,
): Pick<RunResult, 'outcome' | 'error' | 'reply' | 'client' | 'connections'> {
  return {
    ...endOf(connections, ending, program),
    ...(all.length === 1 && replyOf(all[0]!.stepsAtEnd)),
    ...(program && { client: program }),
    ...(connections.length > 1 && { connections }),
  };
}

/** How the run ended, and the code or errno name behind it. */
function endOf(
  connections: readonly ConnectionSummary[],
  ending: RunEnding | undefined,
  program: ProgramEnd | undefined,
): Pick<RunResult, 'outcome' | 'error'> {
  if (ending) return { ...ending };
  if (program?.notStarted !== undefined) return { outcome: 'failed', error: program.notStarted };
  const outcome = WORST_FIRST.find((each) => connections.some((connection) => connection.outcome === each));
  if (outcome === undefined) return { outcome: 'failed', error: 'NO_CONNECTION' };
  const error = connections.find((connection) => connection.outcome === outcome)?.error;
  return { outcome, ...(error !== undefined && { error }) };
}

/** What the client read, if the steps hold all of it. */
function replyOf(steps: readonly Step[]): { reply?: Reply } {
  let hex = '';
  for (const step of steps) {
    if (step.kind !== 'call' || step.side !== 'client' || step.name !== 'recv' || step.result !== 'ok') continue;
    const { bytes = 0, payload = '' } = step;
    if (payload.length < bytes * 2) return {};
    hex += payload;
  }
  return hex === '' ? {} : { reply: { text: Buffer.from(hex, 'hex').toString('utf8'), hex } };
}

/** @param connections those that were not even listed */
export function leftOutOf(
  all: readonly { leftOut: LeftOut | undefined }[],
  connections: number,
): { leftOut?: LeftOut } {
  let [lines, steps] = [0, 0];
  for (const { leftOut } of all) {
    lines += leftOut?.lines ?? 0;
    steps += leftOut?.steps ?? 0;
  }
  if (lines + steps + connections === 0) return {};
  const leftOut = { ...(lines > 0 && { lines }), ...(steps > 0 && { steps }), ...(connections > 0 && { connections }) };
  return { leftOut };
}

/** A line that the program printed, in microseconds since the run began. */
export interface EarlyLine {
  stream: 'stdout' | 'stderr';
  line: string;
  at: number;
}

/** The output of a program that made no connection. */
export function earlySteps(lines: readonly EarlyLine[]): Output[] {
  return lines.map(({ stream, line, at }, index) => {
    const id = `client.output.${index}`;
    return { kind: 'output', id, at: toTenths(at), side: 'client', evidence: 'observed', stream, line };
  });
}
