import { pathToFileURL } from 'node:url';
import type { Address } from '../address.ts';
import { BUILT } from '../machine/paths.ts';
import type { CallsChoice } from '../protocol/calls-choice.ts';
import type { Command } from './command.ts';
import { ServerProgram } from './server-program.ts';

interface OwnServerSettings {
  /** Its command line; absent for the number server. */
  server?: string;
  target: Address;
  restart: boolean;
  calls?: CallsChoice;
}

/**
 * The server program that the bridge owns.
 * @param prefix what comes before its command, to run it on a host of the lab
 * @param place where clients reach it now
 */
export function ownServer(
  settings: OwnServerSettings,
  prefix: () => string[],
  place: () => { target: Address; reached: readonly string[] },
): ServerProgram {
  return new ServerProgram({
    command: () => commandOf(settings, place().target),
    prefix,
    port: settings.target.port,
    hosts: () => place().reached,
    probe: pathToFileURL(BUILT.probe).href,
    restart: settings.restart,
    calls: settings.calls ?? 'auto',
  });
}

function commandOf({ server }: OwnServerSettings, target: Address): Command {
  if (server !== undefined) return { line: server };
  const options = ['--host', target.host, '--port', String(target.port)];
  return { file: process.execPath, arguments: [BUILT.server, ...options], shownAs: 'node server/main.js' };
}
