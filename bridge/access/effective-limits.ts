import { LIMITS, type Limits } from '../protocol/limits.ts';

/** Descriptors that the bridge itself needs: its listener, the event loop, the lab's hosts and the server program. */
const OWN_DESCRIPTORS = 64;
/** Descriptors of one server of a scenario: its outputs, the probe's reports, and the shell that ends it. */
const PER_SERVER = 4;
/** Of the others, one in so many is for servers of scenarios, and as many are for the files that sources read. */
const SHARE_OF_SERVERS = 4;

/**
 * The limits in effect: the rest of the bridge is given these. If only this machine reaches the bridge, all pages come from
 * one address, so the limit for each address is the limit in all.
 * @param descriptors how many this process may have open at once
 */
export function effectiveLimits(asked: Partial<Limits> = {}, isOpen = false, descriptors = Infinity): Limits {
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
 * programs: a bridge without a descriptor can start none.
 */
function withinDescriptors(limits: Limits, descriptors: number): Limits {
  const free = Math.max(SHARE_OF_SERVERS * PER_SERVER, descriptors - OWN_DESCRIPTORS);
  const share = Math.floor(free / SHARE_OF_SERVERS);
  return {
    ...limits,
    connectionsInAll: Math.min(limits.connectionsInAll, share),
    pagesInAll: Math.min(limits.pagesInAll, share),
    runsInAll: Math.min(limits.runsInAll, share),
    scenarioServers: Math.min(limits.scenarioServers, Math.floor(share / PER_SERVER)),
  };
}
