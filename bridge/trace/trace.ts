import type { LinkSettings } from './link.ts';
import type { ScenarioServer } from './scenario-server.ts';
import type { Script } from './script.ts';
import type { Side, Step } from './step.ts';

/**
 * How a run ended. `silent`: the connection closed without a byte from the server. `unknown`:
 * nobody saw how it went.
 */
export const OUTCOMES = ['replied', 'silent', 'refused', 'reset', 'timeout', 'cancelled', 'failed', 'unknown'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** The server's reply: its bytes in hex, and as UTF-8 text. */
export interface Reply {
  text: string;
  hex: string;
}

/** The wires by name, the better one first. */
export const WIRES = ['lab', 'direct'] as const;
export type WireName = (typeof WIRES)[number];

/** Who begins a run that no page asked for. */
export const BEGINNERS = ['enter', 'watch'] as const;
export type Beginner = (typeof BEGINNERS)[number];

/** What a trace does not hold, because there was more of it than a trace may have. The connection itself was left alone. */
export interface LeftOut {
  /** Lines that the server printed. The rest of the trace is whole. */
  lines?: number;
  /** Steps of any kind, from some moment on: nothing later is known. */
  steps?: number;
  /** Connections of the client program, after as many as a run may have. */
  connections?: number;
}

/** One of several connections of a run, whether or not its steps were kept. */
export interface ConnectionSummary {
  /** From 0, in the order in which they began. */
  connection: number;
  /** When its connect() began, in microseconds since the run's zero. */
  at: number;
  /** When the last that is known of it happened. */
  endAt: number;
  /** The server's `host:port`, as connect() named it. */
  peer: string;
  /** The client's, if it is known. */
  port?: number;
  outcome: Outcome;
  /** The errno name behind the outcome. */
  error?: string;
  /** What the run had no room for, of this connection. */
  leftOut?: Pick<LeftOut, 'lines' | 'steps'>;
}

/** How a program ended: with one of these, unless it went on until the run was ended. */
export interface ProgramEnd {
  exitCode?: number;
  signal?: string;
  /** Why it could not be started: an errno name. */
  notStarted?: string;
}

/** What a source of evidence has to report. */
export type Tells = 'calls' | 'segments' | 'states' | 'output';

/** The status of a source of evidence, in messages and in saved traces. A newer bridge may have other sources. */
export interface SourceStatus<Why extends string = string> {
  name: string;
  /** One of `Tells`, or a word that only a newer bridge knows. */
  tells?: string;
  /** The side that it reports. Absent if it reports both sides. */
  side?: Side;
  /** It looks at the program only now and then, so it misses calls. */
  samples?: boolean;
  active: boolean;
  /** A stable code: why it is not active, or what is wrong with its reports. */
  why?: Why;
}

/** Where a capture was taken. `unknown`: nothing shows it, and no time was estimated. */
export const CAPTURE_PLACES = ['client', 'server', 'between', 'unknown'] as const;
export type CapturePlace = (typeof CAPTURE_PLACES)[number];

/** A whole run, as a trace file holds it. */
export interface Trace {
  format: 'aperto-trace';
  /** 2 if the run has several connections: each step then has the number of its own. */
  version: 1 | 2;
  /** When the client called connect(), or when the first was seen of a watched connection, ISO 8601 in UTC: the zero of all times. */
  startedAt: string;
  /** `capture`: opened from a capture file. Such a trace has no calls, and none are inferred. */
  wire: WireName | 'capture';
  /** `host:port`. */
  target: string;
  /** The command line of the server program, with file names in place of paths. Absent if it is not known. */
  command?: string;
  sources: SourceStatus[];
  /** Empty if the client was a program. */
  script: Script;
  /** How the client program ended, and all its connections if it made several. */
  client?: ProgramEnd;
  connections?: ConnectionSummary[];
  /** The command line of the client program, with file names in place of paths; its `address:port` if only that is known. */
  clientCommand?: string;
  /** The settings of the lab's link, with the seed of its random faults. */
  link?: LinkSettings;
  /** The run's own server program, if it did not use the bridge's. */
  server?: ScenarioServer;
  outcome: Outcome;
  reply?: Reply;
  /** The errno name behind `failed`, `refused`, `reset` or `timeout`, if there was one. */
  error?: string;
  /**
   * Microseconds from connect() to the last thing that the steps show: the last step, return or arrival. In files of
   * earlier versions, from the beginning of the run to the return of the client's last call.
   */
  durationUs: number;
  /** Microseconds before connect() that the run waited for the server program to listen, if it did. */
  waitedUs?: number;
  leftOut?: LeftOut;
  /** If the wire is `capture`: where it was taken, as its times show. */
  capturedAt?: CapturePlace;
  /** In the order of `compareSteps`. */
  steps: Step[];
}
