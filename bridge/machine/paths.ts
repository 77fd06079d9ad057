import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: the nearest one above with a package.json. This file runs as source and as built. */
function projectRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`There is no package.json above ${here}.`);
  }
}

const root = projectRoot();

/** The built files of the project. */
export const BUILT = {
  page: join(root, 'dist', 'web'),
  server: join(root, 'dist', 'server', 'main.js'),
  scenarios: join(root, 'dist', 'server', 'scenarios'),
  probe: join(root, 'dist', 'bridge', 'probe', 'probe.js'),
  tracer: join(root, 'dist', 'bridge', 'tracer', 'main.js'),
  labHost: join(root, 'dist', 'bridge', 'wires', 'lab', 'host', 'main.js'),
};

export const VERSION = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
