// Joins the files of a package, hundreds of them, into a few below the built program: to find and read them took half the
// time of its start. Node looks there before it looks in the project's own `node_modules`.
// Usage: node join-packages.mjs FOLDER
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { root } from './files.mjs';

/** Each package with what the bridge imports from it, by the name of the file that is made. It may need no built-in module. */
const PACKAGES = { typebox: { index: 'typebox', compile: 'typebox/compile' } };

for (const [name, imports] of Object.entries(PACKAGES)) {
  const outDir = join(process.argv[2], name);
  mkdirSync(outDir, { recursive: true });
  const files = Object.entries(imports);
  const entry = Object.fromEntries(files.map(([file, from]) => [file, fileURLToPath(import.meta.resolve(from))]));
  const lib = { entry, formats: ['es'] };
  await build({ configFile: false, logLevel: 'warn', root, build: { lib, outDir, minify: false, target: 'node20' } });
  const exports = Object.fromEntries(files.map(([file, from]) => [from.replace(name, '.'), `./${file}.js`]));
  writeFileSync(join(outDir, 'package.json'), JSON.stringify({ name, type: 'module', exports }));
}
