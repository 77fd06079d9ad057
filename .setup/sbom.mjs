// `npm run sbom [-- FILE]`: the list of everything that Aperto is made of, as the lockfiles say it, in the format CycloneDX.
// The test browser has a lockfile of its own, and belongs to the list as well.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './files.mjs';

const file = resolve(process.argv[2] ?? 'aperto.cdx.json');
const own = listOf(root);
const browser = listOf(join(root, '.setup', 'browser'));
// npm takes the folder's name for the project's.
own.metadata.component.name = 'aperto';
browser.metadata.component.name = 'aperto-test-browser';

const tests = [browser.metadata.component, ...browser.components].map((one) => ({ ...one, scope: 'optional' }));
own.components = onlyOnce([...own.components, ...tests], 'bom-ref');
own.dependencies = onlyOnce([...own.dependencies, ...browser.dependencies], 'ref');
const ofProject = own.dependencies.find(({ ref }) => ref === own.metadata.component['bom-ref']);
ofProject.dependsOn.push(browser.metadata.component['bom-ref']);
writeFileSync(file, `${JSON.stringify(own, undefined, 2)}\n`);
console.log(`${own.components.length} components are listed in ${file}.`);

function listOf(folder) {
  const args = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'];
  const shell = process.platform === 'win32';
  const { status, stdout, stderr, error } = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', shell });
  if (status === 0) return JSON.parse(stdout);
  console.error(error?.message ?? stderr);
  process.exit(status || 1);
}

function onlyOnce(list, key) {
  return [...new Map([...list].reverse().map((one) => [one[key], one])).values()].reverse();
}
