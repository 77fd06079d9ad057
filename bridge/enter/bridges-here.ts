import { rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { LineSplitter } from '../machine/line-splitter.ts';
import { doorsIn } from './door-folder.ts';
import { KNOCK_LENGTH, type Ask, type FromDoor, type Knock, type Welcome } from './door-messages.ts';

/** Milliseconds that a bridge has to answer. A busy one takes its time. */
const PATIENCE_MS = 5000;

/** What the person at the terminal reads. */
export class EnterError extends Error {}

export interface BridgeHere {
  /** The URL of its page. */
  url: string;
  /** Its door. */
  path: string;
}

/** The bridges of this user that run. Doors of bridges that were killed are removed. */
export async function bridgesHere(paths: readonly string[] = doorsIn()): Promise<BridgeHere[]> {
  const asked = paths.map(async (path) => {
    const answer = await say(path, { what: 'ask' }).catch((error: NodeJS.ErrnoException) => error);
    if (answer instanceof Error) {
      // Nobody listens there any more.
      if (answer.code === 'ECONNREFUSED') rmSync(path, { force: true });
      return [];
    }
    answer.socket.destroy();
    return answer.message.what === 'here' ? [{ url: answer.message.url, path }] : [];
  });
  return (await Promise.all(asked)).flat();
}

/**
 * @param http `HOST:PORT` of the page, if the person has said which bridge
 * @throws EnterError if there is none, or more than one to choose from
 */
export function chooseBridge(bridges: readonly BridgeHere[], http: string | undefined): BridgeHere {
  const fit = bridges.filter(({ url }) => http === undefined || new URL(url).host === http);
  const [only] = fit;
  if (only && fit.length === 1) return only;
  const urls = bridges.map(({ url }) => new URL(url).host).join(', ');
  if (fit.length > 1) throw new EnterError(`There are several bridges. Say which with --http: ${urls}.`);
  if (bridges.length > 0) throw new EnterError(`There is no bridge at ${http}. There are: ${urls}.`);
  throw new EnterError('No bridge of yours is running. Start one with: npm start');
}

/**
 * Asks to come in.
 * @throws EnterError if the bridge refuses
 */
export async function knock(path: string, about: Omit<Knock, 'what'>): Promise<{ socket: Socket; welcome: Welcome }> {
  const { socket, message } = await say(path, { what: 'knock', ...about }).catch((error: Error) => {
    throw new EnterError(`The bridge does not answer: ${error.message}`);
  });
  if (message.what === 'welcome') return { socket, welcome: message };
  socket.destroy();
  if (message.what === 'refusal') throw new EnterError(`${message.message} (${message.code})`);
  throw new EnterError('The bridge gave an answer that is not understood.');
}

/** Says the first line at a door. Resolves with the answer; the rest of the stream is the caller's. */
function say(path: string, line: Ask | Knock): Promise<{ socket: Socket; message: FromDoor }> {
  return new Promise((resolve, reject) => {
    const socket = connect(path).setEncoding('utf8');
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('it takes too long')));
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('it has closed the door')));
    const lines = new LineSplitter(KNOCK_LENGTH, (text) => {
      socket.setTimeout(0).off('data', feed);
      resolve({ socket, message: JSON.parse(text) as FromDoor });
    });
    const feed = (text: string): void => lines.feed(text);
    socket.on('data', feed);
    socket.write(`${JSON.stringify(line)}\n`);
  });
}
