import { spawn, type StdioOptions } from 'node:child_process';
import { writeSync } from 'node:fs';
import { closeDescriptor, dumpNoCore, errno, errnoName, exitNow, kill, openPipe, setSignal, waitpid } from './libc.ts';
import { canReadCalls, goOnToCall, interrupt, letGo, readStop, seize, tieTo } from './ptrace.ts';
import { Reporter } from './reporter.ts';
import { BRIDGE_LIVES_DESCRIPTOR, type TracerCommand } from './report.ts';
import { isKnownArchitecture } from './system-calls.ts';
import { ProgramTrace } from './trace-program.ts';
import type { Ending } from './tracees.ts';

const SIGCHLD = 17;
const SIGKILL = 9;
/** HUP, INT, QUIT, USR1, USR2, TERM. ALRM does nothing here. */
const OFTEN_SENT = [1, 2, 3, 10, 12, 15];
const DEFAULT = 0;
const IGNORE = 1;

/** The shell waits for a line before it becomes the program: by then it is traced. */
const WAITING = 'read -r _ <&4 && exec "$@" 4<&-';
/** Ends well at a line, and badly when the bridge has gone. It stays if the whole group gets a signal. */
const UNTIL_BRIDGE_ENDS = "trap '' HUP INT QUIT USR1 USR2 ALRM TERM; read -r _ <&3";
/** A program that makes thousands of calls, among them those that open and close descriptors. */
const REHEARSAL = ['/bin/sh', '-c', 'i=0; while [ $i -lt 300 ]; do i=$((i+1)); : >/dev/null; done'];
/** The descriptors that a program shares with this process: its input, its outputs, and the probe's channel. */
const OF_PROGRAM = [0, 1, 2, 3];

interface Started {
  process: number;
  /** Why it is not traced. */
  errno: string | undefined;
  /** Lets it begin. */
  begin(): void;
}

/**
 * Traces a program that does nothing. That shows whether tracing is permitted, and makes this process several times as
 * fast: Node compiles what it has run often.
 * @returns why tracing is not permitted, as an errno name; nothing if it is
 */
export function rehearse(): string | undefined {
  const { process, errno, begin } = startProgram(REHEARSAL, globalThis.process.env, 'ignore');
  begin();
  if (errno === undefined) new ProgramTrace({ process, onEnd: () => {} }, new Reporter(false)).run();
  else waitFor(process);
  return errno;
}

/**
 * Starts the program, follows it until it ends, and ends this process as the program ended.
 * @param bridgeWatch what `watchBridge` has returned
 */
export function runProgram(
  { command, environment, probeVariable }: TracerCommand,
  bridgeWatch: number | undefined,
): void {
  const reporter = new Reporter();
  const { process, errno, begin } = startProgram(command, environment, 'inherit');
  reporter.report({ what: 'started', process, ...(errno !== undefined && { errno }) });
  reporter.flush();
  // Signals to the whole group are the program's. This process ends with the program.
  for (const signal of OFTEN_SENT) setSignal(signal, IGNORE);
  // Whoever reads what the program prints must see that it has ended.
  const onEnd = (): void => OF_PROGRAM.forEach(closeDescriptor);
  if (errno !== undefined) {
    begin();
    onEnd();
    return endAs(waitFor(process), bridgeWatch);
  }
  begin();
  const options = {
    process,
    ...(bridgeWatch !== undefined && { bridgeWatch }),
    onEnd,
    ...(probeVariable !== undefined && { probeVariable }),
  };
  const ending = new ProgramTrace(options, reporter).run();
  endAs(ending, bridgeWatch);
}

/** Starts a program that waits, traced if that is permitted. */
function startProgram(command: readonly string[], env: NodeJS.ProcessEnv, outputs: 'inherit' | 'ignore'): Started {
  const gate = openPipe();
  const stdio: StdioOptions = ['inherit', outputs, outputs, outputs === 'inherit' ? 3 : 'ignore', gate.reading];
  const { pid } = spawn('/bin/sh', ['-c', WAITING, 'sh', ...command], { stdio, env });
  // Processes are waited for here. Otherwise libuv's handler would run at each stop.
  setSignal(SIGCHLD, DEFAULT);
  if (pid === undefined) throw new Error('The program could not be started.');
  const errno = attach(pid);
  const begin = (): void => {
    if (errno === undefined) goOnToCall(pid);
    writeSync(gate.writing, '\n');
    closeDescriptor(gate.reading);
    closeDescriptor(gate.writing);
  };
  return { process: pid, errno, begin };
}

/** Returns why the process cannot be traced, or nothing if it is, and has stopped. */
function attach(process: number): string | undefined {
  if (!isKnownArchitecture(globalThis.process.arch)) return 'ENOSYS';
  if (!seize(process)) return errnoName(errno());
  interrupt(process);
  waitpid(process, Buffer.alloc(4), 0);
  if (canReadCalls(process)) return undefined;
  letGo(process);
  return 'ENOSYS';
}

/** Starts a process that ends when the bridge wants no more reports or has gone, and that ends with this process. */
export function watchBridge(): number | undefined {
  const stdio: StdioOptions = ['ignore', 'ignore', 'ignore', BRIDGE_LIVES_DESCRIPTOR];
  const { pid } = spawn('/bin/sh', ['-c', UNTIL_BRIDGE_ENDS], { stdio });
  setSignal(SIGCHLD, DEFAULT);
  if (pid !== undefined) tieTo(pid);
  return pid;
}

function waitFor(process: number): Ending {
  const status = Buffer.alloc(4);
  waitpid(process, status, 0);
  const stop = readStop(status.readInt32LE(0));
  return stop.why === 'ended' ? stop : { code: 1, signal: 0 };
}

function endAs({ code, signal }: Ending, bridgeWatch: number | undefined): void {
  if (bridgeWatch !== undefined) kill(bridgeWatch, SIGKILL);
  if (signal !== 0) {
    dumpNoCore();
    setSignal(signal, DEFAULT);
    kill(process.pid, signal);
  }
  exitNow(code);
}
