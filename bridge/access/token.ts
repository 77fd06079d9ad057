import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { BridgeError } from '../errors.ts';

/** 192 bits: nobody guesses them. */
const RANDOM_BYTES = 24;
/** A token that the operator chose. A URL needs no escapes for these characters (RFC 3986 §2.3). */
const CHOSEN = /^[A-Za-z0-9._~-]{16,256}$/;

/** The secret that a user of the bridge needs if other machines can reach it. */
export class Token {
  readonly text: string;
  readonly #digest: Buffer;

  /** @param chosen by the operator; if absent, the token is random */
  constructor(chosen?: string) {
    this.text = chosen ?? randomBytes(RANDOM_BYTES).toString('base64url');
    this.#digest = digest(this.text);
  }

  /** Whether the request carries it, as `?token=…` or as `Authorization: Bearer …`; a `guess` is another token. */
  in({ query, headers }: Pick<FastifyRequest, 'query' | 'headers'>): 'right' | 'guess' | 'missing' {
    const { token } = query as { token?: unknown };
    const given = token ?? /^Bearer (.*)$/i.exec(headers.authorization ?? '')?.[1];
    if (given === undefined) return 'missing';
    return this.#is(given) ? 'right' : 'guess';
  }

  /** Digests have the same length and are compared in constant time, so that the time reveals nothing. */
  #is(text: unknown): boolean {
    return typeof text === 'string' && timingSafeEqual(digest(text), this.#digest);
  }
}

/** @throws BridgeError `BAD_OPTION`, without the token in it */
export function readToken(text: string): string {
  if (CHOSEN.test(text)) return text;
  throw new BridgeError('BAD_OPTION', 'APERTO_TOKEN must consist of 16 to 256 letters, digits or -._~.');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
