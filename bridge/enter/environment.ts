import { delimiter, join } from 'node:path';

/** What npm adds to the environment of a script; a program that a person starts by its own name has none of it. */
const OF_NPM = /^(?:npm_|INIT_CWD$)/i;
const BIN = join('node_modules', '.bin');
const NODE_GYP = 'node-gyp-bin';

/** An environment as it was before npm started this process. */
export function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = Object.fromEntries(Object.entries(environment).filter(([name]) => !OF_NPM.test(name)));
  if (environment['npm_execpath'] === undefined || rest['PATH'] === undefined) return rest;
  const folders = rest['PATH'].split(delimiter).filter((folder) => !folder.endsWith(BIN) && !folder.endsWith(NODE_GYP));
  return { ...rest, PATH: folders.join(delimiter) };
}
