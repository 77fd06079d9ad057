import { describe, expect, it } from 'vitest';
import { EDGES } from '../../../../web/views/state-machine/edges.ts';
import { BOXES, lineBetween, MAP, textOf } from '../../../../web/views/state-machine/map-places.ts';
import { pathsAt } from '../../../../web/views/state-machine/paths.ts';
import { labTrace } from '../../fixtures/lab-traces.ts';
import { refusedTrace, resetTrace } from '../../fixtures/traces.ts';

const sorted = <Timed extends { at: number }>(steps: Timed[]) => steps.sort((a, b) => a.at - b.at);

describe('the small state map', () => {
  it('has a box for each state of the figure, apart from all others and within its frame', () => {
    const nodes = new Set(EDGES.flatMap(({ from, to }) => [from, to]));
    expect(new Set(BOXES.map(({ node }) => node))).toEqual(nodes);
    for (const box of BOXES) {
      expect(box.x - MAP.box / 2).toBeGreaterThanOrEqual(0);
      expect(box.x + MAP.box / 2).toBeLessThanOrEqual(MAP.width);
      expect(box.y - MAP.boxHeight / 2).toBeGreaterThanOrEqual(0);
      expect(box.y + MAP.boxHeight / 2).toBeLessThanOrEqual(MAP.height);
      for (const other of BOXES)
        if (other !== box)
          expect([
            box.node,
            other.node,
            Math.abs(box.x - other.x) >= MAP.box || Math.abs(box.y - other.y) >= MAP.boxHeight,
          ]).toEqual([box.node, other.node, true]);
    }
  });

  it('leads a line between any two boxes, and no line to itself out of the frame', () => {
    for (const { node } of BOXES)
      for (const other of BOXES) expect(lineBetween(node, other.node, 2)).not.toMatch(/NaN|undefined/);
  });
});

describe('the path of each end', () => {
  it('begins where the end began, and ends in its state', () => {
    const steps = sorted(labTrace());
    const words = (cursor: number) => pathsAt(steps, cursor).map(({ nodes }) => nodes.map(textOf).join(' '));
    expect(words(-1)).toEqual(['CLOSED', 'CLOSED']);
    expect(words(steps.length - 1)).toEqual([
      'CLOSED SYN_SENT ESTABLISHED CLOSE_WAIT LAST_ACK CLOSED',
      'CLOSED LISTEN SYN_RCVD ESTABLISHED FIN_WAIT_1 TIME_WAIT',
    ]);
  });

  it('is the same, whatever comes after the cursor', () => {
    for (const trace of [labTrace(), refusedTrace(), resetTrace()].map(sorted))
      for (let known = 0; known <= trace.length; known++)
        expect(pathsAt(trace, known - 1)).toEqual(pathsAt(trace.slice(0, known), known - 1));
  });
});
