import {
  otherSide,
  type Call,
  type Output,
  type Segment,
  type Side,
  type Step,
} from '../../../../bridge/trace/step.ts';
import type { Moment } from '../../../reading/moments.ts';
import type { Silence } from './silences.ts';

/**
 * Runs of like segments, which the picture shows as one thick arrow with a count.
 *
 *     data ─▶ ─▶ ─▶ ─▶    one part: the same direction, nothing but data
 *     ACKs ◀─ ◀─          one part: bare acknowledgments
 *     send() send() …     one part for each program and name, if there are many
 *     › line › line …     a fold of its own: lines that a program prints, with nothing between them
 *
 * Whatever tells a story of its own stands alone and ends the run: a loss, a repetition, a held segment, a shut window, a
 * SYN, FIN or RST, a change of state, a silence. A run grows at its end and never depends on what comes after it.
 */
export interface Fold {
  /** Of the step that the run begins with. */
  id: string;
  parts: FoldPart[];
}

export type FoldedStep = Segment | Call | Output;

export interface FoldPart {
  fold: Fold;
  what: 'data' | 'acks' | 'calls' | 'lines';
  side: Side;
  /** In the order of time. */
  steps: readonly FoldedStep[];
}

/** Fewer like steps are drawn one by one. */
const FEWEST = 4;
/** Of the acknowledgments of data that is folded: one needs no count. */
const FEWEST_ACKS = 2;

/** @param moments in the order in which they are drawn */
export function foldsIn(moments: readonly Moment[], silences: readonly Silence[]): Fold[] {
  const folds: Fold[] = [];
  const silent = new Set(silences.map(({ order }) => order));
  let run = new Run();
  const end = () => {
    const fold = run.fold();
    if (fold) folds.push(fold);
    run = new Run();
  };
  let lines: Output[] = [];
  const endLines = () => {
    const fold = foldOfLines(lines);
    if (fold) folds.push(fold);
    lines = [];
  };
  moments.forEach(({ what, step }, order) => {
    const isLine = what === 'begin' && step.kind === 'output';
    if (!isLine || silent.has(order) || lines[0]?.side !== step.side) endLines();
    if (isLine) lines.push(step);
    if (silent.has(order)) end();
    if (what !== 'begin' || step.kind === 'output') return;
    const kind = kindOf(step);
    if (kind === undefined || (kind === 'data' && run.isAnsweredBy(step as Segment))) end();
    if (kind !== undefined) run.add(kind, step as Segment | Call);
  });
  end();
  endLines();
  return folds;
}

/** The part that each step belongs to, by the step's id. */
export function partsOf(folds: readonly Fold[]): Map<string, FoldPart> {
  return new Map(
    folds.flatMap(({ parts }) => parts.flatMap((part) => part.steps.map(({ id }) => [id, part] as const))),
  );
}

function foldOfLines(lines: readonly Output[]): Fold | undefined {
  if (lines.length < FEWEST) return undefined;
  const { id, side } = lines[0]!;
  const fold: Fold = { id, parts: [] };
  fold.parts = [{ fold, what: 'lines', side, steps: lines }];
  return fold;
}

class Run {
  readonly #parts = new Map<string, Omit<FoldPart, 'fold' | 'steps'> & { steps: (Segment | Call)[] }>();
  readonly #data = { client: 0, server: 0 };
  /** When the last of the data known so far arrives. */
  readonly #arrival = { client: -Infinity, server: -Infinity };
  #id: string | undefined;

  /** A segment that answers few segments, after they arrived, is one side of a conversation, not of a transfer. */
  isAnsweredBy({ from, at }: Segment): boolean {
    const to = otherSide(from);
    return this.#data[to] > 0 && this.#data[to] < FEWEST && this.#arrival[to] <= at;
  }

  add(what: FoldPart['what'], step: Segment | Call): void {
    this.#id ??= step.id;
    if (step.kind === 'segment' && what === 'data') {
      this.#data[step.from] += 1;
      this.#arrival[step.from] = Math.max(this.#arrival[step.from], step.arrivedAt ?? Infinity);
    }
    const key = `${what} ${step.side} ${step.kind === 'call' ? step.name : ''}`;
    const part = this.#parts.get(key);
    if (part) part.steps.push(step);
    else this.#parts.set(key, { what, side: step.side, steps: [step] });
  }

  fold(): Fold | undefined {
    const parts = [...this.#parts.values()].filter(({ what, side, steps }) => {
      const isPartner = what === 'acks' && this.#data[otherSide(side)] >= FEWEST;
      return steps.length >= (isPartner ? FEWEST_ACKS : FEWEST);
    });
    if (parts.every(({ what }) => what === 'calls')) return undefined;
    const fold: Fold = { id: this.#id!, parts: [] };
    fold.parts = parts.map((part) => ({ ...part, fold }));
    return fold;
  }
}

/** What a step is in a run of its like. Undefined if it stands alone. */
function kindOf(step: Step): FoldPart['what'] | undefined {
  if (step.kind === 'call') {
    const isMany = step.name === 'send' || step.name === 'recv';
    return isMany && (step.result ?? 'ok') === 'ok' && step.bytes !== 0 ? 'calls' : undefined;
  }
  if (step.kind !== 'segment' || !isPlain(step)) return undefined;
  return step.length > 0 ? 'data' : 'acks';
}

function isPlain(segment: Segment): boolean {
  const { flags, fate, probe, repeats = 0, retransmissionOf, duplicateOf, window } = segment;
  return (
    flags.includes('ACK') &&
    flags.every((flag) => flag === 'ACK' || flag === 'PSH') &&
    (fate === 'delivered' || fate === 'underway' || fate === 'unknown') &&
    window !== 0 &&
    repeats === 0 &&
    probe === undefined &&
    retransmissionOf === undefined &&
    duplicateOf === undefined
  );
}
