/**
 * The tracer: a process of its own that starts a program and reports each of its calls on TCP sockets, from entry to return
 * (ptrace(2)). The program needs no change and behaves as without it: it keeps its outputs, its signals and its exit code,
 * which become this process's own. It ends if this process is killed. If tracing is not permitted, the program runs
 * untraced. This room knows nothing of the bridge, of connections or of runs, and needs no root.
 *
 *     bridge ─ command ─▶ tracer ─ starts, stops, looks, lets go on ─▶ program, with all its processes and threads
 *            ◀─ reports ─
 *
 * It waits for its command when it has loaded and tried everything: so it can be started in advance.
 */
import { readSync } from 'node:fs';
import { TRACER_DESCRIPTOR, type TracerCommand } from './report.ts';
import { Reporter } from './reporter.ts';
import { exitNow } from './libc.ts';
import { rehearse, runProgram, watchBridge } from './run-program.ts';

const errno = rehearse();
const bridgeWatch = watchBridge();
const reporter = new Reporter();
reporter.report({ what: 'ready', ...(errno !== undefined && { errno }) });
reporter.flush();
const command = readCommand();
if (command) runProgram(command, bridgeWatch);
else exitNow(0);

/** Returns nothing if the bridge has gone before it had a command. */
function readCommand(): TracerCommand | undefined {
  const chunk = Buffer.alloc(65_536);
  let text = '';
  while (!text.endsWith('\n')) {
    const length = readSync(TRACER_DESCRIPTOR, chunk);
    if (length === 0) return undefined;
    text += chunk.toString('latin1', 0, length);
  }
  return JSON.parse(Buffer.from(text, 'latin1').toString('utf8')) as TracerCommand;
}
