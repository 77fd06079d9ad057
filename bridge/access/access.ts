/**
 * Who may use the bridge, and how much. The address on which the bridge listens decides. If only this machine reaches it,
 * its user may do everything. Otherwise a request needs a token, each address has its own limits, and pages may not start
 * or stop the server program. Access knows requests and addresses; it knows nothing of runs, messages or sources.
 *
 *     request ─▶ names ─▶ token ─▶ upgrades per minute ─▶ a place ─▶ page
 *                  └────────┴────────────┴──────────────────┴─▶ refusal, logged
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { formatAddress, isLoopback } from '../address.ts';
import { descriptorLimit } from '../machine/descriptor-limit.ts';
import type { Limits } from '../protocol/limits.ts';
import { ownNames } from './own-names.ts';
import { AllowedNames } from './allowed-origins-and-hosts.ts';
import { Allowances } from './allowances.ts';
import { clientOf } from './client-address.ts';
import { Clients } from './clients.ts';
import { effectiveLimits } from './effective-limits.ts';
import { refuse, type RefusalCode } from './refusal.ts';
import { RefusalLog } from './refusal-log.ts';
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
  readonly #clients: Clients;
  /** Until the bridge listens, assume that everybody can reach it. */
  #isOpen = true;
  #limits: Limits;
  #allowances: Allowances;
  #urls: Urls = { own: '', others: [] };
  readonly refusals: RefusalLog;

  /** @param warn logs a line */
  constructor(settings: AccessSettings, warn: (line: string) => void = () => {}) {
    this.refusals = new RefusalLog(warn);
    this.#settings = settings;
    this.#allowedNames = new AllowedNames(settings);
    this.#token = new Token(settings.token);
    this.#clients = new Clients(settings.trustedProxies);
    this.#limits = effectiveLimits(settings.limits, this.#isOpen, descriptorLimit());
    this.#allowances = new Allowances(this.#limits);
  }

  /** Opens the bridge to those who may use it. Until then it refuses every request. */
  listensOn({ address, port }: Pick<AddressInfo, 'address' | 'port'>): void {
    const { first, all, others } = ownNames(this.#settings.http.host, address);
    this.#isOpen = !isLoopback(address) || this.#isBehindProxy;
    this.#limits = effectiveLimits(this.#settings.limits, this.#isOpen, descriptorLimit());
    this.#allowances = new Allowances(this.#limits);
    this.#allowedNames.listensOn(all, port);
    const query = this.#needsToken ? `/?token=${this.#token.text}` : '';
    const url = (host: string): string => `http://${formatAddress({ host, port })}${query}`;
    this.#urls = { own: url(first), others: [...others.map(url), ...this.#proxied.map((origin) => origin + query)] };
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
    if (fault) return this.#refuse(request, reply, fault);
  }

  /** For every request that shows or changes something of this machine. The page's files do neither. */
  async checkToken(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (!this.#needsToken) return;
    const { socket } = request.raw;
    const token = this.#token.in(request);
    if (token === 'right') return this.#allowances.connections.belongsToUser(socket);
    const isOneTooMany = token === 'guess' && !this.#allowances.guesses.count(this.clientOf(request.raw));
    return this.#refuse(request, reply, isOneTooMany ? 'TOO_MANY_GUESSES' : 'TOKEN_REQUIRED');
  }

  /** Comes after all other checks, so that those who may not open a WebSocket do not use up the upgrades of others. */
  async countUpgrade(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (!this.#allowances.upgrades.count(this.clientOf(request.raw)))
      return this.#refuse(request, reply, 'TOO_MANY_UPGRADES');
  }

  /** The last check of an upgrade: it takes a place until its connection is closed. */
  async takePlace(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    const leave = this.#allowances.pages.enter(this.clientOf(request.raw));
    if (!leave) return this.#refuse(request, reply, 'TOO_MANY_PAGES');
    this.#allowances.connections.belongsToUser(request.raw.socket);
    request.raw.socket.once('close', leave);
  }

  /** For every connection: takes a place for it until it is closed. Returns whether there is one. */
  enterConnection(socket: Socket): boolean {
    const isIn = this.#allowances.connections.enter(socket, this.#clients.isProxy(socket));
    if (!isIn) this.refusals.add('TOO_MANY_CONNECTIONS', clientOf(socket));
    return isIn;
  }

  /** The address that a request comes from, as limits count it. */
  clientOf(request: IncomingMessage): string {
    return this.#clients.of(request);
  }

  #refuse({ raw }: FastifyRequest, reply: FastifyReply, code: RefusalCode): FastifyReply {
    this.refusals.add(code, this.clientOf(raw));
    return refuse(reply, code);
  }

  get #needsToken(): boolean {
    return this.#isOpen || this.#settings.alwaysToken === true || this.#settings.token !== undefined;
  }

  get #isBehindProxy(): boolean {
    return (this.#settings.trustedProxies ?? []).length > 0;
  }

  /** Where a proxy serves the page: the operator has allowed these origins. */
  get #proxied(): string[] {
    return this.#isBehindProxy ? this.#settings.allowOrigins.filter((origin) => origin !== 'none') : [];
  }
}
