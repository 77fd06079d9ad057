import { expect, test } from 'vitest';
import { monotonicUs } from '../../../bridge/machine/clock.ts';
import { ServerOutput } from '../../../bridge/sources/server-output.ts';

function start(...ports: number[]) {
  const output = new ServerOutput();
  const lines = ports.map((port) => {
    const printed: string[] = [];
    const watch = output.watch(monotonicUs(), (report) => report.kind === 'output' && printed.push(report.line));
    watch.connectedFrom(port);
    return { printed, watch };
  });
  return { output, lines };
}

test('a line goes to the connection whose port it names', () => {
  const { output, lines } = start(40001, 40002);
  output.line('stdout', 'request 17 from 127.0.0.1:40002 (1000 bytes)');
  expect(lines.map(({ printed }) => printed.length)).toEqual([0, 1]);
});

test('a line that names no port goes to the only connection, and to none of several', () => {
  const { output, lines } = start(40001, 40002);
  output.line('stdout', 'hello');
  expect(lines.map(({ printed }) => printed)).toEqual([[], []]);
  lines[0]!.watch.stop();
  output.line('stderr', 'hello');
  expect(lines.map(({ printed }) => printed)).toEqual([[], ['hello']]);
});

test('a port within a longer number is not the port', () => {
  const { output, lines } = start(40001, 40002);
  output.line('stdout', 'took 1400019 microseconds, 40001000 more');
  expect(lines.map(({ printed }) => printed)).toEqual([[], []]);
});

test('a port belongs to the latest connection that has it', () => {
  const { output, lines } = start(40001, 40001, 40002);
  lines[0]!.watch.stop();
  output.line('stdout', 'from 40001');
  expect(lines.map(({ printed }) => printed)).toEqual([[], ['from 40001'], []]);
});

test('after its end, a program is still ours', () => {
  const output = new ServerOutput();
  expect(output.status()).toEqual({ name: 'server-output', active: false, why: 'SERVER_NOT_OURS' });
  output.attach(true);
  expect(output.status()).toEqual({ name: 'server-output', active: true });
  output.attach(false);
  expect(output.status()).toEqual({ name: 'server-output', active: false, why: 'SERVER_ENDED' });
});
