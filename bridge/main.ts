import './machine/garbage-collection.ts';
import closeWithGrace from 'close-with-grace';
import { formatAddress, resolveAddress } from './address.ts';
import type { Access } from './access/access.ts';
import { buildApp } from './http/app.ts';
import { readConfig, USAGE } from './config.ts';
import { BridgeError } from './errors.ts';
import { printable, printableJson } from './machine/printable.ts';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';

/** Milliseconds that the server program has to listen before the URL is told all the same. */
const START_MS = 2000;

/** Milliseconds from a signal to the end of everything. */
const GRACE_MS = 900;

/** Exit status for a command line that cannot be understood (sysexits.h EX_USAGE would be 64; most tools say 2). */
const USAGE_ERROR = 2;

/**
 * A URL may hold the token, and anything may hold what a terminal obeys. Not by the logger's own stream: on a full disk it
 * would try again for ever.
 */
const LOG: FastifyServerOptions['logger'] = {
  level: 'warn',
  serializers: { req: ({ method, url }) => ({ method, url: url.replace(/\?.*/s, '') }) },
  stream: { write: (line) => process.stdout.write(printableJson(line)) },
};

export async function main(args: readonly string[]): Promise<void> {
  // On a full disk a line is lost, and nothing else.
  process.stdout.on('error', () => {});
  try {
    const config = readConfig(args, process.env);
    if (config === 'help') return console.log(USAGE);
    // The server program has no use for it.
    delete process.env['APERTO_TOKEN'];
    const { app, bridge, access } = await buildApp({ ...config, target: await resolveAddress(config.target) }, LOG);
    const grace = closeWithGrace({ delay: GRACE_MS, logger: false }, async () => app.close());
    await listen(app, config.http).catch((error) => {
      // It would end this process in its own way, with its own exit status.
      grace.uninstall();
      throw error;
    });
    // Whoever presses the button as soon as there is a URL is not to be refused for that.
    await bridge.serverStarted(START_MS);
    if (bridge.isClosing) return;
    console.log(`Aperto is at ${access.urls.own}`);
    if (access.isOpen) console.log(openness(access));
    const { wireMessage } = bridge.hello();
    if (wireMessage !== undefined) console.log(`The wire is direct: ${wireMessage}`);
    const { captureAdvice } = bridge;
    if (captureAdvice !== undefined) console.log(`Packets are not captured: ${captureAdvice}`);
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    console.error(printable(`${error.message} (${error.code})`));
    if (error.code === 'BAD_OPTION') console.error(USAGE);
    process.exitCode = error.code === 'BAD_OPTION' ? USAGE_ERROR : 1;
  }
}

/** What who starts the bridge for others must know, in one sentence. */
function openness({ urls, mayControl }: Access): string {
  const control = mayControl ? 'and start and stop the server program' : 'but not start or stop the server program';
  const where = urls.others.length > 0 ? urls.others.join(' ') : 'this machine has no address for them now';
  return `It is open to other machines: whoever has the token in its URL can use it, ${control}: ${where}`;
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
