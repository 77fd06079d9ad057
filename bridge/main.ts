/**
 * `npm start`: reads the command line, starts the bridge, prints its URL, and ends everything at a signal. It decides what
 * the operator reads, and knows nothing of runs, messages or packets.
 *
 *     arguments, environment ─▶ config ─▶ app listens ─▶ server program listens ─▶ URL printed
 *                                          └─ SIGINT, SIGTERM ─▶ runs, programs and pages ended
 */
import './machine/garbage-collection.ts';
import closeWithGrace from 'close-with-grace';
import { formatAddress, resolveAddress } from './address.ts';
import type { Access } from './access/access.ts';
import { Door } from './enter/door.ts';
import type { Bridge } from './bridge.ts';
import { buildApp } from './http/app.ts';
import { boundedLog } from './http/bounded-log.ts';
import { readConfig, USAGE } from './config.ts';
import { BridgeError } from './errors.ts';
import { returnToCallingFolder } from './machine/calling-folder.ts';
import { LastLine } from './machine/last-line.ts';
import { printable } from './trace/printable.ts';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';

/** Milliseconds to wait for a warm wire and a server program that listens. After that, the URL is printed anyway. */
const START_MS = 2000;

/** Milliseconds from a signal to the end of everything. */
const GRACE_MS = 900;

/** Exit status for a command line that cannot be understood (sysexits.h EX_USAGE would be 64; most tools say 2). */
const USAGE_ERROR = 2;

/**
 * A logged URL loses its query, which may hold the token. Control characters are escaped, because a terminal obeys them.
 * The logger's own stream is not used, because it would try for ever to write to a full disk.
 */
const LOG: FastifyServerOptions['logger'] = {
  level: 'warn',
  serializers: { req: ({ method, url }) => ({ method, url: url.replace(/\?.*/s, '') }) },
  stream: boundedLog((line) => process.stdout.write(line)),
};

/** Told to an operator who runs the bridge as root: it needs no root. */
const AS_ROOT =
  'It runs as root, and so does the server program: whatever that program does, it may do on the whole machine.';

/** The same if it starts no program. */
const ALONE_AS_ROOT = 'It runs as root, and needs no root unless it captures packets.';

/** Added for an operator who watches a port without a capture. */
const STATES_ONLY = ' Until then, only the kernel’s states of the watched connections are shown.';

export async function main(args: readonly string[]): Promise<void> {
  // If the disk is full, a line is lost and the bridge goes on.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => {});
  const lastLine = new LastLine(printable);
  try {
    const config = readConfig(args, process.env);
    if (config === 'help') return console.log(USAGE);
    returnToCallingFolder();
    // The server program inherits this environment, and must not see the token.
    delete process.env['APERTO_TOKEN'];
    const { app, bridge, access } = await buildApp({ ...config, target: await resolveAddress(config.target) }, LOG);
    const door = new Door(bridge);
    const grace = endInOrder(app, lastLine, () => door.close());
    await listen(app, config.http).catch((error) => {
      // closeWithGrace would end this process with an exit status of its own.
      grace.uninstall();
      throw error;
    });
    // A viewer who starts a run as soon as the URL is there should not be refused.
    await bridge.ready(START_MS);
    if (bridge.isClosing) return;
    console.log(`Aperto is at ${access.urls.own}`);
    if (access.isOpen) console.log(openness(access));
    if (process.getuid?.() === 0) console.log(bridge.hello().server.state === 'external' ? ALONE_AS_ROOT : AS_ROOT);
    await openDoor(door, access.urls.own);
    for (const sentence of wireSentences(bridge)) console.log(sentence);
  } catch (error) {
    const isUsage = error instanceof BridgeError && error.code === 'BAD_OPTION';
    process.exitCode = isUsage ? USAGE_ERROR : 1;
    if (!(error instanceof BridgeError)) return lastLine.setError(error);
    const sentence = `${error.message} (${error.code})`;
    // Above the usage, where reading begins, and again below it.
    if (isUsage) console.error(`${printable(sentence)}\n${USAGE}`);
    lastLine.set(sentence);
  }
}

/** Ends everything at a signal, and at an error that nobody expected: what the bridge would do next is not known then. */
function endInOrder(
  app: FastifyInstance,
  lastLine: LastLine,
  closeDoor: () => void,
): ReturnType<typeof closeWithGrace> {
  const options = {
    delay: GRACE_MS,
    logger: false,
    onTimeout: () => lastLine.set(`Aperto ended with something still open: it did not close within ${GRACE_MS} ms.`),
    onSecondError: (error: unknown) => lastLine.setError(error),
  } as const;
  return closeWithGrace(options, async ({ err, signal }) => {
    if (err) lastLine.setError(err);
    else if (signal === undefined) lastLine.set('Aperto ended because nothing was left for it to do.');
    try {
      closeDoor();
      await app.close();
    } catch (error) {
      lastLine.setError(error);
      throw error;
    }
  });
}

/** Told to an operator whose bridge is open to other machines, in one sentence. */
function openness({ urls, mayControl }: Access): string {
  const control = mayControl ? 'and start and stop the server program' : 'but not start or stop the server program';
  const where = urls.others.length > 0 ? urls.others.join(' ') : 'this machine has no address for them at the moment';
  return `It is open to other machines: anyone who has the token in its URL can use it, ${control}: ${where}`;
}

/** What is missing on the wire, and what would help. */
function wireSentences(bridge: Bridge): string[] {
  const { wireMessage, watch } = bridge.hello();
  const { captureAdvice } = bridge;
  return [
    ...(wireMessage === undefined ? [] : [`The wire is direct: ${wireMessage}`]),
    ...(captureAdvice === undefined ? [] : [`Packets are not captured: ${captureAdvice}${watch ? STATES_ONLY : ''}`]),
  ];
}

/** Without a door, nobody can enter the client's host. Everything else works. */
async function openDoor(door: Door, url: string): Promise<void> {
  // No other system has a lab to enter.
  if (process.platform !== 'linux') return;
  try {
    await door.open(new URL('/', url).href);
  } catch (error) {
    console.log(`"npm run enter" will not find this bridge: ${printable((error as Error).message)}`);
  }
}

async function listen(app: FastifyInstance, http: { host: string; port: number }): Promise<void> {
  try {
    await app.listen(http);
  } catch (cause) {
    await app.close();
    const { code } = cause as NodeJS.ErrnoException;
    const taken = code === 'EADDRINUSE';
    const why = taken ? 'is taken by another program' : `cannot be listened on (${code})`;
    const sentence = `${formatAddress(http)} ${why}: choose another with --http HOST:PORT.`;
    throw new BridgeError(taken ? 'ADDRESS_IN_USE' : 'ADDRESS_UNAVAILABLE', sentence, { cause });
  }
}
