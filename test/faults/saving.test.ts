import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startNumberServer } from '../helpers/bridge.ts';
import { whyNoLab } from '../helpers/programs/lab.ts';
import { CLIENT } from '../helpers/programs/built-programs.ts';
import { startProgram } from '../helpers/programs/program.ts';

/** The terminal client, started by a shell that redirects its output. */
function start(redirection: string, ...args: string[]) {
  return startProgram('bash', ['-c', `exec "$0" "$@" ${redirection}`, process.execPath, ...CLIENT, ...args]);
}

/** Whether this machine has no /dev/full, which acts as a full disk. */
const noDisk = !existsSync('/dev/full');

test.skipIf(noDisk || whyNoLab)('the disk is full: packets are not saved, and the exit status says so', async () => {
  const program = start('', '121', '--wire', 'lab', '--pcap', '/dev/full');
  expect(await program.ended).toBe(1);
  expect(program.out).toEqual([]);
  expect(program.err).toEqual([expect.stringMatching(/packets could not be saved: ENOSPC/)]);
});

test.skipIf(noDisk).each([[[]], [['--json']]])(
  'the disk is full: what %j prints is lost, and the exit status says so',
  async (options) => {
    const program = start('> /dev/full', '121', ...options, '--target', `127.0.0.1:${await startNumberServer()}`);
    expect(await program.ended).toBe(1);
    expect(program.err).toEqual([expect.stringMatching(/output could not be written: ENOSPC/)]);
  },
);

test('the reader of the output has closed it: no complaint', async () => {
  const program = start('| true; exit "${PIPESTATUS[0]}"', '121', '--target', `127.0.0.1:${await startNumberServer()}`);
  expect(await program.ended).toBe(0);
  expect(program.err).toEqual([]);
});
