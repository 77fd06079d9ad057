import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

interface Component {
  'bom-ref': string;
  purl: string;
  hashes?: { alg: string; content: string }[];
}

test('npm run sbom: every locked package once, with its digest, and the test browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-sbom-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'list.json');
  execFileSync(process.execPath, ['.setup/sbom.mjs', file]);
  const list = JSON.parse(readFileSync(file, 'utf8')) as {
    bomFormat: string;
    metadata: { component: Component & { name: string } };
    components: Component[];
    dependencies: { ref: string; dependsOn: string[] }[];
  };
  expect(list).toMatchObject({ bomFormat: 'CycloneDX', metadata: { component: { name: 'aperto' } } });
  const refs = list.components.map((component) => component['bom-ref']);
  expect(new Set(refs).size).toBe(refs.length);
  expect(refs).toContainEqual(expect.stringMatching(/^fastify@5/));
  const browser = list.components.find(({ purl }) => purl.startsWith('pkg:npm/%40sparticuz/chromium@'))!;
  const lock = JSON.parse(readFileSync('.setup/browser/package-lock.json', 'utf8')) as {
    packages: Record<string, { integrity: string }>;
  };
  const { integrity } = lock.packages['node_modules/@sparticuz/chromium']!;
  const digest = Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex');
  expect(browser.hashes).toEqual([{ alg: 'SHA-512', content: digest }]);
  const known = new Set([...refs, list.metadata.component['bom-ref']]);
  for (const { ref, dependsOn } of list.dependencies)
    for (const each of [ref, ...dependsOn]) expect(known.has(each), each).toBe(true);
});
