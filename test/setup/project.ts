import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { WhenOver } from '../helpers/clients/page.ts';

/** Stands for npm: removes what is installed, as `npm ci` does, and then installs what the lockfile says, or fails. */
const NPM = `#!/usr/bin/env node
const { appendFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const log = process.env.PROJECT + '/log';
for (const name of existsSync('node_modules') ? readdirSync('node_modules') : [])
  rmSync('node_modules/' + name, { recursive: true });
appendFileSync(log, 'npm\\n');
if (process.env.OFFLINE) { console.error('npm error network'); process.exit(7); }
if (process.env.NODE_ENV === 'production' && !process.argv.includes('--include=dev')) process.exit(0);
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [path, { version }] of Object.entries(packages).filter(([path]) => path)) {
  cpSync(process.env.PROJECT + '/registry/' + path.split('/')[1], path, { recursive: true });
  writeFileSync(path + '/version', version);
}
writeFileSync('node_modules/.package-lock.json', JSON.stringify({ packages }));
if (process.env.DIES === 'npm') process.kill(process.ppid, 'SIGKILL');
`;

/** Stands for a compiler: copies its source to where the built file belongs. `bad` in a source is a mistake. */
const COMPILER = (from: string, to: string) => `
const { appendFileSync, cpSync, mkdirSync, readFileSync } = require('node:fs');
appendFileSync(process.env.PROJECT + '/log', '${from}\\n');
const folder = process.argv[process.argv.indexOf('--outDir') + 1];
mkdirSync(folder, { recursive: true });
if (/bad/.test(readFileSync('${from}', 'utf8'))) { console.error('a mistake in ${from}'); process.exit(2); }
cpSync('${from}', folder + '/${to}', { recursive: true });
if (process.env.DIES === '${from}') process.kill(process.ppid, 'SIGKILL');
`;

export interface Result {
  status: number | string;
  said: string;
}

/** A small project in a temporary folder, with our own way to install and build, and an npm and compilers that need no network. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), 'aperto-project-'));

  constructor(whenOver: WhenOver = onTestFinished) {
    whenOver(() => rmSync(this.folder, { recursive: true, force: true }));
    cpSync('.setup', this.path('.setup'), { recursive: true });
    this.write('package.json', '{ "type": "module" }');
    this.lock('1.0.0');
    this.write('bridge/main.ts', 'bridge 1');
    this.write('web/page.ts', 'page 1');
    this.write('tools/package.json', '{ "type": "commonjs" }');
    this.write('tools/npm', NPM);
    chmodSync(this.path('tools/npm'), 0o755);
    this.write('registry/typescript/package.json', '{ "bin": { "tsc": "./tsc.cjs" } }');
    this.write('registry/typescript/tsc.cjs', COMPILER('bridge/main.ts', 'bridge/main.js'));
    this.write('registry/vite/package.json', '{ "bin": { "vite": "vite.cjs" }, "exports": "./vite.mjs" }');
    this.write('registry/vite/vite.mjs', 'export const build = () => {};');
    this.write('registry/vite/vite.cjs', COMPILER('web/page.ts', 'page.js'));
    this.write('registry/typebox/package.json', '{ "exports": { ".": "./index.js", "./compile": "./index.js" } }');
    this.write('registry/typebox/index.js', '');
  }

  /** The same project once more, with all that is installed and built in it. */
  copy(): Project {
    const copy = new Project();
    cpSync(this.folder, copy.folder, { recursive: true, verbatimSymlinks: true });
    return copy;
  }

  path(file: string): string {
    return join(this.folder, file);
  }
  has(file: string): boolean {
    return existsSync(this.path(file));
  }
  read(file: string): string {
    return readFileSync(this.path(file), 'utf8');
  }
  write(file: string, text: string): void {
    mkdirSync(dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), text);
  }
  remove(file: string): void {
    rmSync(this.path(file), { recursive: true });
  }

  /** Writes a lockfile that asks for this version of each package. */
  lock(version: string): void {
    const entry = { version, integrity: `sha512-${version}` };
    const packages = Object.fromEntries(
      ['typescript', 'vite', 'typebox'].map((name) => [`node_modules/${name}`, entry]),
    );
    this.write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));
  }

  /** What was done since the last call: `npm`, and each source that was compiled. */
  done(): string[] {
    const lines = this.has('log') ? this.read('log').split('\n').filter(Boolean) : [];
    this.write('log', '');
    return lines;
  }

  /**
   * What each command does before anything else.
   * @param before a shell's commands that change its surroundings, in namespaces of its own
   */
  async prepare(environment: NodeJS.ProcessEnv = {}, before?: string): Promise<Result> {
    const { APERTO_BUILT: _, NODE_ENV: __, ...inherited } = process.env;
    const node = [process.execPath, '--input-type=module', '-e', "(await import('./.setup/prepare.mjs')).prepare()"];
    const apart = ['unshare', '-rm', 'sh', '-c', `${before} && exec "$@"`, 'sh'];
    const [program, ...args] = [...(before === undefined ? [] : apart), ...node];
    const child = spawn(program!, args, {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...inherited,
        PROJECT: this.folder,
        PATH: this.path('tools') + delimiter + process.env['PATH'],
        ...environment,
      },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { status: code ?? signal!, said };
  }
}
