import closeWithGrace from 'close-with-grace';
import { formatAddress, isLoopback, resolveAddress } from './address.ts';
import { buildApp } from './app.ts';
import { readConfig, USAGE } from './config.ts';
import { BridgeError } from './errors.ts';
import type { FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';

/** Milliseconds from a signal to the end of everything. */
const GRACE_MS = 900;

/** Exit status for a command line that cannot be understood (sysexits.h EX_USAGE would be 64; most tools say 2). */
const USAGE_ERROR = 2;

export async function main(args: readonly string[]): Promise<void> {
  // On a full disk a line is lost, and nothing else; the logger's own stream would try again for ever.
  process.stdout.on('error', () => {});
  try {
    const config = readConfig(args, process.env);
    if (config === 'help') return console.log(USAGE);
    const { app, bridge } = await buildApp(
      { ...config, target: await resolveAddress(config.target) },
      { level: 'warn', stream: process.stdout },
    );
    const grace = closeWithGrace({ delay: GRACE_MS, logger: false }, async () => app.close());
    await listen(app, config.http).catch((error) => {
      // It would end this process in its own way, with its own exit status.
      grace.uninstall();
      throw error;
    });
    const { port } = app.server.address() as AddressInfo;
    console.log(`Aperto is at http://${formatAddress({ host: config.http.host, port })}`);
    const { wireMessage } = bridge.hello();
    if (wireMessage !== undefined) console.log(`The wire is direct: ${wireMessage}`);
    const { captureAdvice } = bridge;
    if (captureAdvice !== undefined) console.log(`Packets are not captured: ${captureAdvice}`);
    if (!isLoopback(config.http.host)) console.log('It is reachable from other machines: whoever opens it can use it.');
  } catch (error) {
    if (!(error instanceof BridgeError)) throw error;
    console.error(`${error.message} (${error.code})`);
    if (error.code === 'BAD_OPTION') console.error(USAGE);
    process.exitCode = error.code === 'BAD_OPTION' ? USAGE_ERROR : 1;
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
