import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Terminal } from '../../../../bridge/machine/terminal/terminal.ts';
import { until } from '../../../helpers/until.ts';

/** A shell with a terminal as its input and output, and what it prints. */
function shell(script: string) {
  const terminal = Terminal.open()!;
  onTestFinished(() => terminal.hangUp());
  const { descriptor } = terminal;
  const child = spawn('/bin/sh', ['-c', script], { stdio: [descriptor, descriptor, 'ignore'], detached: true });
  onTestFinished(() => void child.kill('SIGKILL'));
  terminal.given();
  const program = { child, terminal, printed: '' };
  terminal.output.setEncoding('utf8').on('data', (text: string) => (program.printed += text));
  return program;
}

const hasTerminals = (() => {
  const terminal = Terminal.open();
  terminal?.output.resume();
  terminal?.hangUp();
  return terminal !== undefined;
})();

describe.skipIf(!hasTerminals)('a terminal', () => {
  test('is one for the program, which may open it again; what is printed comes as it was printed', async () => {
    const program = shell(`test -t 0 && test -t 1 && printf 'one\\ntwo\\r\\n\\303\\251' >/dev/stdout`);
    await program.terminal.closed;
    expect(program.printed).toBe('one\ntwo\r\né');
  });

  test('everything that a program prints right before its end comes, and ends', async () => {
    const lines = 20_000;
    const program = shell(`i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i"; done`);
    await program.terminal.closed;
    const printed = program.printed.split('\n');
    expect(printed).toHaveLength(lines + 1);
    expect(printed.at(-2)).toBe(`line ${lines}`);
  });

  test('a program that reads waits, because nobody types', async () => {
    const program = shell('echo asks; read -r answer; echo "read: $answer"');
    await until(() => program.printed === 'asks\n');
    program.child.kill('SIGTERM');
    const [code, signal] = (await once(program.child, 'exit')) as [number | null, string | null];
    expect([code, signal]).toEqual([null, 'SIGTERM']);
    await program.terminal.closed;
    expect(program.printed).toBe('asks\n');
  });

  test('it can be taken away from a program that goes on, and no descriptor is left', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const program = shell('echo there; exec sleep 100');
    await until(() => program.printed === 'there\n');
    program.terminal.hangUp();
    await program.terminal.closed;
    expect(program.child.exitCode).toBeNull();
    await until(() => readdirSync('/proc/self/fd').length === before);
  });

  test('it ends only when the last program that has it ends', async () => {
    const program = shell('(sleep 0.3; echo last) & echo first');
    await once(program.child, 'exit');
    await program.terminal.closed;
    expect(program.printed).toBe('first\nlast\n');
  });
});
