import { describe, expect, it } from 'vitest';
import type { Side, Step, TcpState } from '../../../../bridge/trace/step.ts';
import { EDGES, translated } from '../../../../web/views/state-machine/edges.ts';
import {
  BOX_HEIGHT,
  chipSize,
  LABEL_CHARACTER,
  LINE_HEIGHT,
  machineLayout,
  type EdgeLabel,
  type EdgeShape,
} from '../../../../web/views/state-machine/layout.ts';
import { endStatesAt, type Move } from '../../../../web/views/state-machine/end-states.ts';
import { Language } from '../../../../web/texts/language.svelte.ts';
import { badgeOf, edgeOf, isCovered, takenShapes } from '../../../../web/views/state-machine/taken-edges.ts';
import { disagreeingTrace, labTrace } from '../../fixtures/lab-traces.ts';
import { call, plainTrace, refusedTrace, resetTrace, segment, state } from '../../fixtures/traces.ts';

/** A rectangle by its middle. */
interface Around {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Rectangle {
  name: string;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const WIDTHS = [300, 328, 344, 400, 460, 739, 740, 776, 797, 850, 880, 1000];

/** Where a RST may find both ends: the one that sends it, and the one that gets it. */
const RESETS: [TcpState, TcpState][] = [
  ['ESTABLISHED', 'ESTABLISHED'],
  ['ESTABLISHED', 'SYN_RCVD'],
  ['ESTABLISHED', 'FIN_WAIT_1'],
  ['CLOSE_WAIT', 'FIN_WAIT_1'],
  ['CLOSE_WAIT', 'FIN_WAIT_2'],
  ['FIN_WAIT_1', 'ESTABLISHED'],
  ['FIN_WAIT_1', 'CLOSE_WAIT'],
  ['FIN_WAIT_2', 'CLOSE_WAIT'],
];

const around = (name: string, { x, y, width, height }: Around): Rectangle => ({
  name,
  left: x - width / 2,
  right: x + width / 2,
  top: y - height / 2,
  bottom: y + height / 2,
});

function labelled({ x, y, lines }: EdgeLabel): Rectangle {
  const width = Math.max(...lines.map(({ length }) => length)) * LABEL_CHARACTER;
  return around(lines.join(' '), { x, y, width, height: lines.length * LINE_HEIGHT });
}

const boxed = ({ boxes }: ReturnType<typeof machineLayout>): Rectangle[] =>
  boxes.map(({ node, ...box }) => around(node, { ...box, height: BOX_HEIGHT }));

/** As large as the words of an edge are while it is taken. */
const chip = (label: EdgeLabel): Rectangle => around(label.lines.join(' '), { ...label, ...chipSize(label) });

const isIn = ({ x, y }: { x: number; y: number }, { left, right, top, bottom }: Rectangle) =>
  x > left && x < right && y > top && y < bottom;

const meet = (a: Rectangle, b: Rectangle) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

describe('the state diagram', () => {
  it('has the eleven states of RFC 9293, and CLOSED once more at the end', () => {
    const states = machineLayout(776).boxes.map(({ text }) => text);
    expect(new Set(states).size).toBe(11);
    expect(states.filter((text) => text === 'CLOSED')).toHaveLength(2);
  });

  it('has the edges of figure 5, and that of its note 2', () => {
    // 20 in the figure; note 2: a FIN that also acknowledges ours leads from FIN_WAIT_1 straight to TIME_WAIT.
    expect(EDGES).toHaveLength(21);
    expect(new Set(EDGES.map(({ from, to }) => `${from} ${to}`)).size).toBe(21);
  });

  it.each(WIDTHS)('at %d px keeps its words apart, beside its boxes and lines, and within its frame', (width) => {
    const layout = machineLayout(width);
    const boxes = boxed(layout);
    const main = layout.edges.filter(({ edge }) => edge.isMain).map(({ label }) => chip(label));
    const all = [...main, ...boxes];
    all.forEach((one, index) => {
      for (const other of all.slice(index + 1))
        expect([one.name, other.name, meet(one, other)]).toEqual([one.name, other.name, false]);
      expect(one.left).toBeGreaterThanOrEqual(0);
      expect(one.right).toBeLessThanOrEqual(layout.width);
      expect(one.top).toBeGreaterThanOrEqual(0);
      expect(one.bottom).toBeLessThanOrEqual(layout.height);
    });
    // Those that are emphasised while their edge is taken, too.
    for (const { edge, label } of layout.edges) {
      const words = chip(label);
      for (const box of boxes) expect([words.name, box.name, meet(words, box)]).toEqual([words.name, box.name, false]);
      for (const line of layout.edges) {
        const name = `${words.name} of ${edge.from}, and ${line.edge.from} to ${line.edge.to}`;
        expect([name, line.points.some((point) => isIn(point, words))]).toEqual([name, false]);
      }
    }
  });

  it.each(WIDTHS)('at %d px shows all of each edge, with its arrow head', (width) => {
    const layout = machineLayout(width);
    for (const { edge, points } of layout.edges) {
      const name = `${edge.from} to ${edge.to}`;
      const [begin, end] = [points[0]!, points.at(-1)!];
      expect([name, Math.hypot(end.x - begin.x, end.y - begin.y) > 16]).toEqual([name, true]);
      const hidden = boxed(layout).filter((box) => points.some((point) => isIn(point, box)));
      expect([name, hidden.map((box) => box.name)]).toEqual([name, []]);
      // What leads back is a line of its own.
      const back = layout.edges.find((other) => other.edge.from === edge.to && other.edge.to === edge.from);
      const [here, there] = [points, back?.points ?? []].map((each) => each[each.length >> 1]);
      if (here && there) expect([name, Math.hypot(here.x - there.x, here.y - there.y) > 8]).toEqual([name, true]);
    }
  });

  it.each(WIDTHS)('at %d px is no wider than its room', (width) =>
    expect(machineLayout(width).width).toBeLessThanOrEqual(width),
  );

  it('is low if the inspector is low', () => expect(machineLayout(776).height).toBeLessThanOrEqual(212));
});

describe('the words on its edges', () => {
  it('are Portuguese where they are words, and take no more room', async () => {
    const words = (await Language.load('pt')).texts.inspector.machineEdges;
    const say = (label: string) => translated(label, words);
    expect(say('active OPEN')).toBe('OPEN ativo');
    expect(say('rcv FIN, ACK of FIN / snd ACK')).toBe('rcv FIN, ACK do FIN / snd ACK');
    expect(say('2 MSL timeout')).toBe('2 MSL expirou');
    for (const { event, action } of EDGES)
      for (const label of [event, action]) {
        expect(say(label)).not.toMatch(/\b(of|active|passive|create|delete|timeout)\b/);
        expect(say(label).length).toBeLessThanOrEqual(label.length);
      }
    expect(translated('2 MSL timeout', (await Language.load('en')).texts.inspector.machineEdges)).toBe('2 MSL timeout');
  });
});

it('the end of a connection that its kernel gave up is its last time-out', () => {
  const syn = segment('client', ['SYN'], 0);
  const steps = [
    syn,
    state('client', 'CLOSED', 'SYN_SENT', 0),
    { ...state('client', 'SYN_SENT', 'CLOSED', 9), cause: syn.id },
  ];
  expect(endStatesAt(steps, 2).moves.at(-1)).toMatchObject({ other: ['timeout', 'delete TCB'] });
});

describe('where both ends stand', () => {
  it('follows the states up to the cursor, each side by itself', () => {
    const steps = plainTrace().sort((a, b) => a.at - b.at);
    expect(endStatesAt(steps, -1)).toMatchObject({ client: 'CLOSED', server: 'CLOSED', moves: [] });
    expect(endStatesAt(steps, steps.length - 1)).toMatchObject({ client: 'CLOSED', server: 'TIME_WAIT' });
  });

  it('leads along edges of the figure, for a plain run', () => {
    for (const trace of [plainTrace(), labTrace()]) {
      const { moves } = endStatesAt(
        trace.sort((a, b) => a.at - b.at),
        Infinity,
      );
      expect(moves.length).toBeGreaterThan(8);
      for (const move of moves) expect(EDGES).toContain(edgeOf(move));
    }
  });

  it('ends in the last CLOSED, but goes back to the first from SYN_SENT', () => {
    const move = (from: TcpState) => edgeOf({ side: 'client', from, to: 'CLOSED' }).to;
    expect(move('LAST_ACK')).toBe('END');
    expect(move('TIME_WAIT')).toBe('END');
    expect(move('SYN_SENT')).toBe('CLOSED');
  });

  it('says how it ended if the figure does not', () => {
    const ending = (cause: Step) =>
      endStatesAt([cause, { ...state('server', 'ESTABLISHED', 'CLOSED', 5), cause: cause.id }], 1).moves[0]!.other;
    expect(ending(segment('server', ['RST', 'ACK'], 5, 6))).toEqual(['CLOSE', 'snd RST']);
    expect(ending(segment('client', ['RST', 'ACK'], 4, 5))).toEqual(['rcv RST', '']);
    expect(ending(segment('client', ['PSH', 'ACK'], 4, 5, { length: 1 }))).toEqual(['rcv data', 'snd RST']);
    expect(ending(call('server', 'reset', 5, 6))).toEqual(['ABORT', 'snd RST']);
    expect(ending(call('server', 'close', 5, 6))).toBe(undefined);
  });

  it.each(WIDTHS)('at %d px draws a reset past boxes and words, wherever it finds both ends', (width) => {
    const layout = machineLayout(width);
    const boxes = boxed(layout);
    const main = layout.edges.filter(({ edge }) => edge.isMain).map(({ label }) => label);
    const closed = (side: Side, from: TcpState, other: Move['other']) =>
      edgeOf({ side, from, to: 'CLOSED', ...(other && { other }) });
    for (const [here, there] of RESETS) {
      const taken = [closed('client', here, ['ABORT', 'snd RST']), closed('server', there, ['rcv RST', ''])];
      const shapes = takenShapes(taken, layout);
      const chips = shapes.map(({ label }) => chip(label));
      const end = layout.boxes.find(({ node }) => node === 'END')!;
      const badges = (['client', 'server'] as const).map((side) => around(side, badgeOf(side, end, layout, shapes)));
      const shown = main.filter((words) => !shapes.some((shape) => isCovered(words, shape))).map(labelled);
      for (const words of chips) {
        const others = [...boxes, ...badges, ...shown, ...chips].filter((other) => other !== words);
        expect([here, there, others.filter((other) => meet(words, other)).map(({ name }) => name)]).toEqual([
          ...[here, there],
          [],
        ]);
        expect(words.left).toBeGreaterThanOrEqual(0);
        expect(words.right).toBeLessThanOrEqual(layout.width);
      }
      for (const { edge, points } of shapes) {
        const apart = boxes.filter(({ name }) => name !== edge.from && name !== edge.to);
        const struck = [...apart, ...shown].filter((each) => points.some((point) => isIn(point, each)));
        expect([here, there, struck.map(({ name }) => name)]).toEqual([here, there, []]);
      }
      for (const badge of badges) {
        const hidden = shown.filter((words) => meet(words, badge)).map(({ name }) => name);
        expect([here, there, hidden]).toEqual([here, there, []]);
      }
    }
  });

  it('draws what the figure does not have: a refusal, a reset, a kernel that does otherwise', () => {
    for (const trace of [refusedTrace(), resetTrace(), disagreeingTrace()])
      for (const width of WIDTHS) {
        const layout = machineLayout(width);
        for (const move of endStatesAt(
          trace.sort((a, b) => a.at - b.at),
          Infinity,
        ).moves) {
          const [{ path, label }] = takenShapes([edgeOf(move)], layout) as [EdgeShape];
          expect(path).not.toMatch(/NaN|undefined/);
          expect(labelled(label).left).toBeGreaterThanOrEqual(0);
          expect(labelled(label).right).toBeLessThanOrEqual(layout.width);
        }
      }
  });
});
