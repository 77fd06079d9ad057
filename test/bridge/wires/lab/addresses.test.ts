import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LabWire } from '../../../../bridge/wires/lab/lab.ts';
import { whyNoIpv6, whyNoLab } from '../../../helpers/programs/lab.ts';
import { startProgram, type Program } from '../../../helpers/programs/program.ts';

const PORT = 65_432;

/** Listens on the address that it reads, and on no other; answers with the addresses that its socket has. */
const SERVER = `
  const { createServer } = require('node:net');
  const { createInterface } = require('node:readline');
  let server = createServer();
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [name, host] = line.split(' ');
    server.close();
    server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(socket.localAddress + ' ' + socket.remoteAddress);
    });
    server.listen(${PORT}, host, () => console.log(name + ' listens'));
  });
`;

/** Connects to the address that it reads, perhaps from an own one, and prints what came; to its own server at another port. */
const CLIENT = `
  const { connect, createServer } = require('node:net');
  const { createInterface } = require('node:readline');
  const own = createServer((socket) => socket.end('itself')).listen(5555, '::');
  createInterface({ input: process.stdin }).on('line', (line) => {
    const [name, host, port, localAddress] = line.split(' ');
    const socket = connect({ host, port: Number(port), localAddress, autoSelectFamily: false });
    let text = '';
    socket.on('data', (chunk) => (text += chunk)).on('error', (error) => console.log(name + ' ' + error.code));
    socket.on('end', () => console.log(name + ' ' + text));
  });
`;

let wire: LabWire;
let server: Program;
let client: Program;
let names = 0;
const nextName = (): string => `question${(names += 1)}`;

function start(side: 'client' | 'server', code: string): Program {
  const [file, ...args] = [...wire.entrance(side), process.execPath, '-e', code];
  return startProgram(file!, args, { whenOver: () => {} });
}

async function listenOn(host: string): Promise<void> {
  const name = nextName();
  server.child.stdin!.write(`${name} ${host}\n`);
  await server.line(new RegExp(`^${name} listens$`));
}

/** What a program on the client's host got from there: the addresses that the server's socket had, or an errno name. */
async function dial(host: string, from = '', port = PORT): Promise<string> {
  const name = nextName();
  client.child.stdin!.write(`${[name, host, port, from].join(' ').trimEnd()}\n`);
  return (await client.line(new RegExp(`^${name} `))).slice(name.length + 1);
}

describe.skipIf(whyNoLab)('a program on the client’s host of a lab', () => {
  beforeAll(async () => {
    wire = await LabWire.make(PORT, 10_000);
    [server, client] = [start('server', SERVER), start('client', CLIENT)];
  });
  afterAll(async () => {
    await wire?.close();
    // They were in its hosts.
    await Promise.all([server?.ended, client?.ended]);
  });

  test.each([
    ['127.0.0.1', { '127.0.0.1': '127.0.0.1', '127.0.0.9': '127.0.0.1', '10.77.0.2': '127.0.0.1' }],
    ['0.0.0.0', { '127.0.0.1': '127.0.0.1', '127.0.0.9': '127.0.0.9', '10.77.0.2': '10.77.0.2' }],
    ['10.77.0.2', { '127.0.0.1': '10.77.0.2', '10.77.0.2': '10.77.0.2' }],
  ])('reaches a server bound to %s', async (bound, reached) => {
    await listenOn(bound);
    for (const [dialled, at] of Object.entries(reached)) expect(await dial(dialled), dialled).toBe(`${at} 10.77.0.1`);
    if (!whyNoIpv6) for (const dialled of ['::1', 'fd77::2']) expect(await dial(dialled)).toBe('ECONNREFUSED');
  });

  test.skipIf(whyNoIpv6).each([
    ['::1', { '::1': '::1', 'fd77::2': '::1' }],
    ['::', { '::1': '::1', 'fd77::2': 'fd77::2', '127.0.0.1': '::ffff:127.0.0.1', '10.77.0.2': '::ffff:10.77.0.2' }],
    ['fd77::2', { '::1': 'fd77::2', 'fd77::2': 'fd77::2' }],
  ])('reaches a server bound to %s', async (bound, reached) => {
    await listenOn(bound);
    for (const [dialled, at] of Object.entries(reached))
      expect(await dial(dialled), dialled).toBe(`${at} ${dialled.includes(':') ? 'fd77::1' : '::ffff:10.77.0.1'}`);
    if (bound !== '::')
      for (const dialled of ['127.0.0.1', '10.77.0.2']) expect(await dial(dialled)).toBe('ECONNREFUSED');
  });

  test('reaches it also from a socket that is bound to 127.0.0.1 or ::1', async () => {
    await listenOn('127.0.0.1');
    expect(await dial('127.0.0.1', '127.0.0.1')).toBe('127.0.0.1 10.77.0.1');
    if (whyNoIpv6) return;
    await listenOn('::1');
    expect(await dial('::1', '::1')).toBe('::1 fd77::1');
  });

  test('still reaches itself on every other port', async () => {
    for (const host of ['127.0.0.1', '127.0.0.9', '10.77.0.1', ...(whyNoIpv6 ? [] : ['::1', 'fd77::1'])])
      expect(await dial(host, '', 5555), host).toBe('itself');
    expect(await dial('127.0.0.1', '', 5556)).toBe('ECONNREFUSED');
  });
});
