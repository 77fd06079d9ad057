import { programBytes, type Call, type Side, type Step } from '../../../bridge/trace/step.ts';
import { shortened } from '../../reading/short-text.ts';

/** A line on one of the two terminals. */
export interface PrintedLine {
  id: string;
  side: Side;
  text: string;
  isError: boolean;
}

/** The most lines shown: the newest ones. */
const MOST_LINES = 40;
/** The most characters of a line, which can be a number of thousands of digits. */
const MOST_CHARACTERS = 160;

/**
 * What both programs have printed up to the step `newest`, at the time `now` in microseconds. The server's lines were
 * observed. The client's are those of the classic client, which prints the number when it sends it and the reply when it has it.
 */
export function printedBy(
  steps: readonly Step[],
  newest: number,
  now: number,
  number: string | undefined,
  reply: string | undefined,
): PrintedLine[] {
  const passed = steps.slice(0, newest + 1);
  const firstSend = passed.find((step) => isClientCall(step, 'send'));
  const lines = passed.flatMap((step): PrintedLine[] => {
    if (step.kind === 'output')
      return [{ id: step.id, side: step.side, text: step.line, isError: step.stream === 'stderr' }];
    return step === firstSend && number !== undefined ? [ofClient('number', number)] : [];
  });
  const hasReply = passed.some(
    (step) => isClientCall(step, 'recv') && (programBytes(step).bytes ?? 0) > 0 && (step.returnedAt ?? Infinity) <= now,
  );
  const all = [...lines, ...(hasReply && reply !== undefined ? [ofClient('reply', reply)] : [])];
  return all.slice(-MOST_LINES).map((line) => ({ ...line, text: shortened(line.text, MOST_CHARACTERS) }));
}

function isClientCall(step: Step, name: Call['name']): step is Call {
  return step.kind === 'call' && step.side === 'client' && step.name === name;
}

function ofClient(id: string, text: string): PrintedLine {
  return { id, side: 'client', text, isError: false };
}
