/**
 * The packets of this machine's own network, as tcpdump captures them. Only packets of the target's port are captured,
 * and only those of runs become steps. A run waits for `ready` before it connects, or its SYN would be missed.
 * Simultaneous runs share one tcpdump, which ends with the last of them. This room knows no programs and no calls.
 *
 *     ready ─▶ tcpdump ─ pcap ─▶ packet, clock ─ by the client's port ─▶ flow ─ times ─▶ segments
 */
import type { Address } from '../../address.ts';
import type { CaptureRecord } from '../../packet/capture-file/pcap-reader.ts';
import { ShortLivedMap, ShortLivedSet } from '../../machine/short-lived-collections.ts';
import type { Sink } from '../../trace/report.ts';
import { CaptureClock, type Clocks } from './wall-clock.ts';
import { capturedPacket } from './captured-packet.ts';
import { CaptureFlow, type RunCapture } from './flow.ts';
import { capturePoint, type CapturePoint } from './capture-point.ts';
import { Tcpdump } from './tcpdump.ts';
import { LocalTimes, RemoteTimes } from './times.ts';
import type { CaptureUnavailable, CaptureUnavailableCode } from './unavailable.ts';
import { NothingToWatch, type EvidenceSource, type OwnStatus } from '../source.ts';

/** See `tryAgainMs`. */
const TRY_AGAIN_MS = 10_000;

export interface PacketCaptureOptions {
  target: Address;
  /** Whether the operator allows a capture. */
  allowed: boolean;
  /** The program that stands in for tcpdump. */
  program?: string;
  /** Milliseconds until it tries again after a failure: rights may have been granted since. */
  tryAgainMs?: number;
  /** Clocks that stand in for the machine's. */
  clocks?: Clocks;
}

export class PacketCapture implements EvidenceSource {
  readonly tells = 'segments';
  readonly #options: PacketCaptureOptions;
  #failure: CaptureUnavailable | undefined;
  #triedAt = -Infinity;
  #starting: Promise<void> | undefined;
  #tcpdump: Tcpdump | undefined;
  #point: CapturePoint | undefined;
  /** Each tcpdump that was asked to end, until it has. */
  readonly #ending = new Set<Promise<void>>();
  readonly #flows = new ShortLivedSet<CaptureFlow>();
  readonly #byPort = new ShortLivedMap<number, CaptureFlow>();
  /** Runs that wait for a capture, or have one. */
  #users = 0;
  #closed = false;
  #clock: CaptureClock | undefined;
  /** Called when `status` has changed. */
  onChange: (() => void) | undefined;

  constructor(options: PacketCaptureOptions) {
    this.#options = options;
    this.#failure = { why: options.allowed ? 'CAPTURE_NOT_TRIED' : 'CAPTURE_OFF' };
  }

  status(): OwnStatus {
    return this.#failure
      ? { name: 'capture', active: false, why: this.#failure.why }
      : { name: 'capture', active: true };
  }

  /** Why nothing is captured, if that is known. */
  get unavailable(): CaptureUnavailable | undefined {
    return this.#failure;
  }

  /** Finds out whether it can capture. */
  async try(): Promise<void> {
    await this.ready();
    this.#leave();
  }

  /**
   * Resolves when packets are captured or cannot be. Never rejects. Returns nothing if there is nothing to wait for. One
   * `watch` follows each call.
   */
  ready(): Promise<void> | undefined {
    this.#users += 1;
    if (this.#starting) return this.#starting;
    if (this.#closed || !this.#options.allowed || (this.#tcpdump && !this.#tcpdump.ended)) return undefined;
    const { tryAgainMs = TRY_AGAIN_MS } = this.#options;
    if (this.#failure && performance.now() - this.#triedAt < tryAgainMs) return undefined;
    this.#starting = this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  watch(startedAt: number, sink: Sink): RunCapture {
    const tcpdump = this.#tcpdump;
    if (!tcpdump || tcpdump.ended) return this.#uncaptured();
    const times = this.#point?.local ? new LocalTimes() : new RemoteTimes();
    const flow: CaptureFlow = new CaptureFlow({
      zero: startedAt,
      sink,
      tcpdump,
      times,
      onPort: (port) => this.#byPort.set(port, flow),
      onStop: (port) => {
        leave();
        this.#forget(flow, port);
      },
    });
    const leave = this.#flows.add(flow);
    return flow;
  }

  #uncaptured(): RunCapture {
    const why = this.#failure?.why ?? 'CAPTURE_FAILED';
    this.#leave();
    return new Uncaptured(why);
  }

  /** Resolves when no capture is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endTcpdump();
    await this.#starting;
    this.#endTcpdump();
    await Promise.all(this.#ending);
  }

  async #start(): Promise<void> {
    this.#triedAt = performance.now();
    const failure = await this.#tryToStart();
    const changed = failure?.why !== this.#failure?.why;
    this.#failure = failure;
    if (changed) this.onChange?.();
    if (failure || this.#closed) this.#endTcpdump();
  }

  async #tryToStart(): Promise<CaptureUnavailable | undefined> {
    try {
      const point = await capturePoint(this.#options.target);
      return point ? await this.#startAt(point) : { why: 'CAPTURE_NO_ROUTE' };
    } catch (error) {
      return { why: 'CAPTURE_FAILED', detail: (error as Error).message };
    }
  }

  #startAt(point: CapturePoint): Promise<CaptureUnavailable | undefined> {
    const { program, clocks } = this.#options;
    const tcpdump: Tcpdump = new Tcpdump({
      point,
      onRecord: (record) => tcpdump === this.#tcpdump && this.#take(record),
      onEnd: () => tcpdump === this.#tcpdump && this.#tcpdumpEnded(),
      ...(program !== undefined && { program }),
    });
    this.#point = point;
    this.#tcpdump = tcpdump;
    // It compares the clocks while tcpdump starts.
    this.#clock = new CaptureClock(clocks);
    return tcpdump.listening;
  }

  #take(record: CaptureRecord): void {
    const packet = capturedPacket(record);
    if (!packet) return;
    const { sourcePort, destinationPort } = packet.tcp;
    const from = destinationPort === this.#options.target.port ? 'client' : 'server';
    const flow = this.#byPort.get(from === 'client' ? sourcePort : destinationPort);
    flow?.take(from, packet, this.#clock!.read(record.at));
  }

  #tcpdumpEnded(): void {
    this.#tcpdump = undefined;
    for (const flow of this.#flows) flow.tcpdumpEnded();
  }

  #forget(flow: CaptureFlow, port: number | undefined): void {
    if (port !== undefined && this.#byPort.get(port) === flow) this.#byPort.delete(port);
    this.#leave();
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#endTcpdump();
  }

  #endTcpdump(): void {
    const tcpdump = this.#tcpdump;
    if (!tcpdump) return;
    this.#tcpdumpEnded();
    const ended = tcpdump.end().finally(() => this.#ending.delete(ended));
    this.#ending.add(ended);
  }
}

/** A run that nothing captures. */
class Uncaptured extends NothingToWatch implements RunCapture {
  readonly #why: CaptureUnavailableCode;

  constructor(why: CaptureUnavailableCode) {
    super();
    this.#why = why;
  }

  status(): OwnStatus {
    return { name: 'capture', active: false, why: this.#why };
  }
}
