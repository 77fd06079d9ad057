import type { Trace } from '../../bridge/trace/trace.ts';
import type { Call, CallName, Flag, Segment, Side, State, Step, TcpState } from '../../bridge/trace/step.ts';

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

  /** The retransmissions of a segment. */
  again(first: Segment | undefined): Segment[] {
    return this.segments.filter(({ retransmissionOf }) => first !== undefined && retransmissionOf === first.id);
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

  state(side: Side, to: TcpState): State | undefined {
    return this.#steps.filter((step) => step.kind === 'state').find((state) => state.side === side && state.to === to);
  }

  /** Whether the server program printed this text. */
  printed(text: string): boolean {
    return this.#steps.some((step) => step.kind === 'output' && step.line.includes(text));
  }

  get connected(): boolean {
    return this.call('client', 'connect')?.result === 'ok';
  }
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
