/** The terminal client: the same session as behind the page, without a page. */
import { parseArgs } from 'node:util';
import { writeFileSync } from 'node:fs';
import { parseAddress } from './address.ts';
import { BridgeError } from './errors.ts';
import { tracePcap } from './packet/trace-pcap.ts';
import { printable, printableJson } from './printable.ts';
import { runOnce, type ClientSettings } from './run-once.ts';
import type { RunResult } from './session.ts';
import { captureAdvice, captureCode } from './sources/packet-capture-unavailable.ts';
import type { Trace } from './trace/outcome.ts';
import { plainScript, randomNumber } from './trace/script.ts';

const USAGE = `npm run client -- [NUMBER] [options]
  NUMBER                 an unsigned integer (default: a random one from 1 to 1000)
  --json                 print the whole trace as JSON
  --pcap FILE            save the packets, for Wireshark and its like; with --target, where tcpdump may capture
  --target HOST:PORT     where a server listens that is running already (default 127.0.0.1:65432)
  --wire lab             bring a server along, in a private network of two hosts (also with --pcap, without --target)
  --server 'COMMAND'     that server (default: the number server)`;

const SENTENCES: Record<RunResult['outcome'], string> = {
  replied: '',
  silent: 'The server closed the connection without a byte.',
  refused: 'The connection was refused: nothing listens there.',
  reset: 'The connection was reset.',
  timeout: 'The server did not end the connection in time.',
  cancelled: 'The run was cancelled.',
  failed: 'The connection failed.',
};

const OPTIONS = {
  json: { type: 'boolean' },
  pcap: { type: 'string' },
  target: { type: 'string' },
  wire: { type: 'string' },
  server: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Answers the exit status: 0 when the server replied or was silent, 1 when it could not, 2 for a bad command line. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help) return tell(USAGE);
    const number = numberOf(positionals);
    const trace = await runOnce(settingsOf(values), plainScript(number));
    if (values.pcap !== undefined) writeFileSync(values.pcap, packetsOf(trace));
    return values.json
      ? tell(printableJson(JSON.stringify(trace, null, 2)), statusOf(trace))
      : tellReply(number, trace);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const usage = !(error instanceof BridgeError) || code === 'BAD_OPTION';
    console.error(usage ? `${printable(message)}\n${USAGE}` : printable(message));
    return usage ? 2 : 1;
  }
}

interface ClientOptions {
  target?: string;
  wire?: string;
  server?: string;
  pcap?: string;
  json?: boolean;
}

/** A server that is running already is reached directly; one that is brought along lives in the lab. */
function settingsOf(values: ClientOptions): ClientSettings {
  const { target, server, pcap, json } = values;
  const brings = target === undefined && (server !== undefined || pcap !== undefined);
  const wire = values.wire ?? (brings ? 'lab' : 'direct');
  if (wire !== 'lab' && wire !== 'direct')
    throw new BridgeError('BAD_OPTION', `"${wire}" is not a wire: lab or direct.`);
  return {
    wire,
    target: parseAddress(target ?? '127.0.0.1:65432'),
    ownsServer: wire === 'lab' || server !== undefined,
    // What nobody will look at need not be captured.
    capture: json || pcap !== undefined ? 'auto' : 'off',
    ...(server !== undefined && { server }),
  };
}

/** @throws BridgeError `NOTHING_CAPTURED` */
function packetsOf(trace: Trace): Uint8Array {
  const capture = trace.sources.find(({ name }) => name === 'capture');
  const why = captureCode(capture?.why);
  const sentence = why && captureAdvice({ why });
  if (!capture?.active)
    throw new BridgeError('NOTHING_CAPTURED', `No packets were captured. ${sentence ?? ''} Or use --wire lab.`);
  if (sentence) console.error(`Not all packets were captured. ${sentence}`);
  return tracePcap(trace);
}

function numberOf(positionals: readonly string[]): bigint {
  const [text, ...more] = positionals;
  if (text === undefined) return randomNumber();
  if (more.length > 0 || !/^\d+$/.test(text))
    throw new BridgeError('BAD_OPTION', `"${positionals.join(' ')}" is not an unsigned integer.`);
  return BigInt(text);
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
