import { existsSync } from 'node:fs';
import { LabUnavailable } from '../../../bridge/wires/lab/lab-unavailable.ts';
import { LabWire } from '../../../bridge/wires/lab/lab.ts';

/** Why this machine can have no lab; undefined if it can. Tests that need a lab are skipped, and say so. */
export const whyNoLab: string | undefined = await LabWire.make(1, 10_000).then(
  async (lab) => void (await lab.close()),
  (error: unknown) => {
    if (!(error instanceof LabUnavailable)) throw error;
    console.warn(`Tests of the lab are skipped: ${error.message}`);
    return error.message;
  },
);

/** Why this machine has no IPv6; undefined if it has. Tests that need it are skipped, and say so. */
export const whyNoIpv6 = existsSync('/proc/net/if_inet6') ? undefined : 'this machine has no IPv6';
if (whyNoIpv6) console.warn(`Tests of IPv6 are skipped: ${whyNoIpv6}.`);
