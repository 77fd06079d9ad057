import { existsSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { plainScript } from '../../../bridge/trace/script.ts';
import { startBridge, startNumberServer, type TestBridge } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';
import { answerOf, connectRaw, raw, untilClosed, type RawAnswer } from '../../helpers/clients/raw-request.ts';

/** Lines of a request's head. */
const head = (...lines: string[]) => `${lines.join('\r\n')}\r\n\r\n`;
const CLOSE = 'Connection: close';
const UPGRADE = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
const KEY = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const hostOf = ({ port }: TestBridge) => `Host: 127.0.0.1:${port}`;
const originOf = ({ origin }: TestBridge) => `Origin: ${origin}`;

/** Whatever is answered, and to whom: it is no page, asks for nothing, and is not guessed to be something else. */
function expectHarmless({ headers }: RawAnswer): void {
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('x-frame-options')).toBe('DENY');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('access-control-allow-origin')).toBeUndefined();
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
}

function expectRefused(answer: RawAnswer, status: number, code: string): void {
  expect(answer).toMatchObject({ status, body: expect.stringContaining(`"code":"${code}"`) as string });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expectHarmless(answer);
}

/** After all that: a page is served as ever. */
async function expectServes(bridge: TestBridge): Promise<void> {
  const page = await Page.open(bridge);
  expect((await page.run(plainScript(2n))).done).toMatchObject({ outcome: 'replied', reply: { text: 'PAR' } });
}

const startServing = async (settings: Parameters<typeof startBridge>[0] = {}) =>
  startBridge({ targetPort: await startNumberServer(), ...settings });

describe('what is no request', () => {
  test.each<[string, (host: string) => string | Buffer]>([
    ['nothing like it', () => 'EHLO evil.example\r\n\r\n'],
    ['bytes of chance', () => Buffer.from(Array.from({ length: 512 }, (_, index) => (index * 167 + 13) % 256))],
    ['a greeting of TLS', () => Buffer.from('160301020001000001fc0303', 'hex')],
    ['HTTP/2 out of the blue', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a version that is none', (host) => head('GET / HTTP/9.9', host)],
    ['a header without a colon', (host) => head('GET / HTTP/1.1', host, 'nonsense')],
    ['a blank in a header name', (host) => head('GET / HTTP/1.1', host, 'X Y: 1')],
    ['a NUL in a header', (host) => head('GET / HTTP/1.1', host, 'X: a\0b')],
    ['a folded header', (host) => head('GET / HTTP/1.1', host, 'X: a', ' b')],
    ['a blank in the target', (host) => head('GET /a b HTTP/1.1', host)],
    ['two lengths', (host) => head('POST / HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2')],
    ['a length and chunks', (host) => head('POST / HTTP/1.1', host, 'Content-Length: 1', 'Transfer-Encoding: chunked')],
    ['a length below nothing', (host) => head('POST / HTTP/1.1', host, 'Content-Length: -1')],
    ['a chunk that is none', (host) => `${head('POST / HTTP/1.1', host, 'Transfer-Encoding: chunked')}zz\r\n`],
    ['HTTP/1.1 without a host', () => head('GET / HTTP/1.1')],
    ['a path that cannot be decoded', (host) => head('GET /%zz HTTP/1.1', host)],
    ['the same, to be upgraded', (host) => head('GET /%zz HTTP/1.1', host, ...UPGRADE, KEY)],
  ])('%s: 400, and the bridge hangs up', async (_, requestOf) => {
    const bridge = await startServing();
    expectRefused(await raw(bridge.port, requestOf(hostOf(bridge))), 400, 'BAD_REQUEST');
    await expectServes(bridge);
  });

  test('a refusal says nothing of what was sent', async () => {
    const bridge = await startBridge();
    const answer = await raw(bridge.port, head('GET /%zz<script> HTTP/1.1', hostOf(bridge)));
    expectRefused(answer, 400, 'BAD_REQUEST');
    expect(answer.body).not.toContain('script');
  });

  test.each<[string, (host: string) => string, number, string]>([
    ['an expectation that is none', (host) => head('GET / HTTP/1.1', host, 'Expect: junk'), 417, 'BAD_EXPECTATION'],
    ['HTTP/1.0', (host) => head('GET / HTTP/1.0', host), 505, 'HTTP_VERSION'],
    ['HTTP/1.0 without a host', () => head('GET /health HTTP/1.0'), 403, 'HOST_NOT_ALLOWED'],
  ])('%s: a coded refusal', async (_, requestOf, status, code) => {
    const bridge = await startServing();
    expectRefused(await raw(bridge.port, requestOf(hostOf(bridge))), status, code);
    await expectServes(bridge);
  });

  test('headers without an end: 431', async () => {
    const bridge = await startServing();
    const sent = head('GET / HTTP/1.1', hostOf(bridge), `X: ${'x'.repeat(20_000)}`);
    expectRefused(await raw(bridge.port, sent), 431, 'HEADERS_TOO_LARGE');
    await expectServes(bridge);
  });
});

describe('a request that never comes to its end is refused in time', () => {
  const limits = { requestMs: 300 };

  test.each<[string, (host: string) => string]>([
    ['not a byte', () => ''],
    ['half a line', () => 'GET / HT'],
    ['headers without their end', (host) => `GET / HTTP/1.1\r\n${host}\r\n`],
    ['a body that does not come', (host) => head('POST /health HTTP/1.1', host, 'Content-Length: 100')],
    ['half an upgrade', (host) => `GET /ws HTTP/1.1\r\n${host}\r\n${UPGRADE.join('\r\n')}\r\n`],
  ])('%s', async (_, sentOf) => {
    const bridge = await startServing({ limits });
    const answer = await raw(bridge.port, sentOf(hostOf(bridge)));
    // A body is not waited for where nobody wants it.
    expect([404, 408, 0]).toContain(answer.status);
    await expectServes(bridge);
  });

  test('a header byte now and then does not win time', async () => {
    const bridge = await startBridge({ limits });
    const socket = await connectRaw(bridge.port);
    socket.write(`GET / HTTP/1.1\r\n${hostOf(bridge)}\r\nX: `);
    const drip = setInterval(() => socket.write('x'), 20);
    try {
      expectRefused(answerOf(await untilClosed(socket)), 408, 'REQUEST_TIMEOUT');
    } finally {
      clearInterval(drip);
    }
  });
});

describe('a target that is more than a path', () => {
  test.each<[string, string, number]>([
    ['a foreign host', 'GET http://evil.example/health HTTP/1.1', 403],
    ['a foreign host, with the own one as its user', 'GET http://127.0.0.1@evil.example/health HTTP/1.1', 403],
    ['the own host', 'GET http://127.0.0.1/health HTTP/1.1', 403],
    ['another scheme', 'GET file:///etc/passwd HTTP/1.1', 403],
    ['a star', 'OPTIONS * HTTP/1.1', 403],
    ['a way through', 'CONNECT evil.example:22 HTTP/1.1', 400],
  ])('%s', async (_, line, status) => {
    const bridge = await startBridge();
    const answer = await raw(bridge.port, head(line, hostOf(bridge), CLOSE));
    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/"target"|root:/);
    expectHarmless(answer);
  });

  const ABOVE = [
    '/../package.json',
    '/../../../../../../etc/passwd',
    '/assets/../../package.json',
    '/./../package.json',
  ];
  const DISGUISED = [
    '/%2e%2e/package.json',
    '/%2e%2e%2fpackage.json',
    '/..%2fpackage.json',
    '/..%5cpackage.json',
    '/..\\package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/%252e%252e/package.json',
    '/..%00/package.json',
    '/index.html%00.css',
    '/.%2e/.%2e/.%2e/.%2e/.%2e/etc/passwd',
    '/..%c0%afpackage.json',
    '/....//....//package.json',
    '//index.html',
    '/./index.html',
    '/assets/..%2findex.html',
    '/assets//',
    '//etc/passwd',
    '///etc/passwd',
    '/.git/config',
    '/.npmrc',
    '/.setup/start.mjs',
    '/assets',
    '/assets/',
  ];
  test.each([...ABOVE, ...DISGUISED])('%s leads to no file outside the page', async (path) => {
    const bridge = await startBridge();
    const answer = await raw(bridge.port, head(`GET ${path} HTTP/1.1`, hostOf(bridge), CLOSE));
    expect([400, 403, 404]).toContain(answer.status);
    expect(answer.body).toMatch(/^{"code":"(BAD_REQUEST|HOST_NOT_ALLOWED|NOT_FOUND)","message":"[^"]+"}$/);
    expectHarmless(answer);
  });
});

describe('more than one, or another', () => {
  test.each<[string, (bridge: TestBridge) => string[]]>([
    ['a second host', (bridge) => [hostOf(bridge), 'Host: evil.example']],
    ['a host behind a second', (bridge) => ['Host: evil.example', hostOf(bridge)]],
    ['the same host twice', (bridge) => [hostOf(bridge), hostOf(bridge)]],
  ])('%s: 400', async (_, linesOf) => {
    const bridge = await startBridge();
    const facts = await raw(bridge.port, head('GET /health HTTP/1.1', ...linesOf(bridge), CLOSE));
    expectRefused(facts, 400, 'BAD_REQUEST');
    const upgrade = head('GET /ws HTTP/1.1', ...linesOf(bridge), originOf(bridge), ...UPGRADE, KEY);
    expectRefused(await raw(bridge.port, upgrade), 400, 'BAD_REQUEST');
  });

  test.each<[string, (bridge: TestBridge) => string[]]>([
    ['a host of another spelling', ({ port }) => [`Host: 2130706433:${port}`]],
    ['an address with less dots', ({ port }) => [`Host: 127.1:${port}`]],
    ['an address in hex', ({ port }) => [`Host: 0x7f.0.0.1:${port}`]],
    ['an IPv4 address in an IPv6 one', ({ port }) => [`Host: [::ffff:127.0.0.1]:${port}`]],
    ['a host with a user', ({ port }) => [`Host: 127.0.0.1:${port}@evil.example`]],
    ['a host behind a user', ({ port }) => [`Host: evil@127.0.0.1:${port}`]],
    ['a host with a path', ({ port }) => [`Host: 127.0.0.1:${port}/evil`]],
    ['a port with a nought', ({ port }) => [`Host: 127.0.0.1:0${port}`]],
    ['a port with a dot', ({ port }) => [`Host: 127.0.0.1:${port}.`]],
    ['a dot behind the name', ({ port }) => [`Host: localhost.:${port}`]],
    ['a dot behind the address', ({ port }) => [`Host: 127.0.0.1.:${port}`]],
    ['a list of hosts', ({ port }) => [`Host: 127.0.0.1:${port}, evil.example`]],
    ['every address', ({ port }) => [`Host: 0.0.0.0:${port}`]],
    ['an empty host', () => ['Host:']],
    ['a forwarded host', ({ port }) => ['Host: evil.example', `X-Forwarded-Host: 127.0.0.1:${port}`]],
  ])('%s is refused, for the facts and for the socket', async (_, linesOf) => {
    const bridge = await startBridge();
    const facts = await raw(bridge.port, head('GET /health HTTP/1.1', ...linesOf(bridge), CLOSE));
    expectRefused(facts, 403, 'HOST_NOT_ALLOWED');
    const upgrade = head('GET /ws HTTP/1.1', ...linesOf(bridge), originOf(bridge), ...UPGRADE, KEY);
    expectRefused(await raw(bridge.port, upgrade), 403, 'HOST_NOT_ALLOWED');
  });

  test.each<[string, (bridge: TestBridge) => string[]]>([
    ['a second origin', (bridge) => [originOf(bridge), 'Origin: http://evil.example']],
    ['the same origin twice', (bridge) => [originOf(bridge), originOf(bridge)]],
    ['an older name of it', (bridge) => [`Sec-WebSocket-Origin: ${bridge.origin}`]],
    ['an address of a private network', ({ port }) => [`Origin: http://192.168.0.1:${port}`]],
    ['every address', ({ port }) => [`Origin: http://0.0.0.0:${port}`]],
    ['an address with less dots', ({ port }) => [`Origin: http://127.1:${port}`]],
    ['an IPv4 address in an IPv6 one', ({ port }) => [`Origin: http://[::ffff:127.0.0.1]:${port}`]],
    ['a dot behind the name', ({ port }) => [`Origin: http://localhost.:${port}`]],
    ['a name below the own one', ({ port }) => [`Origin: http://evil.localhost:${port}`]],
    ['a user before the own one', ({ port }) => [`Origin: http://evil@127.0.0.1:${port}`]],
    ['a port with a nought', ({ port }) => [`Origin: http://127.0.0.1:0${port}`]],
    ['the scheme of the socket', ({ port }) => [`Origin: ws://127.0.0.1:${port}`]],
    ['null in capitals', () => ['Origin: NULL']],
    ['a file', () => ['Origin: file://']],
  ])('%s is refused before the upgrade', async (_, linesOf) => {
    const bridge = await startBridge();
    const sent = head('GET /ws HTTP/1.1', hostOf(bridge), ...linesOf(bridge), ...UPGRADE, KEY);
    expectRefused(await raw(bridge.port, sent), 403, 'ORIGIN_NOT_ALLOWED');
  });

  test('a foreign page is told no fact, even without a socket', async () => {
    const bridge = await startBridge();
    for (const path of ['/health', '/', '/none'])
      for (const origin of ['http://evil.example', 'null'])
        expectRefused(
          await raw(bridge.port, head(`GET ${path} HTTP/1.1`, hostOf(bridge), `Origin: ${origin}`, CLOSE)),
          403,
          'ORIGIN_NOT_ALLOWED',
        );
    const asked = head('OPTIONS /health HTTP/1.1', hostOf(bridge), 'Origin: http://evil.example', CLOSE);
    expectRefused(await raw(bridge.port, asked), 403, 'ORIGIN_NOT_ALLOWED');
  });
});

describe('an upgrade that is none leaves no connection behind', () => {
  test.each<[string, string, string[], number]>([
    ['no key', 'GET /ws', UPGRADE, 400],
    ['a key that is none', 'GET /ws', [...UPGRADE, 'Sec-WebSocket-Key: x'], 400],
    ['an old version', 'GET /ws', [...UPGRADE.slice(0, 2), 'Sec-WebSocket-Version: 7', KEY], 400],
    ['the version before this one', 'GET /ws', [...UPGRADE.slice(0, 2), 'Sec-WebSocket-Version: 8', KEY], 400],
    ['to another protocol', 'GET /ws', ['Connection: Upgrade', 'Upgrade: h2c', KEY], 400],
    ['with another method', 'POST /ws', [...UPGRADE, KEY], 404],
    ['elsewhere', 'GET /health', [...UPGRADE, KEY], 404],
    ['to a file', 'GET /index.html', [...UPGRADE, KEY], 404],
  ])('%s', async (_, line, lines, status) => {
    const bridge = await startServing();
    const sent = head(`${line} HTTP/1.1`, hostOf(bridge), originOf(bridge), ...lines);
    expectRefused(await raw(bridge.port, sent), status, status === 400 ? 'BAD_REQUEST' : 'NOT_FOUND');
    await expectServes(bridge);
  });
});

test.runIf(existsSync('dist/web/index.html'))(
  'whatever is answered carries the headers that keep it harmless',
  async () => {
    const bridge = await startBridge({ token: 'a-token-of-our-own' });
    const asset = /assets\/[^"]+\.js/.exec(readFileSync('dist/web/index.html', 'utf8'))![0];
    const statuses: [string, number][] = [
      ['/', 200],
      [`/${asset}`, 200],
      [`/health?token=a-token-of-our-own`, 200],
      ['/health', 401],
      ['/none', 404],
      ['/ws?token=a-token-of-our-own', 404],
      ['/%zz', 400],
    ];
    for (const [path, status] of statuses) {
      const answer = await raw(bridge.port, head(`GET ${path} HTTP/1.1`, hostOf(bridge), CLOSE));
      expect(answer.status, path).toBe(status);
      expectHarmless(answer);
      expect(answer.headers.get('set-cookie')).toBeUndefined();
      expect(answer.headers.get('cache-control')).toMatch(/no-store|no-cache|immutable/);
    }
    // What a page of another origin embeds is not handed out either.
    const page = await fetch(`${bridge.origin}/`);
    expect(page.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(page.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(await text(page.body!)).not.toMatch(/https?:\/\//);
  },
);
