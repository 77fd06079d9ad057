import { describe, expect, test } from 'vitest';
import { EnteredJobs } from '../../../bridge/enter/entered-jobs.ts';
import type { TracerReport } from '../../../bridge/tracer/report.ts';

/** nsenter, and the shell that it has made. */
const [NSENTER, SHELL] = [10, 11];

function followed(byCommand: boolean) {
  const jobs = new Map<number, { reports: TracerReport[]; end?: [code: number, signal: number] }>();
  const entered = new EnteredJobs({
    byCommand,
    onJob: (process) => {
      const job: { reports: TracerReport[]; end?: [number, number] } = { reports: [] };
      jobs.set(process, job);
      return {
        onTraced: (report) => void job.reports.push(report),
        onEnd: (...end) => void (job.end = end),
      };
    },
  });
  const take = (...reports: TracerReport[]): void => reports.forEach((report) => entered.take(report));
  take({ what: 'started', process: NSENTER }, born(SHELL, NSENTER));
  const callsOf = (process: number) =>
    jobs.get(process)!.reports.flatMap((report) => (report.what === 'enter' ? [report.call] : []));
  return { jobs, take, callsOf, end: (code: number, signal = 0) => entered.end(code, signal) };
}

let calls = 0;
const born = (process: number, parent: number): TracerReport => ({ what: 'born', process, parent });
const died = (process: number, code = 0, signal = 0): TracerReport => ({ what: 'died', process, code, signal });

/** A whole call: its entry and its return. */
function call(name: string, process: number, socket?: number, newSocket?: number): TracerReport[] {
  const about = { call: (calls += 1), name, at: calls, process, thread: process, ...(socket && { socket }) };
  const address = name === 'connect' && { address: '10.77.0.2:1' };
  return [
    { what: 'enter', ...about, ...address },
    { what: 'return', ...about, result: 0, errno: 'ok', ...(newSocket && { newSocket }) },
  ];
}

describe('the jobs of an entered shell', () => {
  test('each command is one, with all the processes that it makes, from what came before its first connect()', () => {
    const { jobs, take, callsOf } = followed(true);
    take(born(20, SHELL), born(21, 20), born(30, SHELL));
    const socket = call('socket', 21, undefined, 1);
    const other = call('socket', 30, undefined, 2);
    take(...socket, ...other);
    expect(jobs.size).toBe(0);
    const connect = call('connect', 21, 1);
    take(...connect);
    expect([...jobs.keys()]).toEqual([20]);
    expect(jobs.get(20)!.reports).toEqual([born(20, SHELL), born(21, 20), ...socket, ...connect]);
    take(...call('connect', 30, 2));
    expect([...jobs.keys()]).toEqual([20, 30]);
    expect(callsOf(30)).toHaveLength(2);
  });

  test('a command that makes no connection is none, and neither is one that ended before', () => {
    const { jobs, take } = followed(true);
    take(born(20, SHELL), ...call('socket', 20, undefined, 1), died(20), ...call('connect', SHELL, 9));
    expect([...jobs.keys()]).toEqual([NSENTER]);
  });

  test('it ends with its last process, as its first one ended', () => {
    const { jobs, take } = followed(true);
    take(born(20, SHELL), born(21, 20), ...call('connect', 20, 1), died(20, 7));
    expect(jobs.get(20)!.end).toBeUndefined();
    take(died(21, 0, 9));
    expect(jobs.get(20)!.end).toEqual([7, 0]);
  });

  test('a socket stays with the job that made it, whoever uses it', () => {
    const { take, callsOf } = followed(true);
    take(...call('socket', SHELL, undefined, 1), ...call('connect', SHELL, 1), born(20, SHELL));
    const [entry, back] = call('recvfrom', 20, 1);
    take(entry!, back!);
    expect(callsOf(NSENTER)).toContain((entry as { call: number }).call);
  });

  test('what has gone is told to whom it belonged', () => {
    const { jobs, take } = followed(true);
    take(born(20, SHELL), ...call('connect', 20, 1));
    const gone: TracerReport[] = [
      { what: 'released', at: 1, socket: 1 },
      { what: 'gone', thread: 20 },
    ];
    take(...gone);
    expect(jobs.get(20)!.reports.slice(-2)).toEqual(gone);
  });

  test('the end of all ends every job', () => {
    const { jobs, take, end } = followed(true);
    take(born(20, SHELL), ...call('connect', 20, 1), born(30, SHELL), ...call('connect', 30, 2));
    end(0);
    expect([...jobs.values()].map((job) => job.end)).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });
});

test('of a command that was entered alone, everything is one job', () => {
  const { jobs, take, callsOf } = followed(false);
  take(born(20, SHELL), ...call('connect', 20, 1), born(30, SHELL), ...call('connect', 30, 2));
  expect([...jobs.keys()]).toEqual([NSENTER]);
  expect(callsOf(NSENTER)).toHaveLength(2);
});

test('many calls without a connection take no room without bound', () => {
  const { jobs, take } = followed(true);
  take(born(20, SHELL));
  for (let index = 0; index < 3000; index += 1) take(...call('recvfrom', 20, 1));
  take(...call('connect', 20, 2));
  expect(jobs.get(20)!.reports.length).toBeLessThan(1100);
});
