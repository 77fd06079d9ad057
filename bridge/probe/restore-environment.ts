import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { PROBE_VARIABLE } from './report.ts';

/**
 * Removes from `environment` what the bridge added to load the module `moduleUrl` (a file URL) with `--import`. The server
 * and its children then see the environment that they would have without a probe.
 */
export function restoreEnvironment(environment: NodeJS.ProcessEnv, moduleUrl: string): void {
  delete environment[PROBE_VARIABLE];
  const options = environment['NODE_OPTIONS'];
  if (options === undefined) return;
  // A file URL contains no spaces. The other options may contain quoted spaces, and stay byte for byte.
  const others = options.replace(
    /(^| )--import=(file:\S+)( |$)/g,
    (text, before: string, url: string, after: string) =>
      isSameFile(url, moduleUrl) ? (before && after ? ' ' : '') : text,
  );
  if (others === '') delete environment['NODE_OPTIONS'];
  else environment['NODE_OPTIONS'] = others;
}

/** Node gives a module's real path; the bridge may have named it through a symbolic link. */
function isSameFile(url: string, moduleUrl: string): boolean {
  if (url === moduleUrl) return true;
  try {
    return realpathSync(fileURLToPath(url)) === realpathSync(fileURLToPath(moduleUrl));
  } catch {
    return false;
  }
}
