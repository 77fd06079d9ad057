import { parseArgs } from 'node:util';

/** Exit status for a wrong command line. */
const USAGE_ERROR = 2;

type Options = Readonly<Record<string, string | number>>;

/**
 * Reads a program's options, `--name value`, from its command line. A number stays a whole number. Anything else ends the
 * program with a sentence that names the options.
 * @param defaults each option's value if the command line does not set it
 */
export function readOptions<T extends Options>(defaults: T, args = process.argv.slice(2)): T {
  const known = Object.entries(defaults).map(([name, value]) => `--${name} ${value}`);
  const options = Object.fromEntries(Object.keys(defaults).map((name) => [name, { type: 'string' as const }]));
  try {
    const { values } = parseArgs({ args, options });
    return Object.fromEntries(
      Object.entries(defaults).map(([name, value]) => [name, valueOf(name, values[name] as string | undefined, value)]),
    ) as T;
  } catch (error) {
    console.error(
      `${(error as Error).message.replace(/\.?$/, '.')} The options, and what they are by default: ${known.join(' ')}`,
    );
    process.exit(USAGE_ERROR);
  }
}

function valueOf(name: string, text: string | undefined, byDefault: string | number): string | number {
  if (text === undefined) return byDefault;
  if (typeof byDefault === 'string') return text;
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name} takes a whole number, not '${text}'`);
  return Number(text);
}
