import type { DoneMessage } from '../../../bridge/protocol/messages.ts';
import type { Topics } from '../../texts/topics.ts';

/** How the client program ended, and how many of its connections were not listed. */
export function programNote(done: DoneMessage | undefined, t: Topics['connections']): string {
  const { client, leftOut } = done ?? {};
  const { exitCode, signal, notStarted } = client ?? {};
  return [
    exitCode === undefined ? '' : t.exited(exitCode),
    signal === undefined ? '' : t.signalled(signal),
    notStarted === undefined ? '' : t.notStarted(notStarted),
    leftOut?.connections ? t.notListed(leftOut.connections) : '',
  ]
    .filter(Boolean)
    .join(' ');
}
