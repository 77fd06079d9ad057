import type { LinkSettings } from './link.ts';
import type { ScenarioServer } from './scenario-server.ts';
import type { Script } from './script.ts';
import type { Side, Step } from './step.ts';

/** How a run ended. `silent`: the connection closed without a byte from the server. */
export const OUTCOMES = ['replied', 'silent', 'refused', 'reset', 'timeout', 'cancelled', 'failed'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What the server answered: the bytes in hex, and the same read as UTF-8. */
export interface Reply {
  text: string;
  hex: string;
}

/** The wires by name, the better one first. */
export const WIRES = ['lab', 'direct'] as const;
export type WireName = (typeof WIRES)[number];

/** What a source of evidence has to report. */
export type Tells = 'calls' | 'segments' | 'states' | 'output';

/** What a source of evidence says of itself, in messages and in saved traces. A newer bridge may have others. */
export interface SourceStatus<Why extends string = string> {
  name: string;
  /** One of `Tells`, or what only a newer bridge knows. */
  tells?: string;
  /** Whose; absent if it reports of both sides. */
  side?: Side;
  /** It reports only what it finds when it looks: not every call. */
  samples?: boolean;
  active: boolean;
  /** Why it is not active, or what is wrong with what it saw: a stable code. */
  why?: Why;
}

/** A whole run: what is saved to a file and opened again. */
export interface Trace {
  format: 'aperto-trace';
  version: 1;
  /** When the run began, ISO 8601 in UTC. */
  startedAt: string;
  wire: WireName;
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
