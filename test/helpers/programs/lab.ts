import { LabUnavailable } from '../../../bridge/wires/lab/lab-unavailable.ts';
import { LabWire } from '../../../bridge/wires/lab/lab.ts';

/** Why there can be no lab on this machine; nothing where there can. Tests that need one say so when they are left out. */
export const whyNoLab: string | undefined = await LabWire.make(1, 10_000).then(
  async (lab) => void (await lab.close()),
  (error: unknown) => {
    if (!(error instanceof LabUnavailable)) throw error;
    console.warn(`Tests of the lab are left out: ${error.message}`);
    return error.message;
  },
);
