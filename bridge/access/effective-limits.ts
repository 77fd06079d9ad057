import { LIMITS, type Limits } from '../protocol/limits.ts';

/**
 * Descriptors that the bridge itself needs: its listener, the event loop, the lab's hosts, the server program with its
 * tracer, and the tracer that waits for the next program.
 */
const OWN_DESCRIPTORS = 80;
/** Descriptors of one server of a scenario: its outputs, the probe's reports, and the shell that ends it. */
const PER_SERVER = 4;
/** The others are shared by pages, runs, servers of scenarios, and the files that sources read. */
const SHARES = 4;

/**
 * The limits in effect: the rest of the bridge is given these. If only this machine reaches the bridge, all pages come from
 * one address, so the limit for each address is the limit in all. Only guesses of the token are counted by address anyway.
 * @param descriptors how many this process may have open at once
 */
export function effectiveLimits(
  asked: Partial<Limits> = {},
  isOpen = false,
  descriptors = Number.MAX_SAFE_INTEGER,
): Limits {
  const limits = withinDescriptors({ ...LIMITS, ...asked }, descriptors);
  if (isOpen) return limits;
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

/**
 * A connection of a page takes one descriptor, and a run on the direct wire another. Together they leave enough for
 * programs and for the files that sources read: a bridge without a descriptor can start nothing.
 */
function withinDescriptors(limits: Limits, descriptors: number): Limits {
  const free = Math.max(SHARES * PER_SERVER, descriptors - OWN_DESCRIPTORS);
  const share = Math.floor(free / SHARES);
  const runsInAll = Math.min(limits.runsInAll, share);
  const scenarioServers = Math.min(limits.scenarioServers, Math.floor(share / PER_SERVER));
  const left = free - share - runsInAll - PER_SERVER * scenarioServers;
  return {
    ...limits,
    runsInAll,
    scenarioServers,
    connectionsInAll: Math.min(limits.connectionsInAll, left),
    pagesInAll: Math.min(limits.pagesInAll, left),
  };
}
