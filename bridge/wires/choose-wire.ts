import { isLoopback } from '../address.ts';
import type { Config } from '../config.ts';
import type { WhyNoLab } from '../protocol/remedies.ts';
import { DirectWire } from './direct.ts';
import { LabUnavailable } from './lab/lab-unavailable.ts';
import { LabWire } from './lab/lab.ts';
import type { Wire } from './wire.ts';

/** Milliseconds that the lab may take to be ready. With `auto` the direct wire can replace it, so the wait is shorter. */
const PATIENCE_MS = { auto: 2000, lab: 10_000 };

/** The wire in use and, if a lab could not be made, the reason. */
export interface ChosenWire {
  wire: Wire;
  unavailable?: LabUnavailable;
}

/** @throws LabUnavailable if the operator asked for the lab and there is none */
export async function chooseWire(
  config: Pick<Config, 'wire' | 'target' | 'ownsServer' | 'capture'>,
): Promise<ChosenWire> {
  const { wire, target, capture } = config;
  if (wire === 'direct') return { wire: await DirectWire.make(target, capture) };
  try {
    const why = whyNoLab(config);
    if (why) throw new LabUnavailable(why);
    // A target such as 127.0.0.2 or ::1 is where the program listens: inside the lab too.
    const expected = ANY.get(target.host) ?? target.host;
    return { wire: await LabWire.make(target.port, PATIENCE_MS[wire], expected) };
  } catch (error) {
    if (wire === 'lab' || !(error instanceof LabUnavailable)) throw error;
    return { wire: await DirectWire.make(target, capture), unavailable: error };
  }
}

/** The loopback address at which a server is reached that listens on every address. */
const ANY: ReadonlyMap<string, string> = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '::1'],
]);

/** A server can be moved into the lab only if the bridge starts it, and on this machine. */
function whyNoLab({ target, ownsServer }: Pick<Config, 'target' | 'ownsServer'>): WhyNoLab | undefined {
  if (!ownsServer) return 'LAB_SERVER_NOT_OWNED';
  return isLoopback(target.host) || ANY.has(target.host) ? undefined : 'LAB_TARGET_ELSEWHERE';
}

const LAB_REMADE = { code: 'LAB_REMADE', message: 'A host of the lab ended. The lab was made again.' };
const LAB_LOST = { code: 'LAB_LOST', message: 'A host of the lab ended, and the lab could not be made again.' };

/** What pages are told of the wire that has taken the place of a broken lab. */
export function afterBreak({ wire }: ChosenWire): { code: string; message: string } {
  return wire.hasLink ? LAB_REMADE : LAB_LOST;
}
