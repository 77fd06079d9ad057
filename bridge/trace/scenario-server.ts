/**
 * Server programs that behave otherwise than the bridge's own, each for a scenario: a fixed list, so that a page can name
 * one and never a command. See `server/scenarios/`, one file each; for `nobody` there is no program, only a port.
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
