import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSteps, type Step } from '../../../../../bridge/trace/step.ts';
import { Language } from '../../../../../web/texts/language.svelte.ts';
import { columnsFor } from '../../../../../web/views/diagram/geometry/columns.ts';
import { layoutOf } from '../../../../../web/views/diagram/geometry/layout.ts';
import { momentsOf } from '../../../../../web/reading/moments.ts';
import { isSilence } from '../../../../../web/views/diagram/geometry/silence-now.ts';
import { silencesIn } from '../../../../../web/views/diagram/geometry/silences.ts';
import { pictureWords } from '../../../../../web/views/diagram/picture-words.ts';
import { anyTransfer } from '../../../fixtures/any-steps.ts';
import { labTrace, seen, seenState } from '../../../fixtures/lab-traces.ts';
import { plain } from '../../../fixtures/plain.ts';
import { call } from '../../../fixtures/traces.ts';

const SECOND = 1_000_000;
const english = pictureWords(await Language.load('en'), true);
const portuguese = pictureWords(await Language.load('pt'), true);
const told = (steps: Step[]) => silencesIn(momentsOf([...steps].sort(compareSteps)));
const draw = (steps: Step[], options = {}, width = 1000) =>
  layoutOf([...steps].sort(compareSteps), columnsFor(width), english, options);

/** A SYN that nobody answers: sent at 0, 1, 3 and 7 s, and given up after 15 s. */
function blackHole(): Step[] {
  const first = seen('client', ['SYN'], 700, undefined, { fate: 'dropped' });
  const again = [1.0, 3.0, 7.1].map((at) =>
    seen('client', ['SYN'], at * SECOND, undefined, { fate: 'dropped', retransmissionOf: first.id }),
  );
  return [
    call('client', 'socket', 0, 100),
    call('client', 'connect', 300, 15.3 * SECOND, { result: 'ETIMEDOUT' }),
    first,
    seenState('client', 'CLOSED', 'SYN_SENT', 700),
    ...again,
  ];
}

describe('silence', () => {
  it('is drawn between the two moments around it, with its true length', () => {
    const { breaks, moments } = draw(blackHole());
    expect(breaks.map(({ text }) => plain(text))).toEqual(['⋮ 1.0 s', '⋮ 2.0 s', '⋮ 4.1 s', '⋮ 8.2 s']);
    for (const { order, y } of breaks) {
      expect(y).toBeGreaterThan(moments[order - 1]!.y);
      expect(y).toBeLessThan(moments[order]!.y);
    }
  });

  it('has the ring of the timer that ended it, at its owner, and says when it doubles', () => {
    const timers = draw(blackHole()).breaks.map(({ ring }) => ring!);
    expect(timers.map(({ timer: { what, side, isDoubled } }) => [what, side, isDoubled])).toEqual([
      ['retransmission', 'client', false],
      ['retransmission', 'client', true],
      ['retransmission', 'client', true],
      ['giving-up', 'client', true],
    ]);
    expect(timers.map(({ label }) => plain(label.text))).toEqual([
      'time-out 1.0 s',
      'time-out 2.0 s',
      'time-out 4.1 s',
      'time-out 8.2 s',
    ]);
    expect(portuguese.timer(timers[2]!.timer).map(plain)).toEqual(['tempo esgotado 4,1 s', '4,1 s']);
    const { clientLine } = columnsFor(1000);
    for (const { x } of timers) expect(x - clientLine).toBeLessThan(30);
  });

  it('has the ring even where there is no room for its words', () => {
    const [first] = draw(blackHole(), {}, 320).breaks;
    expect(first!.ring!.label.text).toBe('');
  });

  it('calls a probe the work of another timer', () => {
    const probe = { seq: 2, ack: 1, probe: 'zero-window' as const };
    const trace = [
      seen('server', ['ACK'], 1000, 2000, { window: 0 }),
      seen('client', ['ACK'], 302_000, 303_000, probe),
      seen('server', ['ACK'], 304_000, 305_000, { window: 0 }),
      seen('client', ['ACK'], 905_000, 906_000, probe),
    ];
    expect(told(trace).map(({ timer }) => [timer?.what, timer?.us, timer?.isDoubled])).toEqual([
      ['zero-window', 300_000, false],
      ['zero-window', 600_000, true],
    ]);
  });

  it('is not the time that a segment travels, nor what came before the run', () => {
    expect(told(labTrace(300_000))).toEqual([]);
    expect(told(labTrace())).toEqual([]);
    expect(told([call('client', 'send', 0, 10), call('client', 'recv', 800_000)])).toHaveLength(1);
  });

  it('has no break to scale, where its length is seen', () => {
    expect(draw(blackHole(), { toScale: true }).breaks).toEqual([]);
  });

  it('whatever the trace: lasts long, and does not depend on what comes later', () =>
    fc.assert(
      fc.property(anyTransfer, fc.nat(60), (steps, count) => {
        const moments = momentsOf([...steps].sort(compareSteps));
        const all = silencesIn(moments);
        for (const { us } of all) expect(us).toBeGreaterThanOrEqual(200_000);
        expect(silencesIn(moments.slice(0, count))).toEqual(all.filter(({ order }) => order < count));
      }),
    ));
});

describe('a time that still lasts', () => {
  const known = (steps: Step[], last: (step: Step) => boolean) => steps.slice(0, steps.findIndex(last) + 1);
  const isSegment = ({ kind }: Step) => kind === 'segment';

  it('is a silence once it is long enough to be worth a word', () => {
    const steps = known(blackHole().sort(compareSteps), isSegment);
    expect([isSilence(steps, 199_999), isSilence(steps, 200_000)]).toEqual([false, true]);
  });

  it('is the time of the wire while a segment travels, unless it takes much longer than those before', () => {
    const flying = seen('client', ['SYN'], 0, undefined, { fate: 'underway' });
    expect(isSilence([flying], 10 * SECOND)).toBe(false);
    const arrived = labTrace().filter((step) => step.kind === 'segment');
    const quickest = Math.min(...arrived.map(({ arrivedAt = Infinity, at }) => arrivedAt - at));
    expect(isSilence([...arrived, flying], Math.max(200_000, 3 * quickest))).toBe(true);
  });
});
