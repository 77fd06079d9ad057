import { PAYLOAD_SHOWN, type Step } from '../trace/step.ts';
import type { FieldsFor } from './fields.ts';

export const SIDES = ['client', 'server'] as const;
export const STREAMS = ['stdout', 'stderr'] as const;

/** Bytes of the IP and TCP headers, each with all the options that it can have. */
const LONGEST_HEADERS = 120;
/** No call has more, and TCP has eight control bits (RFC 9293 §3.1). */
const MOST_ARGUMENTS = 16;
const MOST_FLAGS = 8;
/** TCP options take at most 40 bytes, and each at least one. */
const MOST_OPTIONS = 40;
/** As many as there are. */
const MOST_MARKS = 16;

const OF_EVERY_STEP = {
  id: 'text',
  at: 'number',
  side: SIDES,
  evidence: ['captured', 'observed', 'inferred'],
  'reason?': 'text',
  'connection?': 'integer',
} as const satisfies FieldsFor<Pick<Step, 'id' | 'at' | 'side' | 'evidence' | 'reason' | 'connection'>>;

/**
 * The fields of a step, by its kind: the one description that the protocol, the page's check of messages and its check of
 * trace files are made from. `trace/step.ts` says what each means; the type check holds the two together.
 */
export const STEP_FIELDS = {
  call: {
    ...OF_EVERY_STEP,
    name: 'text',
    args: { list: 'text', most: MOST_ARGUMENTS },
    startedAt: 'number',
    'returnedAt?': 'number',
    'result?': 'text',
    'bytes?': 'number',
    'payload?': { hex: PAYLOAD_SHOWN },
    'ready?': 'number',
    'value?': 'text',
    'tls?': { fields: { bytes: 'number', payload: { hex: PAYLOAD_SHOWN } } },
    'handshake?': {
      fields: {
        version: 'text',
        cipher: 'text',
        'alpn?': 'text',
        'serverName?': 'text',
        'peerName?': 'text',
        'why?': 'text',
      },
    },
    'peer?': 'text',
    'systemCall?': 'text',
    'process?': 'number',
    'thread?': 'number',
    'within?': { fields: { 'startUs?': 'number', 'returnUs?': 'number' } },
    'range?': { fields: { earlierUs: 'number', laterUs: 'number' } },
  },
  segment: {
    ...OF_EVERY_STEP,
    from: SIDES,
    flags: { list: 'text', most: MOST_FLAGS },
    seq: 'number',
    'ack?': 'number',
    'rawSeq?': 'number',
    'rawAck?': 'number',
    'window?': 'number',
    'options?': { list: 'text', most: MOST_OPTIONS },
    length: 'number',
    payload: { hex: PAYLOAD_SHOWN },
    sentAt: 'number',
    'arrivedAt?': 'number',
    fate: ['delivered', 'dropped', 'underway', 'held', 'unknown'],
    'estimated?': ['sentAt', 'arrivedAt', 'both'],
    'header?': { hex: LONGEST_HEADERS },
    'retransmissionOf?': 'text',
    'duplicateOf?': 'text',
    'behind?': 'text',
    'repeats?': 'number',
    'probe?': ['keep-alive', 'zero-window'],
    'marks?': { list: 'text', most: MOST_MARKS },
    'causedBy?': 'text',
    'woke?': 'text',
  },
  state: {
    ...OF_EVERY_STEP,
    from: 'text',
    to: 'text',
    'cause?': 'text',
    'seenAt?': 'number',
    'expected?': 'text',
    'lastsMs?': 'number',
  },
  output: { ...OF_EVERY_STEP, stream: STREAMS, line: 'text' },
} as const satisfies { [Kind in Step['kind']]: FieldsFor<Omit<Extract<Step, { kind: Kind }>, 'kind'>> };
