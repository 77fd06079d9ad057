import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Tests start the built programs, as `npm start` does. `npm test` has built them already. */
export default function setup(): void {
  if (process.env['APERTO_BUILT'] === '1') return;
  build('tsc', '-p', 'tsconfig.build.json');
  // Without a page the bridge prints a warning that tests would take for a fault.
  if (!existsSync('dist/web/index.html')) build('vite', 'build', '--logLevel', 'warn');
}

function build(...command: string[]): void {
  execFileSync('npx', command, { stdio: ['ignore', 'inherit', 'inherit'] });
}
