import { delimiter, join } from 'node:path';

/** What npm adds to the environment of a script; a program that a person starts by its own name has none of it. */
const OF_NPM = /^(?:npm_|INIT_CWD$)/i;
const BIN = join('node_modules', '.bin');
const NODE_GYP = 'node-gyp-bin';

/** An environment as it was before npm started this process. */
export function withoutNpm(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = Object.entries(environment).filter(([name]) => !OF_NPM.test(name));
  const { PATH: path, ...others } = Object.fromEntries(rest);
  if (environment['npm_execpath'] === undefined || path === undefined) return Object.fromEntries(rest);
  const folders = path.split(delimiter).filter((folder) => !folder.endsWith(BIN) && !folder.endsWith(NODE_GYP));
  return { ...others, PATH: folders.join(delimiter) };
}
