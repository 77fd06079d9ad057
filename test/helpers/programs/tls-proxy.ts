import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from '../until.ts';
import { startProgram } from './program.ts';

/** The name that SECURITY.md gives the page. */
export const NAME = 'aperto.example';

export interface TlsProxy {
  port: number;
  /** The certificate that a client has to trust. */
  ca: string;
  /** What it has logged, if it logs. */
  log(): string;
}

/** The code in SECURITY.md: what a reader copies is what is tested. */
function recipe(language: string): string {
  const code = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(readFileSync('SECURITY.md', 'utf8'));
  return code![1]!;
}

/** Replaces each text, which has to be there. */
function adapted(text: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((result, [from, to]) => {
    if (!result.includes(from)) throw new Error(`SECURITY.md has no "${from}" any more`);
    return result.replaceAll(from, to);
  }, text);
}

const isThere = (program: string): boolean => spawnSync(program, ['version']).error === undefined;

/** Whether this machine has the programs. */
export const HAS = {
  nginx: isThere('openssl') && isThere('nginx'),
  caddy: isThere('openssl') && isThere('caddy'),
};

/** The proxy of the recipe, in front of a bridge on this port. Only ports, and where its files are, differ. */
export async function startProxy(kind: 'nginx' | 'caddy', port: number, bridgePort: number): Promise<TlsProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'aperto-proxy-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [certificate, key, log] = ['certificate.pem', 'key.pem', 'access.log'].map((name) => join(folder, name));
  makeCertificate(certificate!, key!);
  const bridge = { '127.0.0.1:8080': `127.0.0.1:${bridgePort}` };
  if (kind === 'nginx') {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${folder}/${name};`)
      .join(' ');
    const server = adapted(recipe('nginx'), {
      ...bridge,
      'listen 443': `listen 127.0.0.1:${port}`,
      [`/etc/ssl/certs/${NAME}.pem`]: certificate!,
      [`/etc/ssl/private/${NAME}.key`]: key!,
      '/var/log/nginx/aperto.log': log!,
      '/var/log/nginx/aperto-error.log': `${log!}-error`,
    });
    const config = join(folder, 'nginx.conf');
    const main = 'daemon off; master_process off; events {}';
    writeFileSync(config, `${main} pid ${folder}/pid; http { ${temporary}\n${server}\n}\n`);
    startProgram('nginx', ['-p', folder, '-e', `${log!}-start`, '-c', config]);
  } else {
    const site = adapted(recipe('caddyfile'), {
      ...bridge,
      [`${NAME} {`]: `https://${NAME}:${port} {\ntls ${certificate} ${key}`,
    });
    const config = join(folder, 'Caddyfile');
    writeFileSync(config, `{\nadmin off\nauto_https disable_redirects\n}\n${site}`);
    const home = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const caddy = startProgram('caddy', ['run', '--config', config, '--adapter', 'caddyfile'], {
      env: { ...process.env, ...home },
    });
    await until(() => listens(port));
    return { port, ca: readFileSync(certificate!, 'utf8'), log: () => [...caddy.out, ...caddy.err].join('\n') };
  }
  await until(() => listens(port));
  return { port, ca: readFileSync(certificate!, 'utf8'), log: () => readFileSync(log!, 'utf8') };
}

function makeCertificate(certificate: string, key: string): void {
  const name = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  const files = ['-out', certificate, '-keyout', key];
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...curve, ...name, ...files], { stdio: 'ignore' });
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
