import type { Trace } from '../../../bridge/trace/trace.ts';
import { nameWhatSourcesTell, type TraceWithoutTells } from './version-1.ts';

/** A trace in any format that was ever saved. */
export type SavedTrace = Trace | TraceWithoutTells;

/**
 * Brings a saved trace to the present format. Each older format has a file with its type and one step to the next:
 *
 *     version 1 without `tells` ─ version-1.ts ─▶ version 1 = Trace
 *
 * A new format adds its step at the end of this chain; the steps before it stay as they are.
 */
export function modernise(trace: SavedTrace): Trace {
  return nameWhatSourcesTell(trace);
}
