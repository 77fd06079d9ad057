import { parseArgs } from 'node:util';
import type { Answers } from './answer.ts';

export interface Options {
  host: string;
  /** 0: the kernel chooses a free one. */
  port: number;
  once: boolean;
  answers: Answers;
  help: boolean;
}

export const USAGE = `The number server: reads one big-endian integer from a TCP connection, answers, closes.

  --host HOST             address to listen on (127.0.0.1)
  --port PORT             port to listen on, 0 for any free one (65432)
  --answers parity|prime  PAR and ÍMPAR alone, or PRIMO for primes too (parity)
  --once                  serve one connection, then exit`;

/** An option is wrong. The message is one sentence for the operator. */
export class OptionError extends Error {
  readonly code = 'BAD_OPTION';
}

/**
 * The options in `args` (without node and script).
 * @throws OptionError
 */
export function readOptions(args: string[]): Options {
  const { host, port, once, answers, help } = parse(args);
  if (host === '') throw new OptionError('--host needs an address, such as 127.0.0.1.');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new OptionError(`--port must be a whole number from 0 to 65535, not "${port}".`);
  }
  if (answers !== 'parity' && answers !== 'prime') {
    throw new OptionError(`--answers must be parity or prime, not "${answers}".`);
  }
  return { host, port: Number(port), once, answers, help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        host: { type: 'string', default: '127.0.0.1' },
        port: { type: 'string', default: '65432' },
        once: { type: 'boolean', default: false },
        answers: { type: 'string', default: 'parity' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    // Node's first sentence names the option; the rest is advice for programmers ("To specify an option argument …").
    const [sentence] = (error as Error).message.split(/\.\s|\n/, 1);
    throw new OptionError(`${sentence}; see --help.`, { cause: error });
  }
}
