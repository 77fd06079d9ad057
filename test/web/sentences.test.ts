import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../web/commands.ts';
import { sourceLines, sourceNotes } from '../../web/notes.ts';
import { en } from '../../web/texts/en.ts';
import { pt } from '../../web/texts/pt.ts';

const labUnavailable = readFileSync('bridge/wires/lab/lab-unavailable.ts', 'utf8');
const labCodes = [...labUnavailable.matchAll(/^ {2}(LAB_[A-Z0-9_]+):/gm)].map(([, code]) => code!);
const bridge = readdirSync('bridge', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join('bridge', name), 'utf8'))
  .join('\n');
const sourceCodes = [
  ...new Set([
    ...[...bridge.matchAll(/\bwhy: '([A-Z_]+)'/g)].map(([, code]) => code!),
    ...[...bridge.matchAll(/'((?:CAPTURE|STRACE|SYSCALL)_[A-Z_]+)'/g)].map(([, code]) => code!),
    ...[...bridge.matchAll(/^ {2}(CAPTURE_[A-Z_]+):/gm)].map(([, code]) => code!),
    ...['SERVER_HAS_PROBE', 'NOT_LINUX', 'UNKNOWN_MACHINE'],
  ]),
];

describe('why something is not there', () => {
  it('is found in the bridge at all', () => {
    expect(labCodes.length).toBeGreaterThan(10);
    expect(sourceCodes.length).toBeGreaterThan(8);
  });

  it.each(labCodes)('%s has a sentence in each language', (code) => {
    expect(en.wire.why[code]).toMatch(/\.$/);
    expect(pt.wire.why[code]).toMatch(/\.$/);
    expect(pt.wire.why[code]).not.toBe(en.wire.why[code]);
  });

  it.each(sourceCodes)('%s has a sentence in each language', (code) => {
    expect(en.sources.why[code]).toMatch(/\.$/);
    expect(pt.sources.why[code]).toMatch(/\.$/);
  });

  it('offers the commands that the bridge offers', () => {
    const offered = [...bridge.matchAll(/(\w+): \{\s+sentence: [^}]+?help: '([^\n]+)',?\s*\}/g)];
    expect(offered.length).toBeGreaterThan(6);
    for (const [, code, command] of offered) expect([code, COMMANDS[code!]]).toEqual([code, command]);
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
  const source = (name: string, active: boolean, why?: string) => ({ name, active, ...(why !== undefined && { why }) });

  it('says whether packets were captured, and whether the server was watched', () => {
    expect(sourceNotes([source('capture', true), source('server-probe', true)], en)).toEqual([en.sources.captured]);
    expect(sourceNotes([source('capture', false, 'CAPTURE_OFF')], en)).toEqual([
      en.sources.notCaptured,
      en.sources.noProbe,
    ]);
    expect(sourceNotes([source('capture', true), source('server-strace', true)], en)).toEqual([en.sources.captured]);
    expect(sourceNotes([], en)).toEqual([]);
  });

  it('asks nobody to install what is not needed', () => {
    const missing = source('server-strace', false, 'STRACE_NOT_INSTALLED');
    expect(sourceLines([missing], en)[0]!.command).toBe('sudo apt-get install strace');
    expect(sourceLines([missing, source('server-probe', true)], en)[0]!.command).toBeUndefined();
  });
});
