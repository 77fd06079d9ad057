import type { Side, Step } from '../../../bridge/trace/step.ts';

/** A line on one of the two terminals. */
export interface PrintedLine {
  id: string;
  side: Side;
  text: string;
  isError: boolean;
}

/** Lines shown at most: the newest count. */
const MOST_LINES = 40;

/**
 * What both programs have printed by the step at `cursor`. The server's lines were seen; the client is the classic one,
 * which prints the number as it sends it and the reply when it has it.
 */
export function printedBy(
  steps: readonly Step[],
  cursor: number,
  number: string | undefined,
  reply: string | undefined,
): PrintedLine[] {
  const now = steps[cursor]?.at ?? -Infinity;
  const isLast = cursor === steps.length - 1;
  const lines: PrintedLine[] = [];
  let hasSent = false;
  let hasReply = false;
  for (const step of steps.slice(0, cursor + 1)) {
    if (step.kind === 'output')
      lines.push({ id: step.id, side: step.side, text: step.line, isError: step.stream === 'stderr' });
    if (step.kind !== 'call' || step.side !== 'client') continue;
    if (step.name === 'send' && !hasSent && number !== undefined) {
      hasSent = true;
      lines.push({ id: 'number', side: 'client', text: number, isError: false });
    }
    const hasReturned = step.returnedAt !== undefined && (step.returnedAt <= now || isLast);
    if (step.name === 'recv' && hasReturned && (step.bytes ?? 0) > 0) hasReply = true;
  }
  if (hasReply && reply !== undefined) lines.push({ id: 'reply', side: 'client', text: reply, isError: false });
  return lines.slice(-MOST_LINES);
}
