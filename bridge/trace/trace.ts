import type { LinkSettings } from './link.ts';
import type { ScenarioServer } from './scenario-server.ts';
import type { Script } from './script.ts';
import type { Step } from './step.ts';

/** How a run ended. `silent`: the connection closed without a byte from the server. */
export const OUTCOMES = ['replied', 'silent', 'refused', 'reset', 'timeout', 'cancelled', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What the server answered: the bytes in hex, and the same read as UTF-8. */
export interface Reply {
  text: string;
  hex: string;
}

/** What a source of evidence says of itself: whether it sees anything, and if not, why. */
export interface SourceStatus {
  name:
    | 'client-socket'
    | 'server-probe'
    | 'server-strace'
    | 'server-syscalls'
    | 'server-output'
    | 'server-listener'
    | 'capture'
    | 'kernel-states';
  /** `why` is a stable code: why an inactive source says nothing. */
  active: boolean;
  why?: string;
}

/** A whole run: what is saved to a file and opened again. */
export interface Trace {
  format: 'aperto-trace';
  version: 1;
  /** When the run began, ISO 8601 in UTC. */
  startedAt: string;
  wire: 'direct' | 'lab';
  /** `host:port`. */
  target: string;
  /** The command line of the server program, its files without the folders that they lie in; where it was known. */
  command?: string;
  sources: SourceStatus[];
  script: Script;
  /** How the link treated its packets, in the lab; with the seed of its random faults. */
  link?: LinkSettings;
  /** The server of this run alone, where it was not the bridge's own. */
  server?: ScenarioServer;
  outcome: Outcome;
  reply?: Reply;
  /** The errno name behind `failed`, `refused`, `reset` or `timeout`, where there was one. */
  error?: string;
  durationUs: number;
  /** In the order of `compareSteps`. */
  steps: Step[];
}
