// Installs the packages and builds the program, if a fresh clone or a change makes that necessary.
import { alone } from './alone.mjs';
import { buildProgram, programIsBuilt } from './built.mjs';
import { installPackages, packagesAreInstalled } from './packages.mjs';

export function prepare() {
  checkNode();
  // Whoever says that everything is built also says what with: tests do.
  if (process.env.APERTO_BUILT === '1') return;
  if (packagesAreInstalled() && programIsBuilt()) return;
  alone(() => {
    if (!packagesAreInstalled()) installPackages();
    if (!programIsBuilt()) buildProgram();
  });
}

/** Builds whether or not it is necessary. */
export function build() {
  checkNode();
  alone(() => {
    if (!packagesAreInstalled()) installPackages();
    buildProgram();
  });
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Aperto needs Node.js 20.19 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
