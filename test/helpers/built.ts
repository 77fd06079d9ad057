import { execFileSync } from 'node:child_process';

/** Tests that start programs start the built ones: what is tested is what `npm start` runs. */
export default function setup(): void {
  execFileSync('npx', ['tsc', '-p', 'tsconfig.build.json'], { stdio: ['ignore', 'inherit', 'inherit'] });
}
