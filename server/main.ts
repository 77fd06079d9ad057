#!/usr/bin/env node
/**
 * The number server as a program: reads its options, listens, and prints a line for each connection. It works without the
 * bridge, and knows nothing of it.
 *
 *     options ─▶ number-server ─ connections ─▶ answer: parity or primality
 *                      └─ lines ─▶ line-printer ─▶ standard output
 */
import type { AddressInfo } from 'node:net';
import { LinePrinter } from './line-printer.ts';
import { createNumberServer, formatAddress } from './number-server.ts';
import { OptionError, readOptions, USAGE, type Options } from './options.ts';

/** More than Node's 511, so that a burst of clients waits in the kernel. Otherwise its SYNs come again a second later. */
const BACKLOG = 4096;

function main(): void {
  const options = optionsOrExit();
  if (options.help) return console.log(USAGE);

  const lines = new LinePrinter(process.stdout);
  const server = createNumberServer({ answers: options.answers, once: options.once, say: lines.print });

  // Also emitted while the server listens, if accept() finds no free file descriptor. The server then goes on.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (server.listening) return lines.print(`could not accept a connection: ${error.code}`);
    fail(whyNotListening(error, options), 1);
  });
  server.listen({ host: options.host, port: options.port, backlog: BACKLOG }, () => {
    const { address, port } = server.address() as AddressInfo;
    lines.print(`listening on ${formatAddress(address, port)}`);
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      lines.flush();
      process.exit(0);
    });
  }
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    if (error instanceof OptionError) return fail(error.message, 2);
    throw error;
  }
}

function whyNotListening(error: NodeJS.ErrnoException, { host, port }: Options): string {
  const where = formatAddress(host, port);
  switch (error.code) {
    case 'EADDRINUSE':
      return `Another program is already listening on ${where}: stop it, or choose another port with --port.`;
    case 'EACCES':
      return `This user may not listen on ${where}: choose a port above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
      return `This machine does not have the address ${host}: choose one of its own with --host.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${host} leads to no address: give an address such as 127.0.0.1 with --host.`;
    default:
      return `Cannot listen on ${where} (${error.code ?? error.message}).`;
  }
}

function fail(sentence: string, exitCode: number): never {
  console.error(sentence);
  process.exit(exitCode);
}

main();
