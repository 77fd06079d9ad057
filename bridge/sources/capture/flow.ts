import type { TcpPacket } from '../../packet/packet.ts';
import { SegmentFlow } from '../../packet/flow/segment-flow.ts';
import { otherSide } from '../../trace/draft.ts';
import type { Sink } from '../../trace/report.ts';
import type { Segment, Side } from '../../trace/step.ts';
import type { CaptureChild } from './child.ts';
import type { CaptureTime } from './packet-clock.ts';
import type { CaptureTimes } from './times.ts';
import type { CaptureFlaw } from './unavailable.ts';
import type { OwnStatus, Watch } from '../source.ts';

/** Milliseconds after the client's end by which its first segment must have been read, or it did not come by here. */
const FIRST_SEEN_MS = 150;

/** Two packets do not come by at the same moment. */
const BETWEEN_US = 0.2;

/** What a flow needs to know of what captures for it. */
type Counting = Pick<CaptureChild, 'dropped' | 'ended' | 'countDropped'>;

/** What a capture has of one run. */
export interface RunCapture extends Watch {
  /** What was captured of this very run. */
  status(): OwnStatus;
}

export interface CaptureFlowOptions {
  zero: number;
  sink: Sink;
  /** What captures for this run. */
  child: Counting;
  times: CaptureTimes;
  /** This run's connection has this port at the client's end. */
  onPort(port: number): void;
  /** @param port what `onPort` was told, if it was */
  onStop(port: number | undefined): void;
}

/**
 * One run's connection in the capture: each of its segments becomes a step. It begins with the client's SYN, so that
 * what was left of an earlier connection from the same port is not taken for its own.
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
    this.#droppedBefore = options.child.dropped;
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
    for (const told of times.put(segment, this.#lastAt)) this.#sink?.(told);
    this.#noteEnd(segment);
    if (this.#isOver) this.#settle();
  }

  whenSettled(callback: () => void): void {
    this.#whenSettled = callback;
    const { child } = this.#options;
    if (this.#port === undefined || child.ended) return this.childEnded();
    if (this.#isOver) return this.#settle();
    if (!this.#begun) this.#timer = setTimeout(() => this.#sawNothing(), FIRST_SEEN_MS);
    // Packets that were lost may be those that are waited for.
    void this.#countLost();
  }

  /** Nothing more will be captured. */
  childEnded(): void {
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

  /** Both ends have said their last, and each had it acknowledged; or one has reset. */
  get #isOver(): boolean {
    const { client, server } = this.#afterFin;
    if (this.#reset) return true;
    if (client === undefined || server === undefined) return false;
    return this.#acknowledged.client >= client && this.#acknowledged.server >= server;
  }

  #noteEnd({ from, flags, seq, length, ack = 0 }: Segment): void {
    const to = otherSide(from);
    if (flags.includes('RST')) this.#reset = true;
    if (flags.includes('FIN')) this.#afterFin[from] = seq + length + 1;
    this.#acknowledged[to] = Math.max(this.#acknowledged[to], ack);
  }

  #settle(): void {
    if (!this.#whenSettled || this.#settling) return;
    this.#settling = true;
    clearTimeout(this.#timer);
    const count = (): void => void this.#countLost().then(() => this.#settled());
    // For what the other end sent before it knew.
    const { underWayMs } = this.#options.times;
    if (this.#reset && underWayMs > 0) this.#timer = setTimeout(count, underWayMs);
    else count();
  }

  async #countLost(): Promise<void> {
    const { child } = this.#options;
    await child.countDropped();
    if (child.dropped > this.#droppedBefore) this.#flaw ??= 'CAPTURE_LOST_PACKETS';
  }

  /** It was captured in the wrong place: the others tell what they can. */
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
