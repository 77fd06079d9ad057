import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above with a package.json. This file runs as source and as built. */
function projectRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) throw new Error(`There is no package.json above ${here}.`);
  }
}

/** The project's folder. */
export const PROJECT = projectRoot();

/** The built files of the project. */
export const BUILT = {
  page: join(PROJECT, 'dist', 'web'),
  server: join(PROJECT, 'dist', 'server', 'main.js'),
  scenarios: join(PROJECT, 'dist', 'server', 'scenarios'),
  probe: join(PROJECT, 'dist', 'bridge', 'probe', 'probe.js'),
  tracer: join(PROJECT, 'dist', 'bridge', 'tracer', 'main.js'),
  labHost: join(PROJECT, 'dist', 'bridge', 'wires', 'lab', 'host', 'main.js'),
};

export const VERSION = (JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string }).version;
