import fc from 'fast-check';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import { MessageError, readMessage } from '../../bridge/pages/message-reader.ts';
import { LIMITS } from '../../bridge/protocol/limits.ts';
import { BRIDGE_MESSAGES, type BridgeMessage, type PageMessage, type RunId } from '../../bridge/protocol/messages.ts';
import { someMessage } from './arbitrary-messages.ts';

const BATCH = 200;
/** Milliseconds in which even a busy machine answers a batch, cancels its runs and ends them. */
const ANSWERED_MS = 60_000;
/** The id of a run that does not exist: the reply to its cancel shows that all messages before it were read. */
const BARRIER = 'a barrier, and no run';
/** Messages a second: fewer than the bridge's limit for a page. */
const PER_SECOND = 5000;

const schemas = {
  hello: Compile(BRIDGE_MESSAGES.hello),
  begun: Compile(BRIDGE_MESSAGES.begun),
  steps: Compile(BRIDGE_MESSAGES.steps),
  done: Compile(BRIDGE_MESSAGES.done),
  error: Compile(BRIDGE_MESSAGES.error),
};

/** How many replies of each kind a batch must get. */
interface Expected {
  /** Invalid messages: an error each, with this code. */
  codes: string[];
  /** Messages that ask for a run: a `done` each, or an error. */
  runs: RunId[];
  /** Messages about segments or the server, of which there is neither: an error each. */
  impossible: number;
}

/**
 * Sends correct, nearly correct and hostile messages over one WebSocket. Each must get one error, or one run with one
 * `done`. All replies must follow the protocol, and the connection must stay open.
 */
export async function fuzzMessages(
  bridge: { port: number; origin: string },
  { seed, cases, atMostMs = Infinity }: { seed: number; cases: number; atMostMs?: number },
): Promise<{ cases: number; faults: string[] }> {
  const socket = new WebSocket(`ws://127.0.0.1:${bridge.port}/ws`, { origin: bridge.origin });
  const heard: BridgeMessage[] = [];
  socket.on('message', (data: Buffer) => heard.push(JSON.parse(data.toString()) as BridgeMessage));
  socket.on('error', () => {});
  await once(socket, 'open');
  const end = performance.now() + atMostMs;
  const faults: string[] = [];
  let sent = 0;
  for (; sent < cases && faults.length === 0 && performance.now() < end; sent += BATCH) {
    const batch = fc.sample(someMessage, { seed: seed + sent, numRuns: BATCH });
    const expected = expectedOf(batch);
    heard.length = 0;
    for (const message of batch) socket.send(message);
    const fault = (await answered(socket, heard, expected)) ?? nonsenseIn(heard);
    if (fault !== undefined) faults.push(`messages ${sent} to ${sent + BATCH} of seed ${seed}: ${fault}`);
  }
  socket.terminate();
  return { cases: sent, faults };
}

function expectedOf(batch: readonly (string | Buffer)[]): Expected {
  const expected: Expected = { codes: [], runs: [], impossible: 0 };
  for (const message of batch) {
    const read = readOrCode(message);
    if (typeof read === 'string') expected.codes.push(read);
    else if (read.type === 'run') expected.runs.push(read.id);
    else if (read.type !== 'cancel') expected.impossible += 1;
  }
  return expected;
}

function readOrCode(message: string | Buffer): PageMessage | string {
  try {
    return readMessage(Buffer.from(message), typeof message !== 'string', LIMITS);
  } catch (error) {
    if (error instanceof MessageError) return error.code;
    throw error;
  }
}

/** Waits for the batch's replies, then cancels all open runs; returns what is missing, or too much. */
async function answered(
  socket: WebSocket,
  heard: BridgeMessage[],
  { codes, runs, impossible }: Expected,
): Promise<string | undefined> {
  if (!(await passes(socket, heard))) return 'the bridge does not answer';
  const errors = heard.flatMap((message) => (message.type === 'error' && message.id !== BARRIER ? [message.code] : []));
  for (const code of new Set(codes)) {
    const [wanted, got] = [count(codes, code), count(errors, code)];
    if (got < wanted) return `${code}: ${got} errors instead of ${wanted}`;
  }
  // A cancel gets a reply of its own only if its run does not exist.
  const refused = errors.length - codes.length - impossible - count(errors, 'NO_SUCH_RUN');
  for (const id of new Set(runs)) socket.send(JSON.stringify({ type: 'cancel', id }));
  const begun = runs.length - refused;
  const isDone = (): boolean => heard.filter(({ type }) => type === 'done').length >= begun;
  const end = performance.now() + ANSWERED_MS;
  while (!isDone() && performance.now() < end) await delay(1);
  // A surplus `done` would come as quickly.
  await delay((1000 * BATCH) / PER_SECOND);
  const done = heard.flatMap((message) => (message.type === 'done' ? [message.id] : []));
  if (refused < 0 || done.length !== begun) return `${done.length} done of ${begun} runs, ${refused} refused`;
  const foreign = done.find((id) => !runs.includes(id));
  return foreign === undefined ? undefined : `a done of ${foreign}, which nobody asked for`;
}

/** Returns whether the bridge has read all that was sent so far. */
async function passes(socket: WebSocket, heard: readonly BridgeMessage[]): Promise<boolean> {
  socket.send(JSON.stringify({ type: 'cancel', id: BARRIER }));
  const end = performance.now() + ANSWERED_MS;
  const passed = (): boolean => heard.some((message) => message.type === 'error' && message.id === BARRIER);
  while (!passed()) {
    if (socket.readyState !== socket.OPEN || performance.now() > end) return false;
    await delay(1);
  }
  return true;
}

function nonsenseIn(heard: readonly BridgeMessage[]): string | undefined {
  const nonsense = heard.find(
    (message) => !schemas[message.type]?.Check(message) || (message.type === 'error' && message.code === 'INTERNAL'),
  );
  return nonsense && `not of the protocol: ${JSON.stringify(nonsense).slice(0, 500)}`;
}

function count(values: readonly string[], value: string): number {
  return values.filter((other) => other === value).length;
}
