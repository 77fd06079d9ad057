import type { FastifyReply } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { ErrorCode } from '../errors.ts';

/** HTTP status and sentence for a refused request, by stable code. */
const REFUSALS = {
  BAD_REQUEST: [400, 'This request cannot be understood.'],
  TOKEN_REQUIRED: [401, 'The token is missing or wrong: open the whole URL that Aperto printed when it started.'],
  HOST_NOT_ALLOWED: [403, 'This host name is not on the list: see --allow-host.'],
  ORIGIN_NOT_ALLOWED: [403, 'This origin is not on the list: see --allow-origin.'],
  NOT_FOUND: [404, 'There is nothing here.'],
  REQUEST_TIMEOUT: [408, 'The request was not complete in time.'],
  TOO_MANY_GUESSES: [429, 'Too many wrong tokens within a minute.'],
  TOO_MANY_UPGRADES: [429, 'Too many attempts to open a WebSocket within a minute.'],
  BAD_EXPECTATION: [417, 'Nothing can be expected here.'],
  HEADERS_TOO_LARGE: [431, 'The headers are too large.'],
  TOO_MANY_PAGES: [503, 'Too many pages are open: close some.'],
  HTTP_VERSION: [505, 'Only HTTP/1.1 is spoken here.'],
} as const satisfies Partial<Record<ErrorCode, readonly [number, string]>>;
export type RefusalCode = keyof typeof REFUSALS;

/** Headers for a refusal that Fastify does not send; helmet sets them, and more, for Fastify's own. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'content-type': 'application/json; charset=utf-8',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Refuses a request through Fastify's reply, and closes its connection. */
export function refuse(reply: FastifyReply, code: RefusalCode): FastifyReply {
  const [status, message] = REFUSALS[code];
  if (status === 401) void reply.header('www-authenticate', 'Bearer realm="Aperto"');
  return reply.code(status).headers({ 'cache-control': 'no-store', connection: 'close' }).send({ code, message });
}

/** A whole response, for a socket on which no request could be read. It repeats nothing of what was sent. */
export function rawRefusal(code: RefusalCode): string {
  const [status, message] = REFUSALS[code];
  const body = JSON.stringify({ code, message });
  const headers = { ...HEADERS, connection: 'close', 'content-length': Buffer.byteLength(body) };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
