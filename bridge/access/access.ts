import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { formatAddress, isLoopback } from '../address.ts';
import type { Config } from '../config.ts';
import { ownNames } from './own-names.ts';
import { AllowList } from './allow-list.ts';
import { Allowances, clientOf } from './allowances.ts';
import { refuse } from './refusal.ts';
import { Token } from './token.ts';
import { LIMITS, type Limits } from '../protocol/messages.ts';

export type AccessSettings = Pick<Config, 'http' | 'allowHosts' | 'allowOrigins' | 'allowControl' | 'token' | 'limits'>;

/** URLs of the page, with the token where one is needed. */
export interface Urls {
  own: string;
  /** For other machines. */
  others: string[];
}

/**
 * Who may use the bridge, and how much. It is settled by where the bridge listens: what only this machine can reach is
 * its user's own; beyond it a token is needed, every address has its limits, and pages do not start or stop the server.
 */
export class Access {
  readonly #settings: AccessSettings;
  readonly #allowList: AllowList;
  readonly #token: Token;
  /** Until it is known where the bridge listens, as if everybody could reach it. */
  #isOpen = true;
  #allowances: Allowances;
  #urls: Urls = { own: '', others: [] };

  constructor(settings: AccessSettings) {
    this.#settings = settings;
    this.#allowList = new AllowList(settings);
    this.#token = new Token(settings.token);
    this.#allowances = new Allowances(this.limits);
  }

  /** Opens the bridge to those who may use it: under no name before. */
  listensOn({ address, port }: Pick<AddressInfo, 'address' | 'port'>): void {
    const { first, all, others } = ownNames(this.#settings.http.host, address);
    this.#isOpen = !isLoopback(address);
    this.#allowances = new Allowances(this.limits);
    this.#allowList.listensOn(all, port);
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

  /** As they are in effect: where one address is everybody, it has what there is in all. */
  get limits(): Limits {
    const limits = { ...LIMITS, ...this.#settings.limits };
    if (this.#isOpen) return limits;
    return {
      ...limits,
      connectionsPerAddress: limits.connectionsInAll,
      pagesPerAddress: limits.pagesInAll,
      runsPerAddress: limits.runsInAll,
      messagesPerSecondPerAddress: limits.messagesPerSecondInAll,
      scenarioServersPerAddress: limits.scenarioServers,
      upgradesPerMinutePerAddress: limits.upgradesPerMinuteInAll,
    };
  }

  /** For every request. */
  async checkNames(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    const fault = this.#allowList.faultOf(request);
    if (fault) return refuse(reply, fault);
  }

  /** For all that tells of this machine, or acts on it. The page's files do neither, and are the same for everybody. */
  async checkToken(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (this.#needsToken && !this.#token.isIn(request)) return refuse(reply, 'TOKEN_REQUIRED');
  }

  /** For an upgrade from an origin that is allowed: those of foreign pages must not use up what ours may. */
  async countUpgrade(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    if (!this.#allowances.upgrades.count(clientOf(request.raw.socket))) return refuse(reply, 'TOO_MANY_UPGRADES');
  }

  /** For an upgrade that is allowed otherwise: its place is taken until its connection is closed. */
  async takePlace(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | void> {
    const leave = this.#allowances.pages.enter(clientOf(request.raw.socket));
    if (!leave) return refuse(reply, 'TOO_MANY_PAGES');
    request.raw.socket.once('close', leave);
  }

  get #needsToken(): boolean {
    return this.#isOpen || this.#settings.token !== undefined;
  }
}
