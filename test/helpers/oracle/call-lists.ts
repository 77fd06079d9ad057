import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TracerReport } from '../../../bridge/tracer/report.ts';
import { SocketHolders } from './socket-holders.ts';
import { firstDescriptor, FORKS, readStraceLine, type StraceLine } from './strace-lines.ts';

/** The calls of each thread that made some on TCP sockets, each as text: name, descriptor, result, bytes. */
export type CallLists = string[][];

const TRACED =
  'network,read,readv,write,writev,sendfile,splice,close,dup,dup2,dup3,fcntl,poll,ppoll,select,pselect6,epoll_wait,epoll_pwait,epoll_pwait2,epoll_ctl,fork,vfork,clone,clone3,exit_group';
const WAITS = /^(?:p?poll|p?select6?|epoll_p?wait2?)$/;

/** Runs a program under strace, as the tests' oracle. `during` plays the other end. */
export async function callsByStrace(command: readonly string[], during: () => Promise<void>): Promise<CallLists> {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-oracle-'));
  try {
    const output = join(folder, 'calls');
    const args = ['-f', '-yy', '-xx', '-T', '--timestamps=unix,ns', '-e', `trace=${TRACED}`, '-o', output, ...command];
    // The tracer's program has a descriptor 3: this one too, so that both get the same numbers.
    const child = spawn('strace', args, { stdio: ['ignore', 'pipe', 'inherit', 'pipe'], detached: true });
    child.stdout!.resume();
    (child.stdio[3] as Readable).resume();
    const ended = once(child, 'close');
    await during();
    await ended;
    return listsFrom(readFileSync(output, 'utf8'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same from the reports of the tracer. */
export function callsByTracer(reports: readonly TracerReport[]): CallLists {
  const lists = new Lists();
  for (const report of reports) {
    if (report.what === 'enter') lists.enter(report.thread, report.call);
    if (report.what !== 'return') continue;
    const { thread, name, descriptor, errno, result } = report;
    // Two runs have children with other numbers.
    const returned = errno !== 'ok' ? errno : FORKS.test(name) ? 'a child' : name === 'exit_group' ? '?' : result;
    lists.put(thread, report.call, textOf(name, WAITS.test(name) ? undefined : descriptor, returned));
  }
  return lists.all;
}

/** The calls of a thread stand in the order of their entries; a call of another thread may come in between. */
class Lists {
  readonly #threads = new Map<number, Map<number, string>>();

  enter(thread: number, call: number): void {
    if (!this.#threads.has(thread)) this.#threads.set(thread, new Map());
    this.#threads.get(thread)!.set(call, '');
  }

  put(thread: number, call: number, text: string): void {
    this.#threads.get(thread)!.set(call, text);
  }

  /** Without calls that never returned, and waits that found nothing: how many there are differs from run to run. */
  get all(): CallLists {
    const counts = (text: string): boolean => text !== '' && !/^\w+\(\) = 0$/.test(text);
    return [...this.#threads.values()].map((calls) => [...calls.values()].filter(counts));
  }
}

function textOf(name: string, descriptor: number | undefined, result: number | string): string {
  return `${name}(${descriptor ?? ''}) = ${result}`;
}

function listsFrom(text: string): CallLists {
  const lists = new Lists();
  const entered = new Map<number, { call: number; line: Extract<StraceLine, { args: string }> }>();
  /** Sets that have a TCP socket in them, by process and descriptor: waits for others are of no interest. */
  const sets = new Set<number>();
  const holders = new SocketHolders();
  let calls = 0;
  const isOfInterest = (line: { name: string; args: string; pid: number }): boolean => {
    const { name, args, pid } = line;
    if (FORKS.test(name)) return !args.includes('CLONE_THREAD') && holders.hasAny(pid);
    return name === 'exit_group' ? holders.hasAloneAny(pid) : isOnSocket(line);
  };
  const isOnSocket = ({ name, args }: { name: string; args: string }): boolean => {
    const descriptor = firstDescriptor(args);
    if (name === 'socket') return /^AF_INET6?, SOCK_STREAM/.test(args);
    if (name.startsWith('epoll_') && name !== 'epoll_ctl') return sets.has(descriptor!.number);
    if (WAITS.test(name)) return args.includes('<TCP');
    if (name === 'fcntl' && !args.includes('F_DUPFD')) return false;
    if (name === 'epoll_ctl') {
      if (args.includes('EPOLL_CTL_ADD') && args.includes('<TCP')) sets.add(descriptor!.number);
      return args.includes('<TCP');
    }
    return descriptor?.about?.startsWith('TCP') === true;
  };
  for (const each of text.split('\n')) {
    const line = readStraceLine(each);
    if (!line) continue;
    if (line.form === 'ended') {
      holders.ended(line.pid);
      continue;
    }
    if (line.form !== 'resumed') holders.begins(line.pid, line.name, line.args);
    if (line.form === 'call' && !isOfInterest(line)) {
      holders.returned(line.pid, line.name, line.args, line.result);
      continue;
    }
    if (line.form === 'unfinished' || line.form === 'call') {
      if (!isOfInterest(line)) continue;
      calls += 1;
      lists.enter(line.pid, calls);
      if (line.form === 'unfinished') {
        entered.set(line.pid, { call: calls, line });
        continue;
      }
      lists.put(line.pid, calls, ofStrace(line.name, line.args, line.result));
      holders.returned(line.pid, line.name, line.args, line.result);
      continue;
    }
    const begun = entered.get(line.pid);
    entered.delete(line.pid);
    if (begun?.line.form !== 'unfinished' || begun.line.name !== line.name) continue;
    lists.put(line.pid, begun.call, ofStrace(line.name, begun.line.args, line.result));
    holders.returned(line.pid, line.name, begun.line.args, line.result);
  }
  return lists.all;
}

function ofStrace(name: string, args: string, result: { value?: number; errno: string }): string {
  if (name === 'exit_group') return textOf(name, undefined, '?');
  if (FORKS.test(name) && result.errno === 'ok') return textOf(name, undefined, 'a child');
  const descriptor = name === 'socket' || WAITS.test(name) ? undefined : firstDescriptor(args)?.number;
  return textOf(name, descriptor, result.errno === 'ok' ? (result.value ?? '?') : result.errno);
}
