import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { dumpNoCore, errno, errnoName, kill, openPipe, setSignal, waitpid } from './libc.ts';
import { goOnToCall, interrupt, letGo, readCall, seize, tieTo } from './ptrace.ts';
import { Reporter } from './reporter.ts';
import { TRACER_DESCRIPTOR, type TracerCommand } from './report.ts';
import { isKnownArchitecture } from './system-calls.ts';
import { leaveSignalsToProgram, ProgramTrace, type Ending } from './trace-program.ts';

const SIGCHLD = 17;
const SIGKILL = 9;
const WALL = 0x40000000;

/** The shell waits for a line before it becomes the program: by then it is traced. */
const WAITING = 'read -r _ <&4 && exec "$@" 4<&-';
/** Ends when the bridge has closed its end of the channel. It stays if the whole group gets a signal. */
const UNTIL_BRIDGE_ENDS = "trap '' HUP INT QUIT USR1 USR2 ALRM TERM; read -r _ <&3";

/** Starts the program, follows it until it ends, and ends this process as the program ended. */
export function runProgram({ command, environment, probeVariable }: TracerCommand): void {
  const reporter = new Reporter();
  const gate = openPipe();
  const child = spawn('/bin/sh', ['-c', WAITING, 'sh', ...command], {
    stdio: ['inherit', 'inherit', 'inherit', 3, gate.reading],
    env: environment,
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('The program could not be started.');
  const why = attach(pid);
  reporter.report({ what: 'started', process: pid, ...(why !== undefined && { errno: why }) });
  reporter.flush();
  leaveSignalsToProgram();
  if (why !== undefined) {
    child.once('exit', (code, signal) => endAs({ code: code ?? 1, signal: signal ? constants.signals[signal] : 0 }));
    writeSync(gate.writing, '\n');
    return;
  }
  const bridgeWatch = watchBridge();
  // libuv's handler would run at each stop.
  setSignal(SIGCHLD, 0);
  goOnToCall(pid);
  writeSync(gate.writing, '\n');
  const ending = new ProgramTrace({ process: pid, bridgeWatch, probeVariable }, reporter).run();
  if (bridgeWatch > 0) kill(bridgeWatch, SIGKILL);
  endAs(ending);
}

/** Returns why the process cannot be traced, or nothing if it is, and has stopped. */
function attach(process: number): string | undefined {
  if (!isKnownArchitecture(globalThis.process.arch)) return 'ENOSYS';
  if (!seize(process)) return errnoName(errno());
  interrupt(process);
  const status = Buffer.alloc(4);
  waitpid(process, status, WALL);
  if (readCall(process)) return undefined;
  letGo(process);
  return 'ENOSYS';
}

/** Starts a process that ends when the bridge closes the channel. It must not outlive this process, which it does not know. */
function watchBridge(): number {
  const watch = spawn('/bin/sh', ['-c', UNTIL_BRIDGE_ENDS], {
    stdio: ['ignore', 'ignore', 'ignore', TRACER_DESCRIPTOR],
  });
  if (watch.pid === undefined) return 0;
  tieTo(watch.pid);
  return watch.pid;
}

function endAs({ code, signal }: Ending): void {
  if (signal !== 0) {
    dumpNoCore();
    setSignal(signal, 0);
    kill(process.pid, signal);
  }
  process.exit(code);
}
