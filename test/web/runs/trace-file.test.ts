import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tracePcap } from '../../../bridge/packet/capture-file/trace-pcap.ts';
import type { Segment } from '../../../bridge/trace/step.ts';
import type { Trace } from '../../../bridge/trace/trace.ts';
import { plainScript } from '../../../bridge/trace/script.ts';
import { factsOfConnection } from '../../../web/reading/connection-facts.ts';
import { explainerIn } from '../../../web/words/steps/explanation.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { readTrace } from '../../../web/runs/trace-file.ts';
import { columnsFor } from '../../../web/views/diagram/geometry/columns.ts';
import { linksIn } from '../../../web/reading/links.ts';
import { layoutOf } from '../../../web/views/diagram/geometry/layout.ts';
import { pictureWords } from '../../../web/views/diagram/picture-words.ts';
import { fieldsOf } from '../../../web/views/inspector/step-fields.ts';
import { headerFields } from '../../../web/views/inspector/header-fields.ts';
import { disagreeingTrace, labTrace, seenFromOutside, troubledTrace } from '../fixtures/lab-traces.ts';
import { HOSTILE_STEPS, MOST_STEPS, traceOf } from '../../helpers/hostile-traces.ts';
import { done, plainTrace } from '../fixtures/traces.ts';

const english = await Language.load('en');
const explainer = await explainerIn(english);

function saved(steps = labTrace()): Trace {
  const runs = new Runs(
    () => {},
    (task) => task(),
  );
  const where = { wire: 'lab', target: '10.77.0.2:65432', command: 'python3 /home/a/server.py --port 65432' } as const;
  const { run } = runs.begin({ script: plainScript(121n), ...where });
  runs.receive({ type: 'steps', id: run.id, steps });
  runs.receive(done(run.id, 'replied', { link: { delayMs: 100, seed: 7 } }));
  return run.trace()!;
}

/** Whatever the page does with a trace that it has taken. */
function show(trace: Trace): void {
  const runs = new Runs(() => {});
  const { steps } = runs.open(trace);
  layoutOf(steps, columnsFor(1000), pictureWords(english, true));
  factsOfConnection(steps);
  linksIn(steps);
  for (const step of steps) {
    explainer.explain(step, { steps, isOver: true });
    fieldsOf(step, english, true);
    if (step.kind === 'segment') headerFields(step, english, true);
  }
  tracePcap(trace);
}

describe('a saved trace', () => {
  it.each([
    ['the lab', labTrace()],
    ['a troubled wire', [...troubledTrace(), seenFromOutside()]],
    ['a disagreement', disagreeingTrace()],
    ['the direct wire', plainTrace()],
  ])('of %s is opened as it was', (_, steps) => {
    const trace = saved(steps);
    const text = JSON.stringify(trace);
    expect(readTrace(text)).toEqual(JSON.parse(text));
    show(trace);
  });

  it('becomes a run of the list, with its number, its wire and its server program without folders', () => {
    const trace = saved();
    const run = new Runs(() => {}).open(trace);
    expect(run).toMatchObject({ order: 1, isOpened: true, outcome: 'replied', startedAt: trace.startedAt });
    expect([run.number, run.link, run.begun.target]).toEqual([121n, { delayMs: 100, seed: 7 }, '10.77.0.2:65432']);
    expect(run.begun.command).toBe('python3 server.py --port 65432');
    expect(run.trace()).toEqual(trace);
  });

  it('saved before sources had the field `tells` is opened with that field', () => {
    const trace = saved();
    const old = trace.sources.map(({ name, active, why }) => ({ name, active, ...(why !== undefined && { why }) }));
    expect(old).not.toEqual(trace.sources);
    expect(readTrace(JSON.stringify({ ...trace, sources: old }))).toEqual(JSON.parse(JSON.stringify(trace)));
    const unknown = [{ name: 'constructor', active: true }];
    expect(readTrace(JSON.stringify({ ...trace, sources: unknown }))).toMatchObject({ sources: unknown });
  });

  it.each([
    ['', 'TRACE_NOT_JSON'],
    ['PK\u0003\u0004', 'TRACE_NOT_JSON'],
    ['null', 'TRACE_FOREIGN'],
    ['[]', 'TRACE_FOREIGN'],
    ['{"format":"har"}', 'TRACE_FOREIGN'],
    ['{"format":"aperto-trace","version":3}', 'TRACE_VERSION'],
    ['{"format":"aperto-trace","version":1}', 'TRACE_BROKEN'],
  ])('%j is refused as %s', (text, problem) => expect(readTrace(text)).toBe(problem));

  const callOf = (trace: Trace) => trace.steps.find(({ kind }) => kind === 'call')!;
  const segmentOf = (trace: Trace) => trace.steps.find(({ kind }) => kind === 'segment')!;
  const broken = (change: (trace: Record<string, never>) => void) => {
    const copy = structuredClone(saved()) as unknown as Record<string, never>;
    change(copy);
    return readTrace(JSON.stringify(copy));
  };

  it.each<[string, (trace: never) => void]>([
    ['a header that is no hex', (trace: Trace) => Object.assign(segmentOf(trace), { header: '<script>' })],
    ['a header without end', (trace: Trace) => Object.assign(segmentOf(trace), { header: '45'.repeat(200) })],
    ['options that are a number', (trace: Trace) => Object.assign(segmentOf(trace), { options: 7 })],
    ['a time that is text', (trace: Trace) => Object.assign(trace.steps[0]!, { at: 'now' })],
    ['a time beyond all time', (trace: Trace) => Object.assign(segmentOf(trace), { sentAt: 1.7e308 })],
    ['an unknown kind', (trace: Trace) => Object.assign(trace.steps[0]!, { kind: 'constructor' })],
    ['no script', (trace: Trace) => Object.assign(trace, { script: undefined })],
    ['a link beyond all bounds', (trace: Trace) => Object.assign(trace, { link: { delayMs: 1e12 } })],
    ['a name of five megabytes', (trace: Trace) => Object.assign(trace.steps[0]!, { id: 'x'.repeat(5e6) })],
    ['a command without end', (trace: Trace) => Object.assign(trace, { command: 'x'.repeat(5000) })],
    ['more arguments than a call has', (trace: Trace) => Object.assign(callOf(trace), { args: Array(100).fill('x') })],
    ['more flags than TCP has', (trace: Trace) => Object.assign(segmentOf(trace), { flags: Array(9).fill('ACK') })],
    ['a thousand sources', (trace: Trace) => Object.assign(trace, { sources: Array(1000).fill(trace.sources[0]) })],
    ['no date', (trace: Trace) => Object.assign(trace, { startedAt: 'once upon a time' })],
    ['too many steps', (trace: Trace) => Object.assign(trace, { steps: Array(20_001).fill(trace.steps[0]) })],
  ])('with %s is refused', (_, change) => expect(broken(change as never)).toBe('TRACE_BROKEN'));

  const segmentsOf = (trace: Trace) => trace.steps.filter((step) => step.kind === 'segment');
  const repeat = (one: Segment, other: Segment) => void (one.retransmissionOf = other.id);
  it.each<[string, (trace: Trace) => void]>([
    ['two sources of one name', (trace) => void trace.sources.push({ ...trace.sources[0]! })],
    ['a segment that repeats itself', (trace) => repeat(segmentsOf(trace)[0]!, segmentsOf(trace)[0]!)],
    [
      'two segments that wait behind each other',
      (trace) => {
        const [one, other] = segmentsOf(trace);
        one!.behind = other!.id;
        other!.behind = one!.id;
      },
    ],
  ])('with %s is refused with a code of its own', (_, change) =>
    expect(broken(change as never)).toBe('TRACE_CONTRADICTS'),
  );

  /** Milliseconds of this process for opening so many of these steps: another one may have the processor meanwhile. */
  function costOf(name: string, count: number): number {
    const text = JSON.stringify(traceOf(HOSTILE_STEPS[name]!(count)));
    const before = process.cpuUsage();
    show(readTrace(text) as Trace);
    return process.cpuUsage(before).user / 1000;
  }

  /** Collections of garbage in between may take about as long. */
  const LEAST_MS = 40;
  const MANY = `${MOST_STEPS} %s is opened, laid out and explained`;
  it.each(Object.keys(HOSTILE_STEPS))(`with ${MANY}, at about four times the cost of a quarter of them`, (name) => {
    // Sixteen times would be the cost of comparing each with each. What costs next to nothing is not measured that exactly.
    const limit = 12 * Math.max(costOf(name, MOST_STEPS / 4), LEAST_MS);
    const first = costOf(name, MOST_STEPS);
    // Another program may have disturbed it once.
    expect(first < limit ? first : costOf(name, MOST_STEPS)).toBeLessThan(limit);
  });

  it('has each step once, in order, whatever the file contains', () => {
    const trace = saved();
    const shuffled = readTrace(
      JSON.stringify({ ...trace, steps: [...trace.steps, ...trace.steps].reverse() }),
    ) as Trace;
    expect(shuffled.steps.map(({ id }) => id).sort()).toEqual(trace.steps.map(({ id }) => id).sort());
  });

  it('is refused, or shown without a fault, whatever stands in any place of it', () => {
    const trace = saved([...labTrace(), ...troubledTrace()]);
    const paths = places(trace);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.oneof(fc.jsonValue(), fc.constantFrom('00', -1, 1e300, 1.7e308)),
        (path, value) => {
          const copy = structuredClone(trace) as unknown as Record<string, never>;
          const holder = path.slice(0, -1).reduce((inner, name) => inner[name]!, copy);
          holder[path.at(-1)!] = value as never;
          const read = readTrace(JSON.stringify(copy));
          if (typeof read !== 'string') show(read);
        },
      ),
      { numRuns: 600 },
    );
  });
});

function places(value: unknown, path: string[] = []): string[][] {
  const own = path.length > 0 ? [path] : [];
  if (typeof value !== 'object' || value === null) return own;
  return [...own, ...Object.entries(value).flatMap(([name, inner]) => places(inner, [...path, name]))];
}
