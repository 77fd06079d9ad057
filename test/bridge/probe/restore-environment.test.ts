import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { restoreEnvironment } from '../../../bridge/probe/restore-environment.ts';

const url = 'file:///opt/aperto/probe.js';

test.each([
  [`--import=${url}`, undefined],
  [`--max-old-space-size=100 --import=${url}`, '--max-old-space-size=100'],
  [`--import=${url} --no-warnings`, '--no-warnings'],
  [
    `--require "./a  b.js" --import=${url} --import=file:///other.js`,
    '--require "./a  b.js" --import=file:///other.js',
  ],
  ['--import=file:///other.js', '--import=file:///other.js'],
  [undefined, undefined],
])('NODE_OPTIONS %j becomes %j', (before, after) => {
  const environment = { APERTO_PROBE: '7', OTHER: 'x', ...(before !== undefined && { NODE_OPTIONS: before }) };
  restoreEnvironment(environment, url);
  expect(environment).toEqual({ OTHER: 'x', ...(after !== undefined && { NODE_OPTIONS: after }) });
});

test('recognises its own file through a symbolic link', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'probe-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'probe.js'), '');
  symlinkSync(folder, join(folder, 'link'));
  const environment = { NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'link', 'probe.js')).href}` };
  restoreEnvironment(environment, pathToFileURL(join(folder, 'probe.js')).href);
  expect(environment).toEqual({});
});
