import { SegmentFlow } from '../../../bridge/packet/flow/segment-flow.ts';
import type { TcpSegment } from '../../../bridge/packet/tcp.ts';
import type { Report } from '../../../bridge/trace/report.ts';
import type { CallName, Segment, Side } from '../../../bridge/trace/step.ts';
import { call, listening } from './reports.ts';
import { SimulatedKernel, type SimulatedSegment } from './kernel.ts';

export type Act =
  | { do: 'send'; bytes: number }
  | { do: 'wait'; us: number }
  /** Reads once; with `all`, reads until the peer ends. */
  | { do: 'recv'; all?: boolean }
  | { do: 'shutdown' }
  | { do: 'reset' };

export interface Plot {
  client: readonly Act[];
  server: readonly Act[];
  /** Microseconds after which the client gives up an unanswered connect(). */
  patienceUs: number;
  /** The fault of each packet, in the order of sending; later packets have none. */
  faults: readonly ('none' | 'drop' | 'duplicate' | 'overtaken')[];
  delayUs: number;
  /** Microseconds from a kernel's sending until its host reads the packet. */
  readingUs: number;
  /** Units that a kernel keeps under way. */
  window: number;
  listens: boolean;
  watched: boolean;
}

const OVERTAKEN_US = 20_000;
/** How the two programs think. */
const THINKING_US = 7;
const INITIAL = { client: 1_000_000, server: 4_294_967_000 };

const other = (side: Side): Side => (side === 'client' ? 'server' : 'client');

/** A program runs until it yields what it waits for. */
type Program = Generator<{ us: number } | { until: () => boolean }, void>;

/**
 * Two programs, two kernels, two hosts and a link in virtual time: what the lab's sources would report of them, in the
 * order in which it happens.
 *
 *     program ─ calls ─▶ kernel ─ packets ─▶ host ─▶ link ─▶ host ─▶ kernel ◀─ calls ─ program
 *                          └─ looked at before and after each packet
 */
export class SimulatedConnection {
  readonly reports: Report[] = [];
  readonly kernels: Record<Side, SimulatedKernel>;
  readonly #plot: Plot;
  readonly #flow = new SegmentFlow();
  readonly #told: Partial<Record<Side, string>> = {};
  readonly #lastArrival = { client: 0, server: 0 };
  readonly #counts: Record<string, number> = {};
  #events: { at: number; action: () => void }[] = [];
  #blocked: { until: () => boolean; program: Program }[] = [];
  #now = 0;
  #sent = 0;

  constructor(plot: Plot) {
    this.#plot = plot;
    const kernel = (side: Side): SimulatedKernel =>
      new SimulatedKernel(side === 'server' && plot.listens ? 'LISTEN' : 'CLOSED', plot.window, {
        // Between two readings of one device nothing is overtaken.
        transmit: (segment) => void this.#later(plot.readingUs, () => this.#read(side, segment)),
        later: (us, action) => this.#later(us, action),
      });
    this.kernels = { client: kernel('client'), server: kernel('server') };
    if (plot.listens) this.reports.push(...listening.filter(({ kind }) => plot.watched || kind === 'state'));
    this.#later(10, () => this.#resume(this.#client()));
    if (plot.listens) this.#resume(this.#server());
    this.#run();
  }

  #run(): void {
    while (this.#events.length > 0) {
      const first = this.#events.reduce((a, b) => (b.at < a.at ? b : a));
      this.#events.splice(this.#events.indexOf(first), 1);
      this.#now = Math.max(this.#now + 1, first.at);
      first.action();
      const awake = this.#blocked.filter(({ until }) => until());
      this.#blocked = this.#blocked.filter((blocked) => !awake.includes(blocked));
      for (const { program } of awake) this.#later(THINKING_US, () => this.#resume(program));
    }
  }

  #later(us: number, action: () => void): () => void {
    const event = { at: this.#now + us, action };
    this.#events.push(event);
    return () => (this.#events = this.#events.filter((waiting) => waiting !== event));
  }

  #tick(): number {
    return (this.#now += 1);
  }

  /** From the kernel to its host, and onto the link. */
  #read(from: Side, segment: SimulatedSegment): void {
    const sentAt = this.#tick();
    this.#look(from);
    const to = other(from);
    const chosen = this.#plot.faults[this.#sent++] ?? 'none';
    // A SYN that comes when all is over opens another connection: not of this trace.
    const fault = chosen === 'overtaken' && segment.flags.includes('SYN') ? 'none' : chosen;
    const fate = fault === 'drop' ? 'dropped' : 'underway';
    const step = this.#flow.segment(from, this.#onWire(from, segment), { sentAt, fate });
    this.reports.push(step);
    if (fault === 'drop') return;
    const inOrder = Math.max(this.#now + this.#plot.delayUs, this.#lastArrival[to]);
    if (fault !== 'overtaken') this.#lastArrival[to] = inOrder;
    const wait = inOrder - this.#now + (fault === 'overtaken' ? OVERTAKEN_US : 0);
    this.#later(wait, () => this.#deliver(to, segment, step));
    if (fault !== 'duplicate') return;
    const copy = this.#flow.duplicateOf(step, this.#tick());
    this.reports.push(copy);
    this.#later(wait - 1, () => this.#deliver(to, segment, copy));
  }

  #deliver(to: Side, segment: SimulatedSegment, step: Segment): void {
    if (this.#told[to] !== this.kernels[to].state) this.#look(to);
    const arrivedAt = this.#tick();
    this.kernels[to].receive(segment);
    this.reports.push({ ...step, fate: 'delivered', arrivedAt });
    this.#look(to);
  }

  #look(side: Side): void {
    const { state } = this.kernels[side];
    this.#told[side] = state;
    const id = `${side}.sighting.${this.#count('sighting')}`;
    const expires = state === 'TIME_WAIT' ? { expiresMs: 60_000 } : {};
    this.reports.push({ kind: 'sighting', id, at: this.#tick(), side, state, ...expires });
  }

  #onWire(from: Side, { flags, seq, ack, length }: SimulatedSegment): TcpSegment {
    const number = (side: Side, relative: number): number => (INITIAL[side] + relative) % 2 ** 32;
    return {
      sourcePort: 1,
      destinationPort: 2,
      seq: number(from, seq),
      ack: ack === undefined ? 0 : number(other(from), ack),
      headerLength: 20,
      reserved: 0,
      flags,
      window: 64_000,
      checksum: 0,
      urgentPointer: 0,
      options: [],
      payload: new Uint8Array(length),
      payloadLength: length,
    };
  }

  #resume(program: Program): void {
    const { value, done } = program.next();
    if (done) return;
    if ('us' in value) this.#later(value.us, () => this.#resume(program));
    else if (value.until()) this.#later(THINKING_US, () => this.#resume(program));
    else this.#blocked.push({ until: value.until, program });
  }

  *#client(): Program {
    const kernel = this.kernels.client;
    const connect = this.#call('client', 'connect');
    kernel.connect();
    let tired = false;
    const givenUp = this.#later(this.#plot.patienceUs, () => (tired = true));
    yield { until: () => kernel.connected || kernel.failure !== undefined || tired };
    givenUp();
    if (kernel.connected) {
      connect({ result: 'ok' });
      yield* this.#play('client', this.#plot.client);
    } else {
      const close = this.#call('client', 'close');
      kernel.close();
      close({});
      connect({ result: kernel.failure ?? 'ECANCELED' });
    }
  }

  *#server(): Program {
    const accept = this.#call('server', 'accept', -4_800);
    yield { until: () => this.kernels.server.connected };
    accept({});
    yield* this.#play('server', this.#plot.server);
  }

  *#play(side: Side, acts: readonly Act[]): Program {
    const kernel = this.kernels[side];
    for (const act of acts) {
      yield { us: act.do === 'wait' ? act.us : THINKING_US };
      if (act.do === 'wait') continue;
      if (act.do === 'recv') yield* this.#receive(side, act.all ?? false);
      else {
        const returned = this.#call(side, act.do);
        const failed = kernel.failure === undefined ? {} : { result: 'EPIPE' };
        if (act.do === 'send') kernel.send(act.bytes);
        else kernel[act.do]();
        returned(act.do === 'send' ? { bytes: act.bytes, ...failed } : failed);
        if (act.do === 'reset') return;
      }
    }
    yield { us: THINKING_US };
    const closed = this.#call(side, 'close');
    kernel.close();
    closed({});
  }

  *#receive(side: Side, all: boolean): Program {
    const kernel = this.kernels[side];
    for (let bytes = 1; bytes > 0;) {
      const returned = this.#call(side, 'recv');
      yield { until: () => kernel.unread > 0 || kernel.peerEnded || kernel.failure !== undefined };
      bytes = kernel.unread;
      kernel.unread = 0;
      returned(bytes === 0 && kernel.failure !== undefined ? { result: kernel.failure } : { bytes });
      if (!all) return;
    }
  }

  /** Reports that a call began; returns a function that reports its return. */
  #call(side: Side, name: CallName, at = this.#tick()): (more: { result?: string; bytes?: number }) => void {
    const several = name === 'send' || name === 'recv' || name === 'shutdown';
    const id = several ? `${side}.${name}.${this.#count(`${side}.${name}`)}` : `${side}.${name}`;
    const report = (returnedAt?: number, more = {}): void => {
      if (side === 'client' || this.#plot.watched) this.reports.push(call(side, name, at, returnedAt, { ...more, id }));
    };
    report();
    this.#tick();
    return (more) => report(this.#tick(), more);
  }

  #count(what: string): number {
    this.#counts[what] ??= 0;
    return this.#counts[what]++;
  }
}
