import type { Step } from '../../../../bridge/trace/step.ts';
import { foldsIn, partsOf, type Fold, type FoldPart } from './folds.ts';
import { momentsOf, type Moment } from '../../../reading/moments.ts';
import { silencesIn, type Silence } from './silences.ts';

/** What a trace tells, however it is drawn. */
export interface Told {
  moments: readonly Moment[];
  silences: readonly Silence[];
  folds: readonly Fold[];
  /** The part of a fold that a step belongs to, by the step's id. */
  parts: ReadonlyMap<string, FoldPart>;
}

/** @param mayFold like segments in a row become one arrow, and their calls one bar */
export function tell(steps: readonly Step[], mayFold = true): Told {
  const moments = momentsOf(steps);
  const silences = silencesIn(moments);
  const folds = mayFold ? foldsIn(moments, silences) : [];
  return { moments, silences, folds, parts: partsOf(folds) };
}
