import { readdirSync, readFileSync } from 'node:fs';
import { LabUnavailable } from '../../bridge/wires/lab/lab-unavailable.ts';
import { LabWire } from '../../bridge/wires/lab/lab.ts';

/** Why there can be no lab on this machine; nothing where there can. Tests that need one say so when they are left out. */
export const whyNoLab: string | undefined = await LabWire.make(1, 10_000).then(
  async (lab) => void (await lab.close()),
  (error: unknown) => {
    if (!(error instanceof LabUnavailable)) throw error;
    console.warn(`Tests of the lab are left out: ${error.message}`);
    return error.message;
  },
);

/** All processes below this one, as far as they are alive. */
export function descendants(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendants)];
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    // It has ended.
    return [];
  }
}
