import type { Trace } from '../../bridge/trace/trace.ts';
import type { Call, CallName, Flag, Segment, Side, State, Step, TcpState } from '../../bridge/trace/step.ts';
import { numberAfter } from '../../bridge/trace/tcp/sequence-number.ts';

/** What the scenarios need of a finished run. */
export type FinishedRun = Pick<Trace, 'outcome' | 'reply'> & { readonly steps: readonly Step[] };

/** Facts about a finished run, read from its trace. */
export class Facts {
  readonly outcome: Trace['outcome'];
  readonly reply: string;
  readonly #steps: readonly Step[];
  /** In the order of sending, without the wire's copies. */
  readonly segments: readonly Segment[];

  constructor({ steps, outcome, reply }: FinishedRun) {
    this.outcome = outcome;
    this.reply = reply?.text ?? '';
    this.#steps = steps;
    this.segments = steps.filter((step) => step.kind === 'segment').filter(({ duplicateOf }) => !duplicateOf);
  }

  /** Segments of one side with this flag. */
  flagged(from: Side, flag: Flag): Segment[] {
    return this.segments.filter((segment) => segment.from === from && segment.flags.includes(flag));
  }

  flag(from: Side, flag: Flag): Segment | undefined {
    return this.flagged(from, flag)[0];
  }

  /** Segments of one side that carry data, without retransmissions and probes. */
  data(from: Side): Segment[] {
    return this.segments.filter(
      ({ from: sender, length, retransmissionOf, probe }) =>
        sender === from && length > 0 && !retransmissionOf && !probe,
    );
  }

  /** Segments of one side that carry only an acknowledgment. */
  acks(from: Side): Segment[] {
    return this.segments.filter(
      ({ from: sender, length, flags }) => sender === from && length === 0 && flags.join() === 'ACK',
    );
  }

  /** The first segment of the other side, sent after this one arrived, that acknowledges all of it. */
  acknowledgment(segment: Segment | undefined): Segment | undefined {
    const { arrivedAt, from } = segment ?? {};
    if (segment === undefined || arrivedAt === undefined) return undefined;
    return this.segments.find(
      (other) =>
        other.from !== from &&
        other.sentAt >= arrivedAt &&
        !other.flags.includes('RST') &&
        (other.ack ?? -1) >= numberAfter(segment),
    );
  }

  /** The retransmissions of a segment. */
  again(first: Segment | undefined): Segment[] {
    return this.segments.filter(({ retransmissionOf }) => first !== undefined && retransmissionOf === first.id);
  }

  /** The segments that were sent between two moments. */
  between(from: number, to: number): Segment[] {
    return this.segments.filter(({ sentAt }) => sentAt > from && sentAt < to);
  }

  /** The wire's copies that arrived. */
  get copies(): Segment[] {
    return this.#steps
      .filter((step) => step.kind === 'segment')
      .filter(({ duplicateOf, arrivedAt }) => duplicateOf !== undefined && arrivedAt !== undefined);
  }

  calls(side: Side, name: CallName): Call[] {
    return this.#steps
      .filter((step) => step.kind === 'call')
      .filter((call) => call.side === side && call.name === name);
  }

  call(side: Side, name: CallName): Call | undefined {
    return this.calls(side, name)[0];
  }

  /** Bytes that a side's program is known to have read. */
  bytesRead(side: Side): number {
    return this.calls(side, 'recv').reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  }

  state(side: Side, to: TcpState): State | undefined {
    return this.#states(side).find((state) => state.to === to);
  }

  /** The state of a side at a moment. */
  stateAt(side: Side, moment: number): TcpState | undefined {
    return this.#states(side).findLast(({ at }) => at <= moment)?.to;
  }

  /** The state of a side at the end of the run. */
  lastState(side: Side): TcpState | undefined {
    return this.stateAt(side, Infinity);
  }

  /** When a side left a state that it had entered. */
  leaves(side: Side, left: TcpState): number | undefined {
    return this.#states(side).find(({ from }) => from === left)?.at;
  }

  #states(side: Side): State[] {
    return this.#steps.filter((step) => step.kind === 'state').filter((state) => state.side === side);
  }

  /** When the server program printed this text. Undefined if it did not. */
  printedAt(text: string): number | undefined {
    return this.#steps.find((step) => step.kind === 'output' && step.line.includes(text))?.at;
  }

  /** Whether the server program printed this text. */
  printed(text: string): boolean {
    return this.printedAt(text) !== undefined;
  }

  get connected(): boolean {
    return this.call('client', 'connect')?.result === 'ok';
  }
}

/** The handshake is three segments that arrive, in this order, before anything else. */
export function opensWithThree({ segments }: Facts): boolean {
  const expected = ['SYN', 'SYN,ACK', 'ACK'];
  return expected.every((flags, index) => {
    const segment = segments[index];
    return segment?.flags.join() === flags && segment.fate === 'delivered';
  });
}

/** The side's FIN was the first, before any RST. */
export function closesFirst(run: Facts, side: Side): boolean {
  const end = run.segments.find(({ flags }) => flags.includes('FIN') || flags.includes('RST'));
  return end?.from === side && end.flags.includes('FIN');
}

/** No call of the client's program failed: it notices nothing. */
export function clientNoticesNothing(run: Facts): boolean {
  const names = ['socket', 'connect', 'send', 'recv', 'shutdown', 'close'] as const;
  return names.every((name) => run.calls('client', name).every(({ result }) => result === 'ok'));
}

/** A call waited from before one moment until after another. */
export function isBlocked(call: Call | undefined, from: number | undefined, to: number | undefined): boolean {
  if (!call || from === undefined || to === undefined) return false;
  return call.startedAt <= from && (call.returnedAt ?? Infinity) >= to;
}

/** A segment of the server's that has a RST was sent at or after this moment. */
export function resetsAfter(run: Facts, moment: number | undefined): boolean {
  return moment !== undefined && run.flagged('server', 'RST').some(({ sentAt }) => sentAt >= moment);
}

/** Microseconds from a lost segment to its first retransmission. */
export function patience(run: Facts, lost: Segment | undefined): number | undefined {
  const [copy] = run.again(lost);
  return lost && copy && copy.sentAt - lost.sentAt;
}

/** The nearest of a fifth of a second, one second and three seconds. */
export function inSeconds(us: number | undefined): 'fifth' | 'one' | 'three' | undefined {
  if (us === undefined) return undefined;
  return us < 600_000 ? 'fifth' : us < 2_000_000 ? 'one' : 'three';
}

export const SECONDS = ['fifth', 'one', 'three'] as const;

/** The meaning of the number server's reply. */
export const PARITY = ['even', 'odd', 'silence'] as const;
export function parity({ reply }: Facts): (typeof PARITY)[number] | undefined {
  return ({ PAR: 'even', ÍMPAR: 'odd', '': 'silence' } as const)[reply];
}

/** The side that is in TIME_WAIT at the end. */
export const WAITERS = ['client', 'server', 'nobody'] as const;
export function waiter(run: Facts): (typeof WAITERS)[number] {
  return run.state('client', 'TIME_WAIT') ? 'client' : run.state('server', 'TIME_WAIT') ? 'server' : 'nobody';
}

/** The segment with which the server's side ended. */
export const ENDS = ['fin', 'rst', 'nothing'] as const;
export function serverEnd(run: Facts): (typeof ENDS)[number] {
  return run.flag('server', 'RST') ? 'rst' : run.flag('server', 'FIN') ? 'fin' : 'nothing';
}

/** The first answer of the server's kernel to the SYN. */
export const SYN_ANSWERS = ['synack', 'rst', 'nothing'] as const;
export function synAnswer(run: Facts): (typeof SYN_ANSWERS)[number] {
  const [, second] = run.segments;
  if (second?.from !== 'server') return 'nothing';
  return second.flags.includes('RST') ? 'rst' : 'synack';
}
