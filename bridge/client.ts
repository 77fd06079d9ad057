/** The terminal client: the same session as behind the page, without a page. */
import { parseArgs } from 'node:util';
import { formatAddress, parseAddress, resolveAddress, type Address } from './address.ts';
import { BridgeError } from './errors.ts';
import { LIMITS } from './protocol.ts';
import { Session, type RunResult } from './session.ts';
import type { Trace } from './trace/outcome.ts';
import { plainScript, randomNumber, type Script } from './trace/script.ts';
import { compareSteps, type Step } from './trace/step.ts';

const USAGE = `npm run client -- [NUMBER] [--json] [--target HOST:PORT]
  NUMBER               an unsigned integer (default: a random one from 1 to 1000)
  --json               print the whole trace as JSON
  --target HOST:PORT   where the server listens (default 127.0.0.1:65432)`;

const SENTENCES: Record<RunResult['outcome'], string> = {
  replied: '',
  silent: 'The server closed the connection without a byte.',
  refused: 'The connection was refused: nothing listens there.',
  reset: 'The connection was reset.',
  timeout: 'The server did not end the connection in time.',
  cancelled: 'The run was cancelled.',
  failed: 'The connection failed.',
};

/** Answers the exit status: 0 when the server replied or was silent, 1 when it could not, 2 for a bad command line. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: 'boolean' }, target: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help) return tell(USAGE);
    const number = numberOf(positionals);
    const target = await resolveAddress(parseAddress(values.target ?? '127.0.0.1:65432'));
    const trace = await runOnce(target, plainScript(number));
    return values.json ? tell(JSON.stringify(trace, null, 2), statusOf(trace)) : tellReply(number, trace);
  } catch (error) {
    console.error(`${(error as Error).message}\n${USAGE}`);
    return 2;
  }
}

function numberOf(positionals: readonly string[]): bigint {
  const [text, ...more] = positionals;
  if (text === undefined) return randomNumber();
  if (more.length > 0 || !/^\d+$/.test(text))
    throw new BridgeError('BAD_OPTION', `"${positionals.join(' ')}" is not an unsigned integer.`);
  return BigInt(text);
}

/** One connection over the direct wire, with its own socket as the only source. */
export function runOnce(target: Address, script: Script): Promise<Trace> {
  const startedAt = new Date().toISOString();
  const steps: Record<string, Step> = {};
  return new Promise((resolve) => {
    const session = new Session({
      script,
      target,
      sources: [],
      limits: LIMITS,
      onSteps: (news) => news.forEach((step) => (steps[step.id] = step)),
      onDone: (result) => {
        process.off('SIGINT', cancel);
        const run = { startedAt, wire: 'direct', target: formatAddress(target), script } as const;
        resolve({
          format: 'aperto-trace',
          version: 1,
          ...run,
          ...result,
          steps: Object.values(steps).sort(compareSteps),
        });
      },
    });
    const cancel = (): void => session.cancel();
    process.once('SIGINT', cancel);
  });
}

/** As the classic client prints: the number, then the reply. */
function tellReply(number: bigint, trace: Trace): number {
  console.log(String(number));
  if (trace.reply) console.log(printable(trace.reply.text));
  if (SENTENCES[trace.outcome]) console.error(SENTENCES[trace.outcome]);
  return statusOf(trace);
}

function statusOf({ outcome }: Trace): number {
  return outcome === 'replied' || outcome === 'silent' ? 0 : 1;
}

function tell(text: string, status = 0): number {
  console.log(text);
  return status;
}

/** What a server sends may hold terminal commands: control characters are shown, not obeyed. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}]/gu, (character) =>
    character === '\n' || character === '\t'
      ? character
      : `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
