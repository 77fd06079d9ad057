import { LIMITS, type Limits } from '../protocol/limits.ts';

/**
 * The limits in effect: the rest of the bridge is given these. If only this machine reaches the bridge, all pages come from
 * one address, so the limit for each address is the limit in all.
 */
export function effectiveLimits(asked: Partial<Limits> = {}, isOpen = false): Limits {
  const limits = { ...LIMITS, ...asked };
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
