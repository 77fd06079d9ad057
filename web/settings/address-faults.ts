import { SCENARIO_SERVERS } from '../../bridge/trace/scenario-server.ts';
import { DROPS, isHoldKey, LINK_FIELDS, parseField } from './link-settings.ts';
import { lineFromWords } from '../own-script/line-in-address.ts';
import { shortened } from '../reading/short-text.ts';
import { isScenario } from '../scenarios/shelf.ts';

const MOST_FAULTS = 5;
/** Of each fault. */
const MOST_CHARACTERS = 40;

/**
 * The parameters of the page's address that mean nothing to it, as they stand there: `delay=-1`, `do=explode`. A line of a
 * script that has only a typing error is not among them: the editor shows it, with what is wrong.
 */
export function addressFaults(asked: URLSearchParams): string[] {
  const isKnown: Record<string, (value: string) => boolean> = {
    ...Object.fromEntries(
      LINK_FIELDS.map((field) => [field.parameter, (value: string) => parseField(field, value) !== undefined]),
    ),
    drop: (value) => value.split('.').every((key) => Object.hasOwn(DROPS, key)),
    hold: (value) => value.split('.').every(isHoldKey),
    overtake: (value) => value === '1',
    scenario: isScenario,
    server: (value) => (SCENARIO_SERVERS as readonly string[]).includes(value),
    do: (value) => lineFromWords(value) !== undefined,
  };
  return [...asked]
    .filter(([name, value]) => Object.hasOwn(isKnown, name) && !isKnown[name]!(value))
    .slice(0, MOST_FAULTS)
    .map(([name, value]) => shortened(`${name}=${value}`, MOST_CHARACTERS, { first: MOST_CHARACTERS - 1 }));
}
