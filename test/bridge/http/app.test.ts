import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LIMITS } from '../../../bridge/protocol/limits.ts';
import { startBridge, startOwning } from '../../helpers/bridge.ts';
import { Page } from '../../helpers/clients/page.ts';

const inAllForEach = {
  connectionsPerAddress: LIMITS.connectionsInAll,
  pagesPerAddress: LIMITS.pagesInAll,
  upgradesPerMinutePerAddress: LIMITS.upgradesPerMinuteInAll,
  messagesPerSecondPerAddress: LIMITS.messagesPerSecondInAll,
  runsPerAddress: LIMITS.runsInAll,
  scenarioServersPerAddress: LIMITS.scenarioServers,
};

test('GET /health has the facts of hello', async () => {
  const bridge = await startOwning();
  const page = await Page.open(bridge);
  const { type: _, ...hello } = await page.message(
    'hello',
    ({ server }) => server.state === 'listening' && server.output.length > 0,
  );
  expect(await bridge.health()).toEqual(hello);
  expect(hello).toMatchObject({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    wire: 'direct',
    target: `127.0.0.1:${bridge.targetPort}`,
    server: { state: 'listening', command: 'node server/main.js', pid: expect.any(Number) as number },
    mayControl: true,
    // Where only its own machine reaches the bridge, one address is everybody.
    limits: { ...LIMITS, ...inAllForEach },
  });
  expect(hello.sources).toContainEqual({
    name: 'capture',
    tells: 'segments',
    active: false,
    why: expect.any(String) as string,
  });
});

test("a bridge without a server program says that the server is another's", async () => {
  const { health } = await startBridge({ targetPort: 7 });
  expect(await health()).toMatchObject({ target: '127.0.0.1:7', server: { state: 'external', output: [] } });
});

test('no other method, no other path, no file outside the page', async () => {
  const { origin } = await startBridge();
  const status = async (path: string, method = 'GET') => (await fetch(`${origin}${path}`, { method })).status;
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) expect(await status('/health', method)).toBe(404);
  for (const path of [
    '/none',
    '/.git/config',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/',
    '//evil.example',
  ])
    expect([403, 404]).toContain(await status(path));
});

test.runIf(existsSync('dist/web/index.html'))('the page: nothing inline, nothing foreign, not in a frame', async () => {
  const { origin } = await startBridge();
  const response = await fetch(`${origin}/`);
  expect(response.status).toBe(200);
  const policy = response.headers.get('content-security-policy')!;
  const directives = new Map(policy.split(';').map((part) => part.trim().split(/\s+(.*)/s) as [string, string]));
  expect(directives.get('default-src')).toBe("'none'");
  expect(directives.get('script-src')).toBe("'self'");
  expect(directives.get('frame-ancestors')).toBe("'none'");
  expect(policy).not.toMatch(/unsafe-(inline|eval)|upgrade-insecure-requests|\*/);
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  expect(response.headers.get('referrer-policy')).toBe('no-referrer');
  expect(response.headers.get('strict-transport-security')).toBeNull();
  expect(response.headers.get('access-control-allow-origin')).toBeNull();
  expect(response.headers.get('cache-control')).toBe('no-cache');

  const html = await response.text();
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|https?:\/\//i);
  const asset = /(?:src|href)="([^"]*assets\/[^"]+)"/.exec(html)![1]!;
  const file = await fetch(new URL(asset, `${origin}/`));
  expect(file.status).toBe(200);
  expect(file.headers.get('cache-control')).toContain('immutable');
});

test('errors carry the same headers', async () => {
  const { origin } = await startBridge();
  const response = await fetch(`${origin}/none`);
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
});
