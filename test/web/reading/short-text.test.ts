import { expect, it } from 'vitest';
import { shortCommand } from '../../../web/reading/short-text.ts';

it.each([
  ["node '/home/ana/aperto/dist/server/main.js' --port 65432", 'node main.js --port 65432'],
  ['/usr/bin/python3 server.py', 'python3 server.py'],
  ['python3 ./server.py', 'python3 server.py'],
  ['C:\\tools\\node.exe server.js', 'node.exe server.js'],
  ['server', 'server'],
])('%s is said as %s', (command, short) => expect(shortCommand(command)).toBe(short));
