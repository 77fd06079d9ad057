import type { ServerStatus } from '../../bridge/protocol/messages.ts';
import type { Topics } from '../texts/topics.ts';

/** Whether there is more to say of the server program than its state. */
export function hasTrouble({ state, trouble }: ServerStatus): boolean {
  return state === 'exited' || state === 'stopped' || trouble !== undefined;
}

/** What is wrong with the server program, in sentences, with the option that helps. */
export function troubleSentences(status: ServerStatus, target: string, t: Topics['serverTrouble']): string[] {
  const { state, trouble, output } = status;
  const port = portOf(target);
  const sockets = status.listensOn ?? [];
  switch (trouble) {
    case 'OTHER_PORT':
      return [t.otherPort(sockets.join(', '), port, optionFor(sockets[0]))];
    case 'OTHER_ADDRESS': {
      const bound = sockets.filter((address) => portOf(address) === port);
      return [t.otherAddress(bound.join(', '), target, optionFor(bound[0]))];
    }
    case 'SLOW':
      return [t.slow(port)];
    default: {
      const isSilent = state === 'exited' && status.notStarted === undefined && output.length === 0;
      const held = trouble === 'PORT_HELD' ? [t.portHeld(target)] : [];
      return [endSentence(status, t), ...(isSilent ? [t.noLines] : []), ...held];
    }
  }
}

function endSentence({ state, notStarted, signal, exitCode }: ServerStatus, t: Topics['serverTrouble']): string {
  if (state === 'stopped') return t.isStopped;
  if (notStarted !== undefined) return t.notStarted(notStarted);
  if (signal !== undefined) return t.exitedBySignal(signal);
  if (exitCode === COMMAND_NOT_FOUND) return t.notFound;
  return exitCode === undefined ? t.exitedSomehow : t.exitedWithCode(exitCode);
}

/** POSIX, Shell Command Language §2.8.2. */
const COMMAND_NOT_FOUND = 127;

/** The option with which runs reach a socket that is bound so. A socket bound to all addresses is reached on one. */
function optionFor(bound = ''): string {
  const host = bound.slice(0, bound.lastIndexOf(':'));
  return `--target ${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${portOf(bound)}`;
}

function portOf(address: string): string {
  return address.slice(address.lastIndexOf(':') + 1);
}
