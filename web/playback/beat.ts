import type { Step } from '../../bridge/trace/step.ts';
import { toneOf } from '../reading/segment-role.ts';

/** What playing needs to know of a step. */
export interface Beat {
  id: string;
  /** How long it is shown at speed 1, in milliseconds. */
  ms: number;
}

/** A segment takes longest, because the picture shows it travel. */
export function beatOf(step: Step): Beat {
  const ms = step.kind === 'segment' ? (toneOf(step) === 'ack' ? 650 : 850) : step.kind === 'call' ? 450 : 280;
  return { id: step.id, ms };
}
