import { isIP } from 'node:net';
import { isLoopback } from '../address.ts';
import type { Config } from '../config.ts';
import { DirectWire } from './direct.ts';
import { LabUnavailable, type LabUnavailableCode } from './lab/lab-unavailable.ts';
import { LabWire } from './lab/lab.ts';

/** Milliseconds that the lab may take to be there: where it is one of two ways, and where it is the only one wanted. */
const PATIENCE_MS = { auto: 2000, lab: 10_000 };

/** The wire in use, and why it is not the lab. */
export interface ChosenWire {
  wire: DirectWire | LabWire;
  unavailable?: LabUnavailable;
}

/**
 * @throws LabUnavailable where the lab was asked for and cannot be had
 */
export async function chooseWire(
  config: Pick<Config, 'wire' | 'target' | 'ownsServer' | 'capture'>,
): Promise<ChosenWire> {
  const { wire, target, capture } = config;
  if (wire === 'direct') return { wire: await DirectWire.make(target, capture) };
  try {
    const why = whyNoLab(config);
    if (why) throw new LabUnavailable(why);
    return { wire: await LabWire.make(target.port, PATIENCE_MS[wire]) };
  } catch (error) {
    if (wire === 'lab' || !(error instanceof LabUnavailable)) throw error;
    return { wire: await DirectWire.make(target, capture), unavailable: error };
  }
}

/** The lab is a place for a server of our own: one that runs already, or elsewhere, cannot be moved there. */
function whyNoLab({ target, ownsServer }: Pick<Config, 'target' | 'ownsServer'>): LabUnavailableCode | undefined {
  if (!ownsServer) return 'LAB_SERVER_NOT_OWNED';
  if (isIP(target.host) === 6) return 'LAB_IPV4_ONLY';
  return isLoopback(target.host) || target.host === '0.0.0.0' ? undefined : 'LAB_TARGET_ELSEWHERE';
}
