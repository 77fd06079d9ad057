import { describe, expect, it } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import type { Call } from '../../../bridge/trace/step.ts';
import type { Run } from '../../../web/runs/run.svelte.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { call, done, plainTrace } from '../fixtures/traces.ts';

function begun() {
  const frames: (() => void)[] = [];
  const changes: Run[] = [];
  const runs = new Runs(
    (run) => changes.push(run),
    (task) => frames.push(task),
  );
  const { run } = runs.begin({ script: plainScript(121n) });
  return { runs, run, changes, frames, frame: () => frames.splice(0).forEach((task) => task()) };
}

describe('the runs of a visit', () => {
  it('asks for the plain script', () => {
    const { runs } = begun();
    expect(runs.begin({ script: plainScript(40n) }).message).toEqual({
      type: 'run',
      id: 'run-2',
      script: [{ do: 'send', hex: '0028' }, { do: 'recv' }, { do: 'close' }],
    });
  });

  it('applies what came once per frame, sorted; the last version of a step wins', () => {
    const { runs, run, changes, frames, frame } = begun();
    const steps = plainTrace();
    for (const step of [...steps].reverse()) runs.receive({ type: 'steps', id: run.id, steps: [step] });
    const again: Call = { ...(steps[0] as Call), result: 'EMFILE' };
    runs.receive({ type: 'steps', id: run.id, steps: [again] });
    expect([run.steps.length, frames.length]).toEqual([0, 1]);
    frame();
    expect(changes).toEqual([run]);
    expect(run.steps.length).toBe(steps.length);
    expect(run.steps[0]).toEqual(again);
    const times = run.steps.map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('of several connections, says only of those without room for all steps that steps are missing', () => {
    const { runs, run, frame } = begun();
    const about = { at: 0, endAt: 1, peer: '10.77.0.2:1', outcome: 'replied' } as const;
    const connections = [
      { connection: 0, ...about },
      { connection: 1, ...about, leftOut: { steps: 7 } },
    ];
    runs.receive({ ...done(run.id, 'replied'), leftOut: { steps: 7, connections: 2 }, connections });
    frame();
    expect(run.done!.leftOut).toEqual({ connections: 2 });
    run.chosen = 1;
    expect(run.done!.leftOut).toEqual({ steps: 7, connections: 2 });
  });

  it('ends a run once', () => {
    const { runs, run, frame } = begun();
    runs.receive(done(run.id, 'replied'));
    runs.receive(done(run.id, 'failed'));
    frame();
    expect(run.outcome).toBe('replied');
  });

  it('keeps a run that the bridge refused, with the reason', () => {
    const { runs, run, frame } = begun();
    runs.receive({ type: 'error', id: run.id, code: 'TOO_MANY_RUNS', message: 'Too many.' });
    frame();
    expect(run.end).toEqual({ kind: 'rejected', code: 'TOO_MANY_RUNS', message: 'Too many.' });
  });

  it('loses only what was under way when the bridge goes', () => {
    const { runs, run } = begun();
    const other = runs.begin({ script: plainScript(1n) }).run;
    runs.receive(done(run.id, 'replied'));
    runs.loseAll();
    expect([run.outcome, other.outcome]).toEqual(['replied', 'lost']);
  });

  it('forgets the oldest beyond a lesson’s worth', () => {
    const { runs } = begun();
    for (let count = 0; count < 400; count++) runs.begin({ script: plainScript(1n) });
    expect(runs.list.length).toBe(300);
    expect(runs.list[0]!.order).toBe(401);
  });

  it('knows no run of that name', () => {
    const { runs, frame, changes } = begun();
    runs.receive({ type: 'steps', id: 'stranger', steps: [call('client', 'socket', 0)] });
    frame();
    expect(changes).toEqual([]);
  });
});
