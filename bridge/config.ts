import { parseArgs } from 'node:util';
import { isIP } from 'node:net';
import { parseAddress, type Address } from './address.ts';
import { BridgeError } from './errors.ts';
import type { AccessSettings } from './access/settings.ts';
import { readToken } from './access/token.ts';
import { CALLS_CHOICES, type CallsChoice } from './protocol/calls-choice.ts';
import { WIRES, type WireName } from './trace/trace.ts';

/** Settings, fixed when the bridge starts. */
export interface Config extends AccessSettings {
  wire: 'auto' | WireName;
  /** Command line of the server program; absent for the number server. */
  server?: string;
  /** Command line of the client program; absent if there is none. */
  client?: string;
  /** The port whose connections are watched, on any address of this machine if there is no host; absent if none is. */
  watch?: { port: number; host?: string };
  target: Address;
  /** Whether the bridge starts a server program at all. */
  ownsServer: boolean;
  restart: boolean;
  /** How the server program's calls become known. */
  calls: CallsChoice;
  /** Whether packets are captured on the direct wire, if that is permitted. */
  capture: 'auto' | 'off';
}

/** The settings of the bridge itself. */
export type BridgeSettings = Pick<Config, 'wire' | 'target' | 'ownsServer' | 'server' | 'restart' | 'capture'> &
  Partial<Pick<Config, 'calls' | 'client' | 'watch'>>;

const WIRE_CHOICES = ['auto', ...WIRES] as const;

export const USAGE = `npm start -- [options]
  --http HOST:PORT          where the page is served (default 127.0.0.1:8080)
  ${`--wire ${WIRE_CHOICES.join('|')}`.padEnd(24)}  the wire between client and server (default auto)
  --server 'COMMAND'        the program to start as the server (default: the number server)
  --client 'COMMAND'        a program that pages may run as the client, with these arguments
  --target HOST:PORT        where the server listens (default 127.0.0.1:65432);
                            without --server: a server that is already running
  --watch PORT|HOST:PORT    show the connections that others make to a server that is already running on this machine;
                            no server is started, and the wire is direct
  --restart                 start the server program again when it ends
  --calls auto|tracer|probe|watch|none
                            how the calls of both programs become known (default auto: the probe if it is a server in
                            Node, the tracer for any other program)
  --strace                  another name for --calls tracer
  --capture auto|off        whether tcpdump captures the packets on the direct wire, if permitted (default auto)
  --allow-origin ORIGIN     one more origin whose pages may connect; "none": requests without one
  --allow-host HOST:PORT    one more name under which the page is served
  --allow-control           let pages start and stop the server program (default: only if no other machine
                            can reach the bridge); --no-allow-control never lets them
  --token                   ask for a token even if no other machine can reach the bridge
  --trusted-proxy ADDRESS   the IP address of a proxy in front, which names its clients in X-Forwarded-For;
                            other machines then reach the bridge, so a token is needed
Each option may also be set in the environment: APERTO_HTTP, APERTO_WIRE, …; lists are separated by commas. If other
machines can reach the bridge, it asks for a token: the one in APERTO_TOKEN, or a random one.`;

const OPTIONS = {
  http: { type: 'string' },
  wire: { type: 'string' },
  server: { type: 'string' },
  client: { type: 'string' },
  target: { type: 'string' },
  watch: { type: 'string' },
  restart: { type: 'boolean' },
  calls: { type: 'string' },
  strace: { type: 'boolean' },
  capture: { type: 'string' },
  'allow-origin': { type: 'string', multiple: true },
  'allow-host': { type: 'string', multiple: true },
  'allow-control': { type: 'boolean' },
  'no-allow-control': { type: 'boolean' },
  token: { type: 'boolean' },
  'trusted-proxy': { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line, then the environment (`APERTO_…`), then the defaults.
 * @returns `help` if the command line asks for it
 * @throws BridgeError `BAD_OPTION`
 */
export function readConfig(args: readonly string[], environment: NodeJS.ProcessEnv): Config | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  return {
    http: parseAddress(values.http ?? environment['APERTO_HTTP'] ?? '127.0.0.1:8080', 0),
    ...connectionsOf(values, environment),
    restart: values.restart ?? isOn(environment['APERTO_RESTART']),
    calls: callsOf(values, environment),
    capture: captureOf(values.capture ?? environment['APERTO_CAPTURE']),
    ...accessOf(values, environment),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: false }).values;
  } catch (cause) {
    throw new BridgeError('BAD_OPTION', (cause as Error).message, { cause });
  }
}

function programsOf(
  values: ReturnType<typeof parse>,
  environment: NodeJS.ProcessEnv,
): Pick<Config, 'server' | 'client'> {
  const server = values.server ?? environment['APERTO_SERVER'];
  const client = values.client ?? environment['APERTO_CLIENT'];
  return { ...(server !== undefined && { server }), ...(client !== undefined && { client }) };
}

/** Whose connections are shown: those of pages to a server of theirs, or those that others make to one. */
function connectionsOf(
  values: ReturnType<typeof parse>,
  environment: NodeJS.ProcessEnv,
): Pick<Config, 'wire' | 'server' | 'client' | 'target' | 'ownsServer' | 'watch'> {
  const { server, client } = programsOf(values, environment);
  const target = values.target ?? environment['APERTO_TARGET'];
  const wire = wireOf(values.wire ?? environment['APERTO_WIRE'] ?? 'auto');
  const watched = values.watch ?? environment['APERTO_WATCH'];
  if (watched === undefined)
    return {
      wire,
      ...(server !== undefined && { server }),
      ...(client !== undefined && { client }),
      target: parseAddress(target ?? '127.0.0.1:65432'),
      ownsServer: server !== undefined || target === undefined,
    };
  const others = { server, client, target, 'wire lab': wire === 'lab' ? wire : undefined };
  for (const [option, value] of Object.entries(others))
    if (value !== undefined)
      throw new BridgeError('BAD_OPTION', `--watch shows a server that runs already, so it excludes --${option}.`);
  const watch = watchOf(watched);
  return { wire: 'direct', watch, target: { host: '127.0.0.1', ...watch }, ownsServer: false };
}

function watchOf(text: string): NonNullable<Config['watch']> {
  if (!/^\d+$/.test(text)) return parseAddress(text);
  return { port: parseAddress(`:${text}`).port };
}

function wireOf(text: string): Config['wire'] {
  const wire = WIRE_CHOICES.find((choice) => choice === text);
  if (wire !== undefined) return wire;
  throw new BridgeError('BAD_OPTION', `"${text}" is not a wire. The wires are: ${WIRE_CHOICES.join(', ')}.`);
}

/** `--strace` is another name for `--calls tracer`; what the command line says counts more than the environment. */
function callsOf(values: ReturnType<typeof parse>, environment: NodeJS.ProcessEnv): CallsChoice {
  const ofStrace = (isSet: boolean | undefined): string | undefined => (isSet ? 'tracer' : undefined);
  const { APERTO_CALLS, APERTO_STRACE } = environment;
  const text =
    values.calls ?? ofStrace(values.strace) ?? APERTO_CALLS ?? ofStrace(isOn(APERTO_STRACE)) ?? CALLS_CHOICES[0];
  const choice = CALLS_CHOICES.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw new BridgeError('BAD_OPTION', `"${text}" is not a way to know calls: ${CALLS_CHOICES.join(', ')}.`);
}

function captureOf(text = 'auto'): Config['capture'] {
  if (text === 'auto' || text === 'off') return text;
  throw new BridgeError('BAD_OPTION', `"${text}" is not a way to capture: auto or off.`);
}

/** Who may use the bridge, and for what. */
function accessOf(
  values: ReturnType<typeof parse>,
  environment: NodeJS.ProcessEnv,
): Omit<AccessSettings, 'http' | 'limits'> {
  const control = values['no-allow-control'] ? false : values['allow-control'];
  const allowControl = control ?? switchOf(environment['APERTO_ALLOW_CONTROL']);
  const token = environment['APERTO_TOKEN'];
  const proxies = list(values['trusted-proxy'], environment['APERTO_TRUSTED_PROXY']).map(proxyOf);
  const allowOrigins = list(values['allow-origin'], environment['APERTO_ALLOW_ORIGIN']).map(originOf);
  const allowHosts = list(values['allow-host'], environment['APERTO_ALLOW_HOST']).map(hostOf);
  if (proxies.length > 0 && (allowOrigins.length === 0 || allowHosts.length === 0))
    throw new BridgeError(
      'BAD_OPTION',
      'With --trusted-proxy, say under which name the proxy serves the page: --allow-host and --allow-origin.',
    );
  return {
    allowOrigins,
    allowHosts,
    ...(allowControl !== undefined && { allowControl }),
    ...(token !== undefined && { token: readToken(token) }),
    ...(values.token && { alwaysToken: true }),
    ...(proxies.length > 0 && { trustedProxies: proxies }),
  };
}

function switchOf(value: string | undefined): boolean | undefined {
  return value === undefined ? undefined : isOn(value);
}

function originOf(text: string): string {
  if (text === 'none') return text;
  if (URL.canParse(text) && new URL(text).origin === text.toLowerCase()) return text.toLowerCase();
  throw new BridgeError('BAD_OPTION', `"${text}" is not an origin such as http://example.org:8080, or "none".`);
}

/** A name could come to mean another machine, and its word would be believed. */
function proxyOf(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new BridgeError('BAD_OPTION', `"${text}" is not the IP address of a proxy, such as 127.0.0.1.`);
}

/** A name or an IP address, with its port unless that is 80. There are no patterns. */
function hostOf(text: string): string {
  const host = text.toLowerCase();
  const isName = /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/.test(host);
  if (isName && URL.canParse(`http://${host}`)) return host;
  throw new BridgeError('BAD_OPTION', `"${text}" is not a host such as example.org:8080. There are no patterns.`);
}

function list(given: readonly string[] | undefined, fromEnvironment: string | undefined): string[] {
  const texts = given ?? (fromEnvironment === undefined ? [] : [fromEnvironment]);
  return texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter(Boolean);
}

function isOn(value: string | undefined): boolean {
  return value === '1' || value === 'true';
}
