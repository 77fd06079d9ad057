// Everything that must hold: format, lint, types, unit and integration tests, end-to-end tests in a real browser.
// Parts that do not depend on each other run at the same time. The last line counts: `N passed, N failed`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './files.mjs';
import { prepare } from './prepare.mjs';

prepare();
process.env.APERTO_BUILT = '1';
// From wherever this was called: tests name their files from here.
process.env.INIT_CWD = root;
const reports = mkdtempSync(join(tmpdir(), 'aperto-tests-'));
const report = (name) => join(reports, `${name}.json`);

const bin = (name) => join(root, 'node_modules', '.bin', name);
// It may have to be installed, which takes as long as many tests, and only the last ones need it.
const findingBrowser = findBrowser();
const first = await together(
  check('format', bin('prettier'), ['--check', '--log-level', 'warn', '.']),
  check('lint', bin('eslint'), ['.']),
  check('types', bin('tsc'), []),
  check('page types', bin('svelte-check'), [
    '--tsconfig',
    'web/tsconfig.json',
    '--fail-on-warnings',
    '--output',
    'human',
  ]),
  suite(
    'unit and integration tests',
    bin('vitest'),
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report('vitest')}`],
    {},
    () => {
      const { numPassedTests, numFailedTests, numPendingTests, success } = read('vitest');
      // A file that cannot be loaded fails without a failed test.
      return {
        passed: numPassedTests,
        failed: numFailedTests + (success || numFailedTests ? 0 : 1),
        skipped: numPendingTests,
      };
    },
  ),
);
const browser = await findingBrowser;
const second = await together(
  suite(
    'end-to-end tests',
    bin('playwright'),
    ['test', '--reporter=list,json'],
    { ...browser, PLAYWRIGHT_JSON_OUTPUT_NAME: report('playwright') },
    () => {
      const { expected, unexpected, flaky, skipped } = read('playwright').stats;
      return { passed: expected, failed: unexpected + flaky, skipped };
    },
  ),
);

rmSync(reports, { recursive: true, force: true });
const counts = [...first, ...second];
const sum = (key) => counts.reduce((total, count) => total + (count[key] ?? 0), 0);
const skipped = sum('skipped');
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed${skipped ? `, ${skipped} skipped` : ''}`);
process.exit(sum('failed') === 0 ? 0 : 1);

function read(name) {
  return JSON.parse(readFileSync(report(name), 'utf8'));
}

function together(...jobs) {
  return Promise.all(jobs);
}

/**
 * A check passes or fails as a whole, and its output is shown if it fails. Its low priority lets it use the processor only
 * while the tests beside it wait.
 */
async function check(name, command, args) {
  const { status, output } = await run(command, args, {}, constants.priority.PRIORITY_LOW);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${name}`);
  if (status !== 0) console.log(output);
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** A suite counts its tests; one that fails without a failed test counts as one failure. */
async function suite(name, command, args, environment, count) {
  const { status, output } = await run(command, args, environment);
  console.log(output);
  let counts;
  try {
    counts = count();
  } catch {
    counts = { passed: 0, failed: 0 };
  }
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  console.log(`${counts.failed === 0 ? 'ok  ' : 'FAIL'} ${name}: ${counts.passed} passed, ${counts.failed} failed`);
  return counts;
}

/** Finds or installs a browser in a process of its own. Without one, the tests that need it fail. */
async function findBrowser() {
  const script = join(root, '.setup', 'find-browser.mjs');
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  let found = '';
  child.on('error', ({ message }) => console.error(message));
  try {
    for await (const chunk of child.stdout) found += chunk;
    return JSON.parse(found);
  } catch {
    return {};
  }
}

function run(command, args, environment, priority = constants.priority.PRIORITY_NORMAL) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...environment, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid !== undefined) setPriority(child.pid, priority);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (status) => resolve({ status, output }));
    child.on('error', (error) => resolve({ status: 1, output: error.message }));
  });
}
