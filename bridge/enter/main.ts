/**
 * `npm run enter`: starts a shell or a command on the client's host of a running bridge, in this terminal and under a tracer,
 * and passes on to the bridge what the tracer reports. It knows the terminal and the door; it knows nothing of pages and runs.
 *
 *     terminal ═══ shell ◀─ stops, looks ─ tracer ─ reports ─▶ this process ─ door ─▶ bridge
 */
import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import type { Socket } from 'node:net';
import { constants } from 'node:os';
import type { Duplex } from 'node:stream';
import { returnToCallingFolder } from '../machine/calling-folder.ts';
import { LineSplitter } from '../machine/line-splitter.ts';
import { BUILT } from '../machine/paths.ts';
import { tracerLines } from '../sources/tracer/tracer-lines.ts';
import { printable } from '../trace/printable.ts';
import { BRIDGE_LIVES_DESCRIPTOR, TRACER_DESCRIPTOR, type TracerCommand } from '../tracer/report.ts';
import { bridgesHere, chooseBridge, EnterError, knock } from './bridges-here.ts';
import { KNOCK_LENGTH, type FromDoor, type Left, type Welcome } from './door-messages.ts';
import { withoutNpm } from './environment.ts';
import { terminalSettings } from './terminal-settings.ts';

const USAGE = `npm run enter [-- [--http HOST:PORT] [COMMAND [ARGUMENT …]]]
  COMMAND                a program to start on the client's host (default: your shell); each TCP connection that it makes
                         appears on the page
  --http HOST:PORT       which bridge, if you run several: where it serves its page`;

/** Shells whose commands are shown one by one. */
const SHELL = /^(?:ba|da|z|k|fi)?sh$/;

interface Asked {
  http?: string;
  /** The file and its arguments; empty for the shell of whoever asks. */
  command: readonly string[];
}

/** Returns the exit status: that of the program, 1 if it could not be started, 2 for a bad command line. */
export async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if (typeof asked === 'number') return asked;
  returnToCallingFolder();
  try {
    const door = chooseBridge(await bridgesHere(), asked.http);
    return await enter(door, asked.command);
  } catch (error) {
    if (!(error instanceof EnterError)) throw error;
    console.error(printable(error.message));
    return 1;
  }
}

function readArguments(args: readonly string[]): Asked | number {
  const [first = '', ...rest] = args;
  if (first === '--help' || first === '-h') {
    console.log(USAGE);
    return 0;
  }
  if (first === '--') return { command: rest };
  if (first === '--http' && rest[0] !== undefined) return withCommand(rest[0], rest.slice(1));
  if (first.startsWith('--http=')) return withCommand(first.slice('--http='.length), rest);
  if (!first.startsWith('-')) return { command: args };
  console.error(`"${printable(first)}" is not an option.\n${USAGE}`);
  return 2;
}

function withCommand(http: string, command: readonly string[]): Asked {
  return { http, command: command[0] === '--' ? command.slice(1) : command };
}

async function enter({ url, path }: { url: string; path: string }, asked: readonly string[]): Promise<number> {
  const command = commandOf(asked);
  const isShell = command.length === 1 && SHELL.test(basename(command[0]!));
  const { socket, welcome } = await knock(path, {
    command: asked.length === 1 ? asked[0]! : command.join(' '),
    isShell,
    folder: process.cwd(),
  });
  if (isShell) console.error(greeting(welcome, url));
  const restoreTerminal = terminalSettings();
  const { code, signal } = await run([...welcome.prefix, ...command], socket);
  restoreTerminal();
  return signal === 0 ? code : 128 + signal;
}

/** One word with blanks in it is a shell's command line, as for `--server` and `--client`. */
function commandOf(asked: readonly string[]): readonly string[] {
  if (asked.length === 0) return [process.env['SHELL'] || '/bin/sh'];
  return asked.length === 1 && /\s/.test(asked[0]!) ? ['/bin/sh', '-c', asked[0]!] : asked;
}

function greeting({ target }: Welcome, url: string): string {
  return `You are on the client's host. The server is at ${target}. Connections made here appear at ${url}. Leave with "exit".`;
}

/** Runs the program under a tracer, in this terminal, until it ends or the bridge has gone. */
async function run(command: readonly string[], door: Socket): Promise<Left> {
  const tracer = spawn(process.execPath, [BUILT.tracer], {
    stdio: ['inherit', 'inherit', 'inherit', 'ignore', 'pipe', 'pipe'],
  });
  // These are for the program, which has the terminal too.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
  const [reports, bridgeLives] = [TRACER_DESCRIPTOR, BRIDGE_LIVES_DESCRIPTOR].map(
    (descriptor) => tracer.stdio[descriptor] as Duplex,
  ) as [Duplex, Duplex];
  for (const stream of [reports, bridgeLives]) stream.on('error', () => {});
  reports.write(`${JSON.stringify({ command, environment: withoutNpm(process.env) } satisfies TracerCommand)}\n`);
  // What the program has left behind goes on untraced, and nobody waits for it.
  const lines = tracerLines(({ what }) => what === 'exited' && void bridgeLives.end('\n'));
  reports.setEncoding('utf8').on('data', (text: string) => {
    lines.feed(text);
    if (!door.write(text)) reports.pause();
  });
  door.on('drain', () => reports.resume());
  const complaints = new LineSplitter(KNOCK_LENGTH, (line) => {
    const said = JSON.parse(line) as FromDoor;
    if (said.what === 'refusal') console.error(printable(`${said.message} (${said.code})`));
  });
  door.on('data', (text: string) => complaints.feed(text));
  let isOver = false;
  door.on('close', () => {
    reports.resume();
    if (isOver) return;
    console.error('The bridge has ended, and its hosts with it.');
    // The tracer ends with this descriptor, and the program with the tracer.
    bridgeLives.destroy();
  });
  return new Promise((resolve, reject) => {
    tracer.once('error', (error) => reject(new EnterError(`The program could not be started: ${error.message}`)));
    tracer.once('close', (code, signal) => {
      isOver = true;
      const left: Left = { what: 'left', code: code ?? 1, signal: signal === null ? 0 : constants.signals[signal] };
      door.end(`${JSON.stringify(left)}\n`, () => resolve(left));
      if (door.destroyed) resolve(left);
    });
  });
}
