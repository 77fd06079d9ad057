import type { Call, Segment, Side, Step } from '../../bridge/trace/step.ts';
import { numberExpectedAt } from './receiver.ts';

/** A program closed while its kernel still held bytes for it, and the kernel sent a RST: the peer learns of the loss. */
export interface UnreadAtClose {
  side: Side;
  /** The RST in place of a FIN (RFC 9293 §3.6.1, RFC 2525 §2.17). */
  reset: Segment;
  bytes: number;
}

/**
 * Undefined if no RST has this reason, or if that is not known for certain: each recv() must have been reported with its
 * bytes, and the segments captured.
 */
export function unreadAtClose(steps: readonly Step[]): UnreadAtClose | undefined {
  for (const side of ['client', 'server'] as const) {
    const close = steps.find(
      (step) => isOf(side, step) && (step.name === 'close' || step.name === 'exit') && step.evidence === 'observed',
    );
    if (!close) continue;
    const reset = steps.find((step) => step.kind === 'segment' && isResetBy(close.id, step));
    const bytes = reset && unreadBytes(side, close.at, steps);
    if (reset?.kind === 'segment' && bytes) return { side, reset, bytes };
  }
  return undefined;
}

/** How many bytes had arrived in order that the program had not received. Undefined if a recv() is not known exactly. */
function unreadBytes(side: Side, moment: number, steps: readonly Step[]): number | undefined {
  const { next, finTaken } = numberExpectedAt(moment, side, steps);
  let received = 0;
  for (const step of steps) {
    if (!isOf(side, step) || step.name !== 'recv' || step.startedAt > moment || isPeek(step)) continue;
    if (step.result !== 'ok') continue;
    if (step.evidence !== 'observed' || step.bytes === undefined) return undefined;
    received += step.bytes;
  }
  // SYN and FIN have a number each.
  return next - 1 - (finTaken ? 1 : 0) - received;
}

function isOf(side: Side, step: Step): step is Call {
  return step.kind === 'call' && step.side === side;
}

function isResetBy(close: string, { flags, causedBy, evidence }: Segment): boolean {
  return flags.includes('RST') && causedBy === close && evidence === 'captured';
}

function isPeek({ args }: Call): boolean {
  return args.some((arg) => arg.includes('MSG_PEEK'));
}
