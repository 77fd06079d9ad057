import { describe, expect, it } from 'vitest';
import { SCENARIO_KEYS, SHELF, THEMES } from '../../../../web/scenarios/shelf.ts';
import { SKETCH_OF, SKETCHES } from '../../../../web/scenarios/sketches.ts';
import { neighbour } from '../../../../web/views/cards/neighbour.ts';
import { CLIENT, SERVER, SKETCH, sketchLayout } from '../../../../web/views/cards/sketch-layout.ts';

describe('the small picture of a scenario', () => {
  it.each(SCENARIO_KEYS)('%s: agrees with its script and its link', (key) => {
    const { script, link = {}, server } = SHELF[key];
    const strokes: readonly string[] = SKETCH_OF[key];
    const marked = (mark: string) => strokes.some((stroke) => stroke.endsWith(` ${mark}`));
    expect(marked('lost')).toBe(Boolean(link.drop || link.lossPercent));
    expect(marked('twice')).toBe(Boolean(link.duplicatePercent));
    expect(marked('late')).toBe(Boolean(link.reorderPercent));
    expect(strokes.some((stroke) => stroke.startsWith('>rst'))).toBe(
      script.some((operation) => operation.do === 'reset'),
    );
    for (const { kind } of link.drop ?? []) {
      const tone = kind === 'SYN+ACK' ? 'syn' : kind!.toLowerCase();
      expect(strokes.some((stroke) => stroke.endsWith(`${tone} lost`))).toBe(true);
    }
    // Without data in the script, or without a server, none is drawn from the client.
    const sends = script.some((operation) => operation.do === 'send') && server !== 'nobody';
    if (!sends) expect(strokes.filter((stroke) => stroke.startsWith('>data'))).toEqual([]);
  });

  it('stands in the theme of its scenario, in the order of a lesson', () => {
    const keys = (themes: object) =>
      Object.entries(themes).map(([theme, each]) => [theme, Object.keys(each as object)]);
    expect(keys(SKETCHES)).toEqual(keys(THEMES));
  });

  it('is not that of another scenario', () => {
    const pictures = Object.values(SKETCH_OF).map((strokes) => strokes.join());
    expect(new Set(pictures).size).toBe(pictures.length);
  });

  it.each(SCENARIO_KEYS)('%s: stays in its room, and time flows down', (key) => {
    const arrows = sketchLayout(SKETCH_OF[key]);
    expect(arrows.length).toBeGreaterThan(1);
    for (const { x1, x2, y1, y2 } of arrows) {
      expect(y2).toBeGreaterThan(y1);
      expect(Math.min(y1, x1 - CLIENT, x2 - CLIENT, SERVER - x1, SERVER - x2)).toBeGreaterThanOrEqual(0);
      expect(y2).toBeLessThanOrEqual(SKETCH.height - 3);
    }
    expect(arrows.map(({ y1 }) => y1)).toEqual(arrows.map(({ y1 }) => y1).sort((a, b) => a - b));
  });

  it('ends a lost segment on the wire, and begins a copy there', () => {
    const [lost, sent, copy] = sketchLayout(['>syn lost', '<data twice']);
    expect(lost).toMatchObject({ x1: CLIENT, x2: (CLIENT + SERVER) / 2, isLost: true });
    expect(sent).toMatchObject({ x1: SERVER, x2: CLIENT, isCopy: false });
    expect(copy).toMatchObject({ x1: (CLIENT + SERVER) / 2, x2: CLIENT, isCopy: true });
  });

  it('crosses the segments that overtake each other', () => {
    const [late, next] = sketchLayout(['>data late', '>data']);
    expect(late!.y1).toBeLessThan(next!.y1);
    expect(late!.y2).toBeGreaterThan(next!.y2);
  });
});

describe('the arrow keys', () => {
  /** Two rows of three, and below them a row of one. */
  const places = [0, 1, 2, 3, 4, 5, 6].map((index) => ({
    left: (index % 3) * 100,
    top: Math.floor(index / 3) * 50,
    bottom: Math.floor(index / 3) * 50 + 40,
  }));

  it.each([
    ['ArrowRight', 0, 1],
    ['ArrowLeft', 3, 2],
    ['ArrowLeft', 0, undefined],
    ['ArrowRight', 6, undefined],
    ['ArrowDown', 1, 4],
    ['ArrowDown', 4, 6],
    ['ArrowDown', 6, undefined],
    ['ArrowUp', 5, 2],
    ['ArrowUp', 1, undefined],
    ['Home', 4, 0],
    ['End', 1, 6],
    ['Enter', 1, undefined],
  ])('%s leads from card %i to %s', (key, from, to) => {
    expect(neighbour(key, from, places)).toBe(to);
  });
});
