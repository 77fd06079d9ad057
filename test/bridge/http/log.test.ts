import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { RefusalLog } from '../../../bridge/access/refusal-log.ts';
import { boundedLog } from '../../../bridge/http/bounded-log.ts';
import { connectRaw } from '../../helpers/clients/raw-request.ts';
import { freePort } from '../../helpers/free-port.ts';
import { BRIDGE } from '../../helpers/programs/built-programs.ts';
import { startNode } from '../../helpers/programs/program.ts';
import { until } from '../../helpers/until.ts';

describe('the log of what requests cause', () => {
  const line = (fields: object): string => `${JSON.stringify({ level: 50, time: 1, ...fields })}\n`;

  test('one bounded line a second, without a stack, with the number of the others', () => {
    const written: string[] = [];
    let now = 0;
    const log = boundedLog(
      (text) => written.push(text),
      () => now,
    );
    const fault = { reqId: 'req-1', err: { message: `${'x'.repeat(5000)}\x1b`, stack: 'a stack' }, msg: 'broken' };
    for (; now < 2500; now += 10) log.write(line(fault));
    expect(written).toHaveLength(3);
    for (const each of written) {
      expect(each.length).toBeLessThan(700);
      expect(each).not.toContain('a stack');
      expect(each).not.toContain('\x1b');
    }
    expect(JSON.parse(written[1]!)).toMatchObject({ leftOut: 99 });
  });

  test('the bridge’s own lines are all written', () => {
    const written: string[] = [];
    const log = boundedLog(
      (text) => written.push(text),
      () => 0,
    );
    for (let turn = 0; turn < 5; turn += 1) log.write(line({ msg: 'A host of the lab has ended.' }));
    expect(written).toHaveLength(5);
  });
});

test('refusals: the first at once, then a sum each second', async () => {
  const lines: string[] = [];
  const log = new RefusalLog((text) => lines.push(text));
  for (let turn = 0; turn < 500; turn += 1) log.add('TOKEN_REQUIRED', `192.0.2.${turn % 7}`);
  expect(lines).toEqual(['Refused: TOKEN_REQUIRED, asked by 192.0.2.0.']);
  await until(() => lines.length > 1);
  expect(lines[1]).toBe('Refused since then: 499 TOKEN_REQUIRED, asked by 7 addresses.');
});

test('whatever strangers send, the log grows by two bounded lines a second', async () => {
  const http = await freePort();
  const options = ['--http', `127.0.0.1:${http}`, '--wire', 'direct', '--capture', 'off', '--target', ':1'];
  const program = startNode([...BRIDGE, ...options]);
  await program.line(/^Aperto is at /);
  const before = program.out.length;
  const host = `Host: 127.0.0.1:${http}`;
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n';
  const HOSTILE = [
    'GET /health HTTP/1.1\r\nHost: evil.example\r\n\r\n'.repeat(2),
    `GET /ws HTTP/1.1\r\nHost: evil.example\r\n${upgrade}\r\n`.repeat(2),
    `GET /ws HTTP/1.1\r\n${host}\r\n${upgrade}\r\n`.repeat(2),
    `GET /%zz HTTP/1.1\r\n${host}\r\n\r\n`.repeat(2),
    `POST /health HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\nContent-Length: 5\r\n\r\n{{{{{`.repeat(2),
    `GET /index.html HTTP/1.1\r\n${host}\r\nRange: bytes=9-1\r\n\r\n`.repeat(2),
    `HEAD /../../x HTTP/1.1\r\n${host}\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n`,
    'nonsense\r\n\r\n',
  ];
  const startedAt = performance.now();
  const cases = HOSTILE.flatMap((sent) => [false, true].map((rude) => ({ sent, rude })));
  for (const { sent, rude } of Array<typeof cases>(25).fill(cases).flat()) {
    const socket = await connectRaw(http);
    socket.resume().write(sent);
    if (rude) socket.resetAndDestroy();
    else await once(socket.end(), 'close');
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const lines = program.out.slice(before);
  expect(lines.some((line) => line.includes('HOST_NOT_ALLOWED'))).toBe(true);
  expect(lines.length).toBeLessThanOrEqual(2 * (Math.ceil(seconds) + 1));
  for (const line of lines) expect(line.length).toBeLessThan(700);
  expect(program.err).toEqual([]);
});
