/**
 * Who may use the bridge, and how much. The address on which the bridge listens decides. If only this machine reaches it,
 * its user may do everything. Otherwise a request needs a token, each address has its own limits, and pages may not start
 * or stop the server program. Access knows requests and addresses; it knows nothing of runs, messages or sources.
 *
 *     request ─▶ names ─▶ upgrades per minute ─▶ token ─▶ a place ─▶ page
 *                  └─────────────┴────────────────┴─────────┴─▶ refusal
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { formatAddress, isLoopback } from '../address.ts';
import type { Limits } from '../protocol/limits.ts';
import { ownNames } from './own-names.ts';
import { AllowedNames } from './allowed-origins-and-hosts.ts';
import { Allowances, clientOf } from './allowances.ts';
import { effectiveLimits } from './effective-limits.ts';
import { refuse } from './refusal.ts';
import type { AccessSettings } from './settings.ts';
import { Token } from './token.ts';

/** URLs of the page, with the token if one is needed. */
export interface Urls {
  own: string;
  /** For other machines. */
  others: string[];
}

export class Access {
  readonly #settings: AccessSettings;
  readonly #allowedNames: AllowedNames;
  readonly #token: Token;
  /** Until the bridge listens, assume that everybody can reach it. */
  #isOpen = true;
  #limits: Limits;
  #allowances: Allowances;
  #urls: Urls = { own: '', others: [] };

  constructor(settings: AccessSettings) {
    this.#settings = settings;
    this.#allowedNames = new AllowedNames(settings);
    this.#token = new Token(settings.token);
    this.#limits = effectiveLimits(settings.limits, this.#isOpen);
    this.#allowances = new Allowances(this.#limits);
  }

  /** Opens the bridge to those who may use it. Until then it refuses every request. */
  listensOn({ address, port }: Pick<AddressInfo, 'address' | 'port'>): void {
    const { first, all, others } = ownNames(this.#settings.http.host, address);
    this.#isOpen = !isLoopback(address);
    this.#limits = effectiveLimits(this.#settings.limits, this.#isOpen);
    this.#allowances = new Allowances(this.#limits);
    this.#allowedNames.listensOn(all, port);
    const query = this.#needsToken ? `/?token=${this.#token.text}` : '';
    const url = (host: string): string => `http://${formatAddress({ host, port })}${query}`;
    this.#urls = { own: url(first), others: others.map(url) };
  }

  /** Whether other machines can reach the bridge. */
  get isOpen(): boolean {
    return this.#isOpen;
  }
  get urls(): Urls {
    return this.#urls;
  }
  /** Whether pages may start and stop the server program. */
  get mayControl(): boolean {
    return this.#settings.allowControl ?? !this.#isOpen;
  }
  get allowances(): Allowances {
    return this.#allowances;
  }

  /** The limits in effect. */
  get limits(): Limits {
    return this.#limits;
  }

  /** For every request. */
  async checkNames(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    const fault = this.#allowedNames.faultOf(request);
    if (fault) return refuse(reply, fault);
  }

  /** For every request that shows or changes something of this machine. The page's files do neither. */
  async checkToken(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (this.#needsToken && !this.#token.isIn(request)) return refuse(reply, 'TOKEN_REQUIRED');
  }

  /** Comes after the check of the origin, so that foreign pages do not use up the upgrades of our own. */
  async countUpgrade(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (!this.#allowances.upgrades.count(clientOf(request.raw.socket))) return refuse(reply, 'TOO_MANY_UPGRADES');
  }

  /** The last check of an upgrade: it takes a place until its connection is closed. */
  async takePlace(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    const leave = this.#allowances.pages.enter(clientOf(request.raw.socket));
    if (!leave) return refuse(reply, 'TOO_MANY_PAGES');
    request.raw.socket.once('close', leave);
  }

  get #needsToken(): boolean {
    return this.#isOpen || this.#settings.token !== undefined;
  }
}
