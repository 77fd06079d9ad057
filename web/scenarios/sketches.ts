import type { KeyIn, ScenarioKey, ThemeKey } from './shelf.ts';

/** What a segment is for, by which it is coloured: that of the picture's arrows. */
export type SketchTone = 'syn' | 'ack' | 'data' | 'fin' | 'rst';
/**
 * How a segment fares: `lost` on the wire, `twice` because the wire copies it, `late` so that the next one overtakes it.
 * `much` is a segment, or a row of them, that is full of data.
 */
export type SketchMark = 'lost' | 'twice' | 'late' | 'much';
/** A segment from the client (`>`) or from the server (`<`); or a while in which no segment is sent. */
export type Stroke = `${'>' | '<'}${SketchTone}${'' | ` ${SketchMark}`}` | 'wait';

/**
 * The small picture of each scenario, by theme: what crosses the wire, in the order of time, without what every connection
 * has and the scenario is not about. A test compares each with the scenario's own script and link. Cards need nothing else
 * of a scenario than this and its name, so this file loads no script and no question.
 */
export const SKETCHES: { readonly [Theme in ThemeKey]: Readonly<Record<KeyIn<Theme>, readonly Stroke[]>> } = {
  numbers: {
    plain: ['>syn', '<syn', '>ack', '>data', '<data', '<fin', '>fin'],
    zero: ['>data', '<ack', '<data', '<fin'],
    silence: ['>data', '<ack', '<fin', '>fin'],
    echo: ['>data', '<data much', '<fin'],
    split: ['>data', 'wait', '<data', '>data', '<rst'],
    two: ['>data', '<data', '<fin', '>data', '<rst'],
    unread: ['>data much', '<data', '<rst'],
  },
  opening: {
    refused: ['>syn', '<rst'],
    unaccepted: ['>syn', '<syn', '>ack', '>data', '<ack'],
    backlog: ['>syn', 'wait', '>syn', 'wait', '>syn', '<syn'],
    blackhole: ['>syn lost', 'wait', '>syn lost', 'wait', 'wait', '>syn lost'],
    lostSyn: ['>syn lost', 'wait', '>syn', '<syn', '>ack'],
    lostSynAck: ['>syn', '<syn lost', 'wait', '>syn', '<syn'],
    lostAck: ['>syn', '<syn', '>ack lost', '>data', '<ack'],
  },
  onTheWay: {
    lostData: ['>data lost', 'wait', '>data', '<data'],
    lostFin: ['<data', '<fin lost', 'wait', '<fin', '>fin'],
    duplicate: ['>data twice', '<ack', '<data twice'],
    reordered: ['>data late', '>data', '<ack', '<ack'],
    smallSegments: ['>data', '>data', '>data', '>data', '>data', '<ack'],
    slowReader: ['>data much', '>data much', '<ack', 'wait', '<ack', '>data much'],
    nagle: ['>data', 'wait', '<ack', '>data', '<data'],
  },
  ending: {
    clientResets: ['>data', '<ack', 'wait', '>rst'],
    clientFirst: ['>data', '<data', '>fin', '<fin', '>ack'],
    halfClose: ['>data', '>fin', '<ack', 'wait', '<data', '<fin'],
    killed: ['>data', '<ack', '<fin'],
    tooSlow: ['>data', '<ack', 'wait', 'wait', 'wait', '<data'],
    silentClient: ['>syn', '<syn', '>ack', 'wait', 'wait', '>fin'],
    restart: ['<data', '<fin', '>fin', '>ack', 'wait', 'wait'],
  },
};

/** The same without themes. */
export const SKETCH_OF: Readonly<Record<ScenarioKey, readonly Stroke[]>> = {
  ...SKETCHES.numbers,
  ...SKETCHES.opening,
  ...SKETCHES.onTheWay,
  ...SKETCHES.ending,
};
