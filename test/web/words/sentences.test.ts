import { describe, expect, it } from 'vitest';
import { LAB_REMEDIES, SOURCE_REMEDIES, type WhyNoLab, type WhyNoSource } from '../../../bridge/protocol/remedies.ts';
import { plainScript, type Script } from '../../../bridge/trace/script.ts';
import type { Step } from '../../../bridge/trace/step.ts';
import type { SourceStatus } from '../../../bridge/trace/trace.ts';
import { runLine } from '../../../web/words/runs/run-line.ts';
import { sourceLines } from '../../../web/words/source-lines.ts';
import { sourceNotes, withSeen } from '../../../web/words/source-words.ts';
import type { Beginning } from '../../../web/runs/run.svelte.ts';
import { Runs } from '../../../web/runs/runs.svelte.ts';
import { Language } from '../../../web/texts/language.svelte.ts';
import { LANGUAGE_NAMES, LANGUAGES } from '../../../web/texts/languages.ts';
import { seenFromOutside } from '../fixtures/lab-traces.ts';
import { call, done, output, refusedTrace } from '../fixtures/traces.ts';

const { page: en } = await LANGUAGES.en.load();
const language = await Language.load('en');
const tables = await Promise.all(LANGUAGE_NAMES.map(async (name) => (await LANGUAGES[name].load()).page));

const labCodes = Object.keys(LAB_REMEDIES).filter((code): code is WhyNoLab => code !== 'LAB_NOT_ASKED');
const sourceCodes = Object.keys(SOURCE_REMEDIES) as WhyNoSource[];

describe('why something is not there', () => {
  it('is found in the bridge at all', () => {
    expect(labCodes.length).toBeGreaterThan(10);
    expect(sourceCodes.length).toBeGreaterThan(8);
  });

  it.each(labCodes)('%s has a sentence in each language', (code) => {
    for (const { wire } of tables) expect(wire.why[code]).toMatch(/\.$/);
    expect(new Set(tables.map(({ wire }) => wire.why[code])).size).toBe(tables.length);
  });

  it.each(sourceCodes)('%s has a sentence in each language', (code) => {
    for (const { sources } of tables) expect(sources.why[code]).toMatch(/\.$/);
  });

  it('offers the commands that the bridge offers', () => {
    const offered = sourceCodes.filter((code) => SOURCE_REMEDIES[code] !== undefined);
    expect(offered.length).toBeGreaterThan(4);
    for (const why of offered)
      expect(sourceLines([{ name: 'capture', active: false, why }], en)[0]!.command).toBe(SOURCE_REMEDIES[why]);
  });

  it('has words for what it does not know, with the code', () => {
    const [line] = sourceLines([{ name: 'a source of tomorrow', active: false, why: 'constructor' }], en);
    expect(line).toEqual({
      name: 'a source of tomorrow',
      what: 'a source of tomorrow',
      active: false,
      why: en.sources.unknownWhy('constructor'),
    });
    expect(en.wire.unknownWhy('LAB_OF_TOMORROW')).toContain('LAB_OF_TOMORROW');
  });
});

describe('who saw what', () => {
  const TOLD: Record<string, Partial<SourceStatus>> = {
    capture: { tells: 'segments' },
    'client-socket': { tells: 'calls', side: 'client' },
    'server-probe': { tells: 'calls', side: 'server' },
    'server-tracer': { tells: 'calls', side: 'server' },
    'server-syscalls': { tells: 'calls', side: 'server', samples: true },
    'server-output': { tells: 'output', side: 'server' },
  };
  const source = (name: string, active: boolean, why?: string): SourceStatus => ({
    name,
    ...TOLD[name],
    active,
    ...(why !== undefined && { why }),
  });

  it('says whether packets were captured, and whether the server was watched', () => {
    expect(sourceNotes([source('capture', true), source('server-probe', true)], en)).toEqual([en.sources.captured]);
    const notCaptured = source('capture', false, 'CAPTURE_OFF');
    const { noProbe, nothingOfSegments } = en.sources;
    expect(sourceNotes([source('client-socket', true), notCaptured], en)).toEqual([en.sources.notCaptured, noProbe]);
    expect(sourceNotes([notCaptured], en)).toEqual([nothingOfSegments, noProbe]);
    expect(sourceNotes([source('capture', true), source('server-tracer', true)], en)).toEqual([en.sources.captured]);
    expect(sourceNotes([], en)).toEqual([]);
  });

  it('does not deny what stands in the trace, though its server has ended since', () => {
    const sources = ['capture', 'server-syscalls', 'server-output', 'server-probe'].map((name) =>
      source(name, name === 'capture'),
    );
    const active = (steps: readonly Step[]) =>
      withSeen(sources, steps).flatMap((each) => (each.active ? each.name : []));
    expect(active(refusedTrace())).toEqual(['capture']);
    expect(active([seenFromOutside()])).toEqual(['capture', 'server-syscalls']);
    expect(active([output('connected', 3)])).toEqual(['capture', 'server-output']);
    expect(sourceNotes(withSeen(sources, [seenFromOutside()]), en)).toEqual([en.sources.captured]);
    // A program that was killed took its probe with it; one under a tracer, the tracer.
    const recv = call('server', 'recv', 3, 9, { bytes: 2, payload: '0079' });
    expect(active([recv])).toEqual(['capture', 'server-probe']);
    sources.push(source('server-tracer', false));
    expect(active([recv])).toEqual(['capture', 'server-tracer']);
    expect(active([call('server', 'listen', -9, -8), { ...recv, evidence: 'inferred' }])).toEqual(['capture']);
  });

  it('asks nobody to change what is not needed', () => {
    const missing = source('server-tracer', false, 'TRACER_YAMA');
    expect(sourceLines([missing], en)[0]!.command).toBe('sudo sysctl -w kernel.yama.ptrace_scope=1');
    expect(sourceLines([missing, source('server-probe', true)], en)[0]!.command).toBeUndefined();
  });
});

describe('a line of the list of runs', () => {
  const subject = (script: Script) => {
    const { run } = new Runs(
      () => {},
      () => {},
    ).begin({ script });
    return runLine(run, { language }).subject;
  };
  const send = (hex: string, times?: number) => ({ do: 'send' as const, hex, ...(times && { times }) });

  it.each([
    ['its number', plainScript(121n), '121'],
    ['the bytes', [send('0079')], '00 79'],
    ['each send', [send('00'), { do: 'wait', ms: 9 }, send('79', 3)], '00 + 79 ×3'],
    ['text if the bytes are text', [send('6f6cc3a1')], 'olá'],
    ['only the first sends', [send('01'), send('02'), send('03'), send('04')], '01 + 02 + 03 + …'],
    ['only the first bytes', [send('ff'.repeat(100))], `${'ff '.repeat(16)}…`],
    ['a call if nothing is sent', [{ do: 'wait', ms: 9 }, { do: 'shutdown' }], 'shutdown()'],
    ['the close that ends every script', [], 'close()'],
  ] as [string, Script, string][])('says what the client sends: %s', (_what, script, expected) => {
    expect(subject(script)).toBe(expected);
  });

  const begin = (begun: Omit<Beginning, 'script'>) => {
    const runs = new Runs(
      () => {},
      (task) => task(),
    );
    const { run } = runs.begin({ script: plainScript(121n), ...begun });
    runs.receive(done(run.id, 'replied', { ...(begun.link && { link: begun.link }) }));
    return run;
  };

  it.each(LANGUAGE_NAMES)('names its scenario and its wire, in %s', async (name) => {
    const words = await Language.load(name);
    const { shelf } = await words.topic('scenarios');
    const run = begin({ wire: 'lab', link: { delayMs: 20, drop: [{ kind: 'SYN' }] }, scenario: 'lostSyn' });
    const line = runLine(run, { language: words, nameOf: (key) => shelf[key as 'lostSyn']?.name });
    expect(line.subject).toBe(shelf.lostSyn.name);
    expect(line.wire.replaceAll('\u00a0', ' ')).toBe(
      { en: 'lab · delay 20 ms · loses the first SYN', pt: 'laboratório · atraso 20 ms · perde o primeiro SYN' }[name],
    );
  });

  it('says what was sent if nobody knows the scenario', () => {
    const run = begin({ wire: 'direct', scenario: 'of-tomorrow' });
    expect(runLine(run, { language, nameOf: () => undefined })).toMatchObject({ subject: '121', wire: 'direct' });
  });

  it('does not say how a run went that was not watched to its end', () => {
    const run = begin({ wire: 'lab' });
    expect(runLine(run, { language })).toMatchObject({ isRevealed: true, outcome: 'replied', durationUs: 585 });
    const { outcome, reply, durationUs } = runLine(run, { language, isRevealed: false });
    expect([outcome, reply, durationUs]).toEqual([undefined, undefined, undefined]);
  });
});
