import { expect, test } from 'vitest';
import { readConfig, USAGE } from '../../bridge/config.ts';

test('without options: this machine only, the number server, the automatic wire', () => {
  expect(readConfig([], {})).toEqual({
    http: { host: '127.0.0.1', port: 8080 },
    wire: 'auto',
    target: { host: '127.0.0.1', port: 65432 },
    ownsServer: true,
    restart: false,
    calls: 'auto',
    capture: 'auto',
    allowOrigins: [],
    allowHosts: [],
  });
});

test('every option is in the usage', () => {
  for (const option of [
    'http',
    'wire',
    'server',
    'target',
    'restart',
    'calls',
    'strace',
    'capture',
    'allow-origin',
    'allow-host',
    'allow-control',
    'no-allow-control',
    'token',
    'trusted-proxy',
  ])
    expect(USAGE).toContain(`--${option}`);
  expect(readConfig(['--help'], {})).toBe('help');
  expect(readConfig(['-h'], {})).toBe('help');
});

test('--server owns it where it is told to listen; --target alone owns none', () => {
  expect(readConfig(['--server', 'python3 server.py'], {})).toMatchObject({
    server: 'python3 server.py',
    ownsServer: true,
  });
  expect(readConfig(['--target', '10.0.0.7:99'], {})).toMatchObject({
    target: { host: '10.0.0.7', port: 99 },
    ownsServer: false,
  });
  expect(readConfig(['--target', ':99', '--server', 'x'], {})).toMatchObject({
    target: { port: 99 },
    ownsServer: true,
  });
});

test('the environment counts where the command line is silent', () => {
  const environment = {
    APERTO_HTTP: '[::1]:9000',
    APERTO_WIRE: 'direct',
    APERTO_SERVER: 'node x.js',
    APERTO_TARGET: 'localhost:1',
    APERTO_RESTART: '1',
    APERTO_STRACE: 'true',
    APERTO_CAPTURE: 'off',
    APERTO_ALLOW_ORIGIN: 'http://a.example, none,',
    APERTO_ALLOW_HOST: 'A.example:80',
    APERTO_ALLOW_CONTROL: '1',
    APERTO_TOKEN: 'a-token_of.16~ch',
    APERTO_TRUSTED_PROXY: '127.0.0.1, ::1',
  };
  expect(readConfig([], environment)).toEqual({
    http: { host: '::1', port: 9000 },
    wire: 'direct',
    server: 'node x.js',
    target: { host: 'localhost', port: 1 },
    ownsServer: true,
    restart: true,
    calls: 'tracer',
    capture: 'off',
    allowOrigins: ['http://a.example', 'none'],
    allowHosts: ['a.example:80'],
    allowControl: true,
    token: 'a-token_of.16~ch',
    trustedProxies: ['127.0.0.1', '::1'],
  });
  expect(readConfig(['--http', ':0', '--allow-origin', 'http://b.example'], environment)).toMatchObject({
    http: { host: '127.0.0.1', port: 0 },
    allowOrigins: ['http://b.example'],
  });
  expect(readConfig([], { APERTO_RESTART: '0' })).toMatchObject({ restart: false });
});

test.each<[string[], NodeJS.ProcessEnv, boolean | undefined]>([
  [[], {}, undefined],
  [['--allow-control'], {}, true],
  [['--no-allow-control'], {}, false],
  [['--allow-control', '--no-allow-control'], {}, false],
  [[], { APERTO_ALLOW_CONTROL: 'true' }, true],
  [[], { APERTO_ALLOW_CONTROL: '0' }, false],
  [[], { APERTO_ALLOW_CONTROL: '' }, false],
  [['--allow-control'], { APERTO_ALLOW_CONTROL: '0' }, true],
  [['--no-allow-control'], { APERTO_ALLOW_CONTROL: '1' }, false],
])('control: %j with %j is %s', (args, environment, allowed) => {
  const config = readConfig(args, environment);
  expect(config !== 'help' && config.allowControl).toBe(allowed);
});

test.each([
  '',
  'short',
  'fifteen-letters',
  'with a blank in it',
  'with-a-line-end-in-it\n',
  'ção-não-é-para-URLs',
  'x'.repeat(257),
])('the token %j is refused with a code, and not repeated', (token) => {
  const refused = expect.objectContaining({
    code: 'BAD_OPTION',
    message: expect.not.stringContaining(token || ' ') as string,
  });
  expect(() => readConfig([], { APERTO_TOKEN: token })).toThrow(
    token ? refused : expect.objectContaining({ code: 'BAD_OPTION' }),
  );
});

test('--token and --trusted-proxy', () => {
  expect(readConfig(['--token'], {})).toMatchObject({ alwaysToken: true });
  const named = ['--allow-host', 'a.example', '--allow-origin', 'https://a.example'];
  expect(readConfig(['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '::1', ...named], {})).toMatchObject({
    trustedProxies: ['127.0.0.1', '::1'],
  });
});

test('lists: given more than once, or with commas', () => {
  const args = ['--allow-origin', 'http://a.example', '--allow-origin', 'https://b.example:8443,none'];
  expect(readConfig(args, {})).toMatchObject({ allowOrigins: ['http://a.example', 'https://b.example:8443', 'none'] });
});

test.each([
  [['--http', '8080']],
  [['--http', '127.0.0.1:65536']],
  [['--target', '127.0.0.1:0']],
  [['--target', 'two words:80']],
  [['--wire', 'string']],
  [['--capture', 'on']],
  [['--allow-origin', '*']],
  [['--allow-origin', 'http://a.example/']],
  [['--allow-origin', 'a.example']],
  [['--allow-origin', 'null']],
  [['--token=a-token-on-the-command-line']],
  [['--trusted-proxy', 'proxy.example', '--allow-host', 'a.example', '--allow-origin', 'https://a.example']],
  [['--trusted-proxy', '10.0.0.0/8', '--allow-host', 'a.example', '--allow-origin', 'https://a.example']],
  [['--trusted-proxy', '127.0.0.1']],
  [['--trusted-proxy', '127.0.0.1', '--allow-host', 'a.example']],
  [['--http']],
  [['--unknown']],
  [['8080']],
  [['--restart=yes']],
])('%j is refused with a code', (args) => {
  expect(() => readConfig(args, {})).toThrow(expect.objectContaining({ code: 'BAD_OPTION', name: 'BridgeError' }));
});

test.each([
  '*',
  '*.example.org',
  'http://example.org',
  'example.org/',
  'a b',
  'example.org:',
  '[::1',
  'x@y',
  'é.example:1',
])('--allow-host %s is refused: there are no patterns, and nothing but a host', (host) => {
  expect(() => readConfig(['--allow-host', host], {})).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }));
});

test.each<[string[], NodeJS.ProcessEnv, string]>([
  [['--strace'], {}, 'tracer'],
  [['--calls', 'watch', '--strace'], {}, 'watch'],
  [['--calls', 'none'], { APERTO_CALLS: 'probe' }, 'none'],
  [[], { APERTO_CALLS: 'probe', APERTO_STRACE: '1' }, 'probe'],
  [['--strace'], { APERTO_CALLS: 'watch' }, 'tracer'],
])('%j with %j: the calls become known by %s', (args, environment, calls) => {
  expect(readConfig(args, environment)).toMatchObject({ calls });
});

test('another way to know calls than those that there are', () => {
  expect(() => readConfig(['--calls', 'strace'], {})).toThrow(/auto, tracer, probe, watch, none/);
});

test('--watch takes a port or an address, implies the direct wire, and excludes what would start or reach another server', () => {
  const watched = { wire: 'direct', ownsServer: false, target: { host: '127.0.0.1', port: 8000 } };
  expect(readConfig(['--watch', '8000'], {})).toMatchObject({ ...watched, watch: { port: 8000 } });
  expect(readConfig([], { APERTO_WATCH: '8000' })).toMatchObject({ ...watched, watch: { port: 8000 } });
  const at = { host: '::1', port: 8000 };
  expect(readConfig(['--watch', '[::1]:8000'], {})).toMatchObject({ target: at, watch: at });
  for (const more of ['--server=x', '--client=x', '--target=:1', '--wire=lab'])
    expect(() => readConfig(['--watch', '8000', more], {})).toThrow(/excludes/);
  for (const port of ['0', '70000', 'x']) expect(() => readConfig(['--watch', port], {})).toThrow(/65535/);
});
