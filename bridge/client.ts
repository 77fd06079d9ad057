/**
 * `npm run client`: plays one script without a page, in the same session that a page would get, and prints the reply or the
 * trace. It knows the command line and what a finished trace says; it knows nothing of sessions in progress.
 *
 *     arguments ─▶ script, settings ─▶ run-once ─▶ trace ─┬─▶ number and reply, or --json
 *                                                         └─▶ --pcap FILE
 */
import { parseArgs } from 'node:util';
import { writeFileSync } from 'node:fs';
import { parseAddress } from './address.ts';
import { linesOf, openCapture } from './captures/open-capture.ts';
import { BridgeError, withRemedy } from './errors.ts';
import { tracePcap } from './packet/capture-file/trace-pcap.ts';
import { printable, printableJson } from './trace/printable.ts';
import { runOnce, type ClientSettings } from './run-once.ts';
import type { RunResult } from './runs/run-result.ts';
import { captureAdvice, captureCode } from './sources/capture/unavailable.ts';
import { WIRES, type Trace } from './trace/trace.ts';
import { plainScript, randomNumber } from './trace/script.ts';
import { LabUnavailable } from './wires/lab/lab-unavailable.ts';

const USAGE = `npm run client -- [NUMBER] [options]
  NUMBER                 an unsigned integer (default: a random one from 1 to 1000)
  --json                 print the whole trace as JSON
  --pcap FILE            save the packets, for Wireshark and others; with --target, only if tcpdump may capture
  --target HOST:PORT     where a running server listens (default 127.0.0.1:65432)
  --wire lab             start a server in a private network of two hosts (implied by --pcap without --target)
  --server 'COMMAND'     that server (default: the number server)
  --open FILE [N]        what a capture file holds: a line for each connection, or its connection N as a trace;
                         --json prints the whole list as JSON`;

const SENTENCES: Record<RunResult['outcome'], string> = {
  replied: '',
  silent: 'The server closed the connection without a byte.',
  refused: 'The connection was refused: nothing listens there.',
  reset: 'The connection was reset.',
  timeout: 'The server did not end the connection in time.',
  cancelled: 'The run was cancelled.',
  failed: 'The connection failed.',
  unknown: 'Nobody saw how it went.',
};

const OPTIONS = {
  json: { type: 'boolean' },
  pcap: { type: 'string' },
  target: { type: 'string' },
  wire: { type: 'string' },
  server: { type: 'string' },
  open: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Returns the exit status: 0 if the server replied or was silent, 1 if anything failed, 2 for a bad command line. */
export async function main(args: readonly string[]): Promise<number> {
  // `print` reports the failure itself. Without a listener, this event would end the process.
  process.stdout.on('error', () => {});
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (values.help) {
      await print(USAGE);
      return 0;
    }
    if (values.open !== undefined) {
      await printCapture(values.open, positionals, values.json === true);
      return 0;
    }
    const number = numberOf(positionals);
    const trace = await runOnce(settingsOf(values), plainScript(number));
    if (values.pcap !== undefined) save(values.pcap, packetsOf(trace));
    await (values.json ? print(printableJson(JSON.stringify(trace, null, 2))) : printReply(number, trace));
    return statusOf(trace);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const usage = !(error instanceof BridgeError) || code === 'BAD_OPTION';
    const sentence = printable(error instanceof LabUnavailable ? withoutPage(error) : message);
    console.error(usage ? `${sentence}\n${USAGE}` : sentence);
    return usage ? 2 : 1;
  }
}

/** A remedy may be a command line of the bridge. The client has the same options, and must not send anybody to a page. */
function withoutPage({ sentence, remedy }: LabUnavailable): string {
  return withRemedy(sentence, remedy?.replace('npm start --', 'npm run client -- --wire lab'));
}

interface ClientOptions {
  target?: string;
  wire?: string;
  server?: string;
  pcap?: string;
  json?: boolean;
}

/** A running server is reached directly; a server that the client starts itself runs in the lab. */
function settingsOf(values: ClientOptions): ClientSettings {
  const { target, server, pcap, json } = values;
  const startsServer = target === undefined && (server !== undefined || pcap !== undefined);
  const name = values.wire ?? (startsServer ? 'lab' : 'direct');
  const wire = WIRES.find((each) => each === name);
  if (wire === undefined)
    throw new BridgeError('BAD_OPTION', `"${name}" is not a wire. The wires are: ${WIRES.join(', ')}.`);
  return {
    wire,
    target: parseAddress(target ?? '127.0.0.1:65432'),
    ownsServer: wire === 'lab' || server !== undefined,
    // Otherwise nothing of the capture would be shown.
    capture: json || pcap !== undefined ? 'auto' : 'off',
    ...(server !== undefined && { server }),
  };
}

/** @throws BridgeError `NOTHING_CAPTURED` */
function packetsOf(trace: Trace): Uint8Array {
  const capture = trace.sources.find(({ name }) => name === 'capture');
  const why = captureCode(capture?.why);
  const sentence = why && captureAdvice({ why });
  if (!capture?.active) {
    const advice = sentence === undefined ? 'Use --wire lab.' : `${sentence} Or use --wire lab.`;
    throw new BridgeError('NOTHING_CAPTURED', `No packets were captured. ${advice}`);
  }
  if (sentence) console.error(`Not all packets were captured. ${sentence}`);
  return tracePcap(trace);
}

/** @throws BridgeError `BAD_OPTION`, `NO_SUCH_CONNECTION`, and what `openCapture` throws */
async function printCapture(path: string, positionals: readonly string[], asJson: boolean): Promise<void> {
  const number = positionals.length === 0 ? undefined : Number(numberOf(positionals));
  const capture = await openCapture(path);
  const { overview, summaries } = capture;
  if (number !== undefined) {
    if (!summaries[number - 1])
      throw new BridgeError('NO_SUCH_CONNECTION', `The file has ${summaries.length} connections, counted from 1.`);
    return print(printableJson(JSON.stringify(await capture.trace(number - 1), null, 2)));
  }
  if (asJson) return print(JSON.stringify({ ...overview, connections: summaries }, null, 2));
  for (const line of linesOf(capture)) await print(line);
}

function numberOf(positionals: readonly string[]): bigint {
  const [text, ...more] = positionals;
  if (text === undefined) return randomNumber();
  if (more.length > 0 || !/^\d+$/.test(text))
    throw new BridgeError('BAD_OPTION', `"${positionals.join(' ')}" is not an unsigned integer.`);
  return BigInt(text);
}

/** Prints what the classic client prints: the number, then the reply. */
async function printReply(number: bigint, trace: Trace): Promise<void> {
  await print(String(number));
  if (trace.reply) await print(printable(trace.reply.text));
  if (SENTENCES[trace.outcome]) console.error(SENTENCES[trace.outcome]);
}

function statusOf({ outcome }: Trace): number {
  return outcome === 'replied' || outcome === 'silent' ? 0 : 1;
}

/** @throws BridgeError `NOT_SAVED` */
function save(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (cause) {
    throw new BridgeError('NOT_SAVED', `The packets could not be saved: ${(cause as Error).message}.`, { cause });
  }
}

/**
 * Prints a line on the standard output. console.log would hide that the disk is full.
 * @throws BridgeError `NOT_SAVED`, unless the reader has closed the pipe because it has read enough
 */
function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${text}\n`, (cause) => {
      if (!cause || READER_IS_GONE.has((cause as NodeJS.ErrnoException).code)) resolve();
      else reject(new BridgeError('NOT_SAVED', `The output could not be written: ${cause.message}.`, { cause }));
    });
  });
}

/** EPIPE: the reader has closed the pipe. Every later write fails with Node's own code. */
const READER_IS_GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ERR_STREAM_DESTROYED']);
