import { Compile } from 'typebox/compile';
import { BridgeError } from '../errors.ts';
import type { Limits } from '../protocol/limits.ts';
import { PAGE_MESSAGES, RunId, type PageMessage } from '../protocol/messages.ts';
import { bytesSent, type Script } from '../trace/script.ts';

const readers = new Map(Object.entries(PAGE_MESSAGES).map(([type, schema]) => [type, Compile(schema)]));

const runIdReader = Compile(RunId);

type MessageLimits = Pick<Limits, 'messageBytes' | 'sendBytesPerRun' | 'runMs'>;

/** An error about a message, with the id of its run, if that could be read. */
export class MessageError extends BridgeError {
  runId?: RunId;
}

/**
 * Reads one message of a page.
 * @throws MessageError `MESSAGE_TOO_LARGE`, `NOT_TEXT`, `BAD_JSON`, `UNKNOWN_MESSAGE`, `BAD_MESSAGE`, `BAD_SCRIPT`
 */
export function readMessage(data: Buffer, isBinary: boolean, limits: MessageLimits): PageMessage {
  if (isBinary) throw new MessageError('NOT_TEXT', 'Messages are JSON in text frames.');
  if (data.length > limits.messageBytes)
    throw new MessageError('MESSAGE_TOO_LARGE', `A message has at most ${limits.messageBytes} bytes.`);
  const value = parseJson(data);
  const type = property(value, 'type');
  const reader = typeof type === 'string' ? readers.get(type) : undefined;
  if (!reader) {
    const types = [...readers.keys()].join(', ');
    throw about(value, new MessageError('UNKNOWN_MESSAGE', `A message has one of these types: ${types}.`));
  }
  if (!reader.Check(value)) throw about(value, new MessageError('BAD_MESSAGE', firstFault(reader.Errors(value))));
  const message = value as PageMessage;
  if (message.type === 'run') checkRun(message, limits);
  return message;
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString('utf8'));
  } catch (cause) {
    throw new MessageError('BAD_JSON', 'The message is not JSON.', { cause });
  }
}

function checkRun(message: Extract<PageMessage, { type: 'run' }>, limits: MessageLimits): void {
  const { script, client, server } = message;
  const fault = (text: string): MessageError => about(message, new MessageError('BAD_MESSAGE', text));
  if ((script === undefined) === (client === undefined)) throw fault('A run has either a script or "client": true.');
  if (client && server) throw fault('A client program has no server of its own.');
  if (script) checkScript(script, message, limits);
}

/** What a schema cannot express: the order of operations, and the sums of what they send and how long they wait. */
function checkScript(script: Script, message: PageMessage, limits: MessageLimits): void {
  const fault = (text: string): MessageError => about(message, new MessageError('BAD_SCRIPT', text));
  const misplaced = misplacedIn(script);
  if (misplaced !== undefined) throw fault(misplaced);
  let sent = 0;
  let waited = 0;
  for (const operation of script) {
    if (operation.do === 'send') sent += bytesSent(operation);
    if (operation.do === 'wait') waited += operation.ms;
  }
  if (sent > limits.sendBytesPerRun) throw fault(`A run sends at most ${limits.sendBytesPerRun} bytes.`);
  if (waited > limits.runMs) throw fault(`A run lasts at most ${limits.runMs} ms.`);
}

/** What is wrong with the order of operations, in a sentence. */
function misplacedIn(script: Script): string | undefined {
  let ended: string | undefined;
  let hasTls = false;
  for (const { do: name } of script) {
    if (ended === 'close' || ended === 'reset') return `Nothing may follow ${ended}.`;
    if (ended === 'shutdown' && NOT_AFTER_SHUTDOWN.has(name)) return `${name} cannot follow shutdown.`;
    if (name === 'tls' && hasTls) return 'tls can be begun once.';
    hasTls ||= name === 'tls';
    if (name === 'shutdown' || name === 'close' || name === 'reset') ended = name;
  }
  return undefined;
}

const NOT_AFTER_SHUTDOWN: ReadonlySet<string> = new Set(['send', 'tls', 'shutdown']);

function firstFault(errors: { instancePath: string; message: string }[]): string {
  const [first] = errors;
  return first ? `${first.instancePath || 'message'} ${first.message}` : 'The message does not fit its type.';
}

function about(value: unknown, error: MessageError): MessageError {
  const id = property(value, 'id');
  if (runIdReader.Check(id)) error.runId = id;
  return error;
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
