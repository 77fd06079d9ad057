import { describe, expect, it } from 'vitest';
import { compareSteps, type Side, type Step } from '../../../bridge/trace/step.ts';
import { beatsOf } from '../../../web/playback/beats.ts';
import { momentsOf } from '../../../web/reading/moments.ts';
import { printedBy } from '../../../web/views/inspector/terminal-lines.ts';
import { pathsAt } from '../../../web/views/state-machine/paths.ts';
import { labTrace, troubledTrace } from '../fixtures/lab-traces.ts';
import { call, plainTrace, state } from '../fixtures/traces.ts';

const nodesAt = (steps: readonly Step[], newest: number, side: Side) =>
  pathsAt(steps, newest).find((path) => path.side === side)!.nodes;

describe('the newest step that a beat knows', () => {
  it('is not the call that returns, but the last one that began before', () => {
    const steps = [
      call('server', 'accept', 0, 30),
      state('server', 'LISTEN', 'SYN_RCVD', 10),
      state('server', 'SYN_RCVD', 'ESTABLISHED', 20),
    ];
    const beats = beatsOf(momentsOf(steps), true);
    expect(beats.map(({ what, newest }) => [what, newest])).toEqual([
      ['begin', 0],
      ['begin', 1],
      ['begin', 2],
      ['return', 2],
      ['end', 2],
    ]);
    expect(nodesAt(steps, beats[3]!.newest, 'server')).toEqual(['LISTEN', 'SYN_RCVD', 'ESTABLISHED']);
  });

  it.each([
    ['in the lab', labTrace(20_000)],
    ['on a troubled wire', troubledTrace()],
    ['on the direct wire', plainTrace()],
  ])('never takes an end back to an earlier state %s', (_, trace) => {
    const steps = trace.sort(compareSteps);
    for (const side of ['client', 'server'] as const) {
      let before: string[] = [];
      for (const { newest } of beatsOf(momentsOf(steps), true)) {
        const nodes = nodesAt(steps, newest, side);
        if (before.length > 1) expect(nodes.slice(0, before.length)).toEqual(before);
        before = nodes;
      }
      expect(before.length).toBeGreaterThan(1);
    }
  });
});

describe('the terminals', () => {
  it('show the reply when recv() returns, and keep it', () => {
    const steps = labTrace(20_000).sort(compareSteps);
    const beats = beatsOf(momentsOf(steps), true);
    const read = beats.findIndex(
      ({ what, step }) => what === 'return' && step?.kind === 'call' && step.side === 'client' && step.name === 'recv',
    );
    expect(read).toBeGreaterThan(0);
    const isShown = ({ newest, at }: (typeof beats)[number]) =>
      printedBy(steps, newest, at, '121', 'ÍMPAR').some(({ text }) => text === 'ÍMPAR');
    expect(beats.map(isShown)).toEqual(beats.map((_, index) => index >= read));
  });
});
