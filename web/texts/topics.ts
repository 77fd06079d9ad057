import type { captures } from './en/captures.ts';
import type { compare } from './en/compare.ts';
import type { connections } from './en/connections.ts';
import type { firstScreen } from './en/first-screen.ts';
import type { held } from './en/held.ts';
import type { page } from './en/page.ts';
import type { script } from './en/script.ts';
import type { serverTrouble } from './en/server-trouble.ts';
import type { steps } from './en/steps.ts';
import type { summary } from './en/summary.ts';
import type { ScenarioTexts } from './scenario-texts.ts';

/**
 * The texts of each topic. The English table gives a topic its shape: a text that is missing in another language
 * fails the type check.
 */
export interface Topics {
  /** What the page shows before the first run. */
  page: typeof page;
  /** The recording and the cards of the first screen. */
  firstScreen: typeof firstScreen;
  /** What a step is, and why it happens. */
  steps: typeof steps;
  /** What a run adds up to. */
  summary: typeof summary;
  /** Two runs side by side. */
  compare: typeof compare;
  /** The connections that one client program made. */
  connections: typeof connections;
  /** A capture file, and the connections in it. */
  captures: typeof captures;
  /** Segments that are held in mid-wire. */
  held: typeof held;
  /** The editor of the viewer's own script. */
  script: typeof script;
  /** The shelf of scenarios. */
  scenarios: ScenarioTexts;
  /** A server program that has ended. */
  serverTrouble: typeof serverTrouble;
}

export type Texts = Topics['page'];
export type LaterTopic = Exclude<keyof Topics, 'page'>;
/** A table that a language does not have fails the type check. */
export type LaterTables = { [Topic in LaterTopic]: () => Promise<Record<Topic, Topics[Topic]>> };
