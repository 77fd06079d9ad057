import type { Limits } from '../protocol/limits.ts';
import { Connections } from './connections.ts';

/** Limits how many there are at a time: for each address, and in all. */
export class Places {
  readonly #each: number;
  readonly #all: number;
  readonly #taken = new Map<string, number>();
  #sum = 0;

  constructor(each: number, all: number) {
    this.#each = each;
    this.#all = all;
  }

  /** Takes a place; returns a function that gives it back, or undefined if no place is free. */
  enter(address: string): (() => void) | undefined {
    const taken = this.#taken.get(address) ?? 0;
    if (taken >= this.#each || this.#sum >= this.#all) return undefined;
    this.#taken.set(address, taken + 1);
    this.#sum += 1;
    return () => this.#leave(address);
  }

  #leave(address: string): void {
    const left = this.#taken.get(address)! - 1;
    if (left > 0) this.#taken.set(address, left);
    else this.#taken.delete(address);
    this.#sum -= 1;
  }
}

/** Limits how many there are in each period: for each address, and in all. */
export class Rates {
  readonly #each: number;
  readonly #all: number;
  readonly #periodMs: number;
  readonly #counts = new Map<string, number>();
  #sum = 0;
  #period = 0;

  constructor(each: number, all: number, periodMs: number) {
    this.#each = each;
    this.#all = all;
    this.#periodMs = periodMs;
  }

  /** Counts one more; returns whether it is allowed. One that its address may not have does not count in all. */
  count(address: string): boolean {
    const period = Math.floor(performance.now() / this.#periodMs);
    if (period !== this.#period) {
      this.#counts.clear();
      this.#sum = 0;
    }
    this.#period = period;
    const count = (this.#counts.get(address) ?? 0) + 1;
    this.#counts.set(address, count);
    if (count > this.#each) return false;
    this.#sum += 1;
    return this.#sum <= this.#all;
  }
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** What is counted, each against its own limit. */
export class Allowances {
  /** TCP connections, whatever they carry. */
  readonly connections: Connections;
  readonly pages: Places;
  readonly runs: Places;
  /** Servers of scenarios, each for one run. */
  readonly servers: Places;
  readonly messages: Rates;
  /** WebSockets that those who may open one open. */
  readonly upgrades: Rates;
  /** Wrong tokens. They are counted apart, so that nobody who guesses keeps out those who know the token. */
  readonly guesses: Rates;

  constructor(limits: Limits) {
    this.connections = new Connections(limits.connectionsPerAddress, limits.connectionsInAll);
    this.pages = new Places(limits.pagesPerAddress, limits.pagesInAll);
    this.runs = new Places(limits.runsPerAddress, limits.runsInAll);
    this.servers = new Places(limits.scenarioServersPerAddress, limits.scenarioServers);
    this.messages = new Rates(limits.messagesPerSecondPerAddress, limits.messagesPerSecondInAll, SECOND_MS);
    this.guesses = new Rates(limits.guessesPerMinutePerAddress, limits.guessesPerMinuteInAll, MINUTE_MS);
    this.upgrades = new Rates(limits.upgradesPerMinutePerAddress, limits.upgradesPerMinuteInAll, MINUTE_MS);
  }
}
