/**
 * `npm run client -- --open FILE`: what a capture file holds, for a terminal. It reads the file piece by piece, as the page's
 * worker does, and knows neither a bridge nor a page.
 *
 *     FILE ─▶ CaptureReading ─┬─▶ a line for each connection, or --json
 *                             └─▶ with a number: that connection as a trace
 */
import { constants, openAsBlob } from 'node:fs';
import { access } from 'node:fs/promises';
import { formatAddress } from '../address.ts';
import { BridgeError } from '../errors.ts';
import { CaptureReading, type CaptureFailure } from '../packet/connection-trace/capture-reading.ts';
import type { CaptureOverview } from '../packet/connections/capture-index.ts';
import type { ConnectionSummary, End, Ended, Missing, Opened } from '../packet/connections/connection-summary.ts';
import type { Trace } from '../trace/trace.ts';

const OPENED: Record<Opened, string> = {
  handshake: 'opened',
  simultaneous: 'opened by both at once',
  'half-open': 'half open',
  'not-answered': 'never answered',
  refused: 'refused',
  'before-capture': 'began earlier',
};
const ENDED: Record<Ended, string> = {
  closed: 'closed',
  'half-closed': 'one side closed',
  reset: 'reset',
  'not-opened': '',
  'not-seen': 'end not seen',
};
const MISSING: Partial<Record<Missing, string>> = {
  client: "client's packets missing",
  server: "server's packets missing",
  segments: 'segments missing',
};
const NANOSECONDS = 1e9;

export interface OpenedCapture {
  readonly overview: CaptureOverview;
  readonly summaries: readonly ConnectionSummary[];
  /** @param number from 0: the connection's place in `summaries` */
  trace(number: number): Promise<Trace>;
}

/** Why a file is not shown, behind its name. */
const FAILURES: Record<CaptureFailure, string> = {
  FILE_UNREADABLE: 'cannot be read.',
  UNSUPPORTED_COMPRESSION: 'is compressed in a way that this Node.js cannot undo.',
  NOT_A_CAPTURE: 'is no capture file: pcap or pcapng.',
  CAPTURE_DAMAGED: 'is damaged, and nothing of it can be read.',
};

/**
 * Reads a capture file. What comes after a damaged place is not shown; `overview.problem` says where that is.
 * @throws BridgeError with a `CaptureFailure` as its code
 */
export async function openCapture(path: string): Promise<OpenedCapture> {
  const reading = new CaptureReading(await fileAt(path));
  const failure = await reading.readWhatCanBe();
  if (failure) throw new BridgeError(failure, `${path} ${FAILURES[failure]}`);
  const { index, summaries } = reading;
  return { overview: index.overview, summaries, trace: (number) => reading.trace(number) };
}

async function fileAt(path: string): Promise<Blob> {
  try {
    // Opening says less of what is wrong.
    await access(path, constants.R_OK);
    return await openAsBlob(path);
  } catch (cause) {
    throw new BridgeError('FILE_UNREADABLE', `${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** What the terminal shows of a capture: a line for each connection, and what could not be read. */
export function* linesOf({ overview, summaries }: OpenedCapture): Generator<string> {
  for (const summary of summaries) yield lineOf(summary);
  const { frames, segments, unread, problem } = overview;
  yield `${summaries.length} connections, ${segments} segments in ${frames} frames`;
  for (const { reason, count } of unread) yield `${count} frames without a segment: ${reason}`;
  if (problem) yield `The file cannot be read beyond byte ${problem.position}: ${problem.code}`;
}

function lineOf(summary: ConnectionSummary): string {
  const { connection, client, server, data, firstAt, lastAt, opened, ended, endedBy } = summary;
  const end = ENDED[ended];
  const by = end && endedBy && (ended === 'closed' || ended === 'reset') ? `${end} by the ${endedBy}` : end;
  const words = [OPENED[opened], by, ...troubles(summary)].filter(Boolean).join(', ');
  const seconds = ((lastAt - firstAt) / NANOSECONDS).toFixed(3);
  const bytes = `${data.client} bytes up, ${data.server} down`;
  return `#${connection + 1} ${ends(client)} → ${ends(server)}: ${words}; ${bytes}; ${seconds} s`;
}

function troubles({ retransmissions, outOfOrder, zeroWindows, missing }: ConnectionSummary): string[] {
  const repeated = retransmissions.client + retransmissions.server;
  return [
    repeated > 0 ? `${repeated} retransmitted` : '',
    outOfOrder > 0 ? `${outOfOrder} out of order` : '',
    zeroWindows > 0 ? `${zeroWindows} zero windows` : '',
    ...missing.map((part) => MISSING[part] ?? ''),
  ];
}

function ends({ address, port }: End): string {
  return formatAddress({ host: address, port });
}
