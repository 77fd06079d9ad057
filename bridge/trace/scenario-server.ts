/**
 * Server programs for scenarios, which behave differently from the bridge's own. The list is fixed, so that a page can
 * choose a program but never send a command. Each program is a file in `server/scenarios/`. `nobody` has no program,
 * only a port.
 */
export const SCENARIO_SERVERS = [
  'nobody',
  'never-accepts',
  'full-backlog',
  'reads-slowly',
  'answers-late',
  'four-bytes',
  'dies',
  'restarts',
] as const;

export type ScenarioServer = (typeof SCENARIO_SERVERS)[number];
