import { execFileSync } from 'node:child_process';

/** Tests that start programs start the built ones: what is tested is what `npm start` runs. `npm test` has built them. */
export default function setup(): void {
  if (process.env['APERTO_BUILT'] === '1') return;
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
