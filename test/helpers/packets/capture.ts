import { readdirSync, readFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { LIMITS } from '../../../bridge/protocol/limits.ts';
import type { RunResult } from '../../../bridge/runs/run-result.ts';
import { Session } from '../../../bridge/session.ts';
import { PacketCapture } from '../../../bridge/sources/capture/packet-capture.ts';
import type { SourceStatus } from '../../../bridge/trace/trace.ts';
import type { Script } from '../../../bridge/trace/script.ts';
import { compareSteps, type Step } from '../../../bridge/trace/step.ts';
import type { Wire } from '../../../bridge/wires/wire.ts';

/** Whether this machine lets the tests capture. If not, the tests expect the reason in `why`. */
export async function mayCapture(): Promise<SourceStatus> {
  const capture = new PacketCapture({ target: { host: '127.0.0.1', port: 1 }, allowed: true });
  await capture.try();
  const status = capture.status();
  await capture.close();
  if (!status.active) console.warn(`Packets cannot be captured here (${status.why}): that answer is tested instead.`);
  return status;
}

export interface CapturedRun extends RunResult {
  steps: Step[];
}

/** Plays a script on a wire; given up when the test ends. `isCaptured`: a packet of it has been reported. */
export function playOn(
  wire: Wire,
  script: Script,
): { session: Session; done: Promise<CapturedRun>; isCaptured: () => boolean } {
  const steps = new Map<string, Step>();
  let session: Session | undefined;
  const done = new Promise<CapturedRun>((resolve) => {
    session = new Session({
      script,
      wire,
      sources: [],
      limits: LIMITS,
      onSteps: (news) => news.forEach((step) => steps.set(step.id, step)),
      onDone: (result) => resolve({ ...result, steps: [...steps.values()].sort(compareSteps) }),
    });
  });
  onTestFinished(() => session!.cancel());
  const isCaptured = () => [...steps.values()].some(({ evidence }) => evidence === 'captured');
  return { session: session!, done, isCaptured };
}

/** The numbers of all processes that capture for a target on this port, or wait beside one that does. Linux only. */
export function capturesFor(port: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readOrNothing(`/proc/${pid}/cmdline`).includes(`dst port ${port})`))
    .map(Number);
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
