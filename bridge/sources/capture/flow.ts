import type { TcpPacket } from '../../packet/packet.ts';
import { SegmentFlow } from '../../packet/flow/segment-flow.ts';
import type { Sink } from '../../trace/report.ts';
import { otherSide, type Segment, type Side } from '../../trace/step.ts';
import { numberAfter } from '../../trace/tcp/sequence-number.ts';
import type { CaptureTime } from './wall-clock.ts';
import type { Tcpdump } from './tcpdump.ts';
import type { CaptureTimes } from './times.ts';
import type { CaptureFlaw } from './unavailable.ts';
import type { OwnStatus, Watch } from '../source.ts';

/** Milliseconds after the client's end: if no segment was read by then, the connection took another way. */
const FIRST_SEEN_MS = 150;

/** Microseconds between two packets, at least: their steps need an order. */
const BETWEEN_US = 0.2;

/** What a flow needs to know of the tcpdump that captures for it. */
type Counting = Pick<Tcpdump, 'dropped' | 'ended' | 'countDropped'>;

/** The capture of one run. */
export interface RunCapture extends Watch {
  /** Whether this very run was captured. */
  status(): OwnStatus;
}

export interface CaptureFlowOptions {
  zero: number;
  sink: Sink;
  tcpdump: Counting;
  times: CaptureTimes;
  /** The connection was open before: its SYN was not seen. */
  isOpen?: boolean;
  /** Called with the client's port of this run. */
  onPort(port: number): void;
  /** @param port as given to `onPort`, if it was called */
  onStop(port: number | undefined): void;
}

/**
 * One run's connection in the capture: each of its segments becomes a step. It begins with the client's SYN, so that late
 * segments of an earlier connection from the same port are left out. A connection that was open before begins at once.
 */
export class CaptureFlow implements RunCapture {
  readonly watchesServer = false;
  readonly seesAttempts = true;
  readonly #options: CaptureFlowOptions;
  readonly #segments = new SegmentFlow();
  readonly #droppedBefore: number;
  readonly #afterFin: Partial<Record<Side, number>> = {};
  readonly #acknowledged: Record<Side, number> = { client: 0, server: 0 };
  #sink: Sink | undefined;
  #port: number | undefined;
  #begun = false;
  #foreign = false;
  #reset = false;
  #settling = false;
  #lastAt = -Infinity;
  #flaw: CaptureFlaw | undefined;
  #whenSettled: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CaptureFlowOptions) {
    this.#options = options;
    this.#sink = options.sink;
    this.#begun = options.isOpen ?? false;
    if (options.isOpen) this.#flaw = 'CAPTURE_BEGAN_LATE';
    this.#droppedBefore = options.tcpdump.dropped;
  }

  status(): OwnStatus {
    if (this.#flaw === undefined) return { name: 'capture', active: true };
    return { name: 'capture', active: this.#begun, why: this.#flaw };
  }

  connectedFrom(port: number): void {
    this.#port = port;
    this.#options.onPort(port);
  }

  take(from: Side, { tcp, header }: TcpPacket, { at, sure }: CaptureTime): void {
    const { times, zero } = this.#options;
    const opens = from === 'client' && tcp.flags.includes('SYN');
    if (!this.#sink || this.#foreign || !(this.#begun || opens)) return;
    this.#foreign = this.#segments.beginsAnew(from, tcp);
    if (this.#foreign || this.#flaw === 'CAPTURE_SAW_NOTHING') return;
    this.#begun = true;
    if (!sure) this.#flaw ??= 'CAPTURE_CLOCK_SET';
    this.#lastAt = Math.max(this.#lastAt + BETWEEN_US, at - zero);
    const segment = this.#segments.segment(from, tcp, { sentAt: this.#lastAt, fate: 'unknown', header });
    for (const timed of times.put(segment, this.#lastAt)) this.#sink?.(timed);
    this.#noteEnd(segment);
    if (this.#isOver) this.#settle();
  }

  whenSettled(callback: () => void): void {
    this.#whenSettled = callback;
    const { tcpdump } = this.#options;
    if (this.#port === undefined || tcpdump.ended) return this.tcpdumpEnded();
    if (this.#isOver) return this.#settle();
    if (!this.#begun) this.#timer = setTimeout(() => this.#sawNothing(), FIRST_SEEN_MS);
    // The packets that the flow waits for may have been lost.
    void this.#countLost();
  }

  /** Nothing more will be captured. */
  tcpdumpEnded(): void {
    if (this.#port !== undefined && !this.#isOver)
      this.#flaw ??= this.#begun ? 'CAPTURE_ENDED_EARLY' : 'CAPTURE_SAW_NOTHING';
    this.#settled();
  }

  stop(): void {
    if (!this.#sink) return;
    this.#sink = undefined;
    clearTimeout(this.#timer);
    this.#options.onStop(this.#port);
  }

  /** Both ends have had their FIN acknowledged, or one has reset. */
  get #isOver(): boolean {
    const { client, server } = this.#afterFin;
    if (this.#reset) return true;
    if (client === undefined || server === undefined) return false;
    return this.#acknowledged.client >= client && this.#acknowledged.server >= server;
  }

  #noteEnd(segment: Segment): void {
    const { from, flags, ack = 0 } = segment;
    const to = otherSide(from);
    if (flags.includes('RST')) this.#reset = true;
    if (flags.includes('FIN')) this.#afterFin[from] = numberAfter(segment);
    this.#acknowledged[to] = Math.max(this.#acknowledged[to], ack);
  }

  #settle(): void {
    if (!this.#whenSettled || this.#settling) return;
    this.#settling = true;
    clearTimeout(this.#timer);
    const count = (): void => void this.#countLost().then(() => this.#settled());
    // Segments that the other end sent before it knew of the reset are still under way.
    const { underWayMs } = this.#options.times;
    if (this.#reset && underWayMs > 0) this.#timer = setTimeout(count, underWayMs);
    else count();
  }

  async #countLost(): Promise<void> {
    const { tcpdump } = this.#options;
    await tcpdump.countDropped();
    if (tcpdump.dropped > this.#droppedBefore) this.#flaw ??= 'CAPTURE_LOST_PACKETS';
  }

  /** The connection took another way than the capture: other sources report what they can. */
  #sawNothing(): void {
    if (!this.#begun) this.#flaw = 'CAPTURE_SAW_NOTHING';
    if (!this.#begun) this.#settled();
  }

  #settled(): void {
    clearTimeout(this.#timer);
    const callback = this.#whenSettled;
    this.#whenSettled = undefined;
    callback?.();
  }
}
