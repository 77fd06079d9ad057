import type { Address } from '../../address.ts';
import { ipPacketIn } from '../../packet/link-layer.ts';
import { decodeTcpPacket, type TcpPacket } from '../../packet/packet.ts';
import type { CaptureRecord } from '../../packet/capture-file/pcap-reader.ts';
import { ShortLivedMap, ShortLivedSet } from '../../machine/short-lived.ts';
import type { Sink } from '../../trace/report.ts';
import { CaptureChild } from './child.ts';
import { CaptureClock, type Clocks } from './packet-clock.ts';
import { CaptureFlow, type RunCapture } from './flow.ts';
import { capturePoint, type CapturePoint } from './point.ts';
import { LocalTimes, RemoteTimes } from './times.ts';
import type { CaptureUnavailable, CaptureUnavailableCode } from './unavailable.ts';
import { NothingToWatch, type EvidenceSource, type OwnStatus } from '../source.ts';

const TRY_AGAIN_MS = 10_000;

export interface PacketCaptureOptions {
  target: Address;
  /** Whether it may be used at all. */
  allowed: boolean;
  /** The program, where another is to stand in for tcpdump. */
  program?: string;
  /** Milliseconds after which it is tried again where it could not capture: rights may have been granted since. */
  tryAgainMs?: number;
  /** The machine's clocks, where others are to stand in for them. */
  clocks?: Clocks;
}

/**
 * The packets of this machine's own network, as tcpdump captures them: those of the target's port, and of them only the
 * runs' own are looked at. A run waits for `ready` before it connects, or its SYN would be missed. tcpdump runs while a
 * run does: runs at the same time share it, and it ends with the last.
 *
 *     ready ─▶ tcpdump ─ pcap ─▶ packets ─▶ by the client's port ─▶ the flow whose port it is ─▶ segments
 */
export class PacketCapture implements EvidenceSource {
  readonly tells = 'segments';
  readonly #options: PacketCaptureOptions;
  #failure: CaptureUnavailable | undefined;
  #triedAt = -Infinity;
  #starting: Promise<void> | undefined;
  #child: CaptureChild | undefined;
  #point: CapturePoint | undefined;
  /** Children that are on their way out. */
  readonly #ending = new Set<Promise<void>>();
  readonly #flows = new ShortLivedSet<CaptureFlow>();
  readonly #byPort = new ShortLivedMap<number, CaptureFlow>();
  /** Runs that wait for it, or have been given it. */
  #users = 0;
  #closed = false;
  #clock: CaptureClock | undefined;
  /** Called when `status` answers something else than before. */
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

  /** Why nothing is captured, as far as that is known. */
  get unavailable(): CaptureUnavailable | undefined {
    return this.#failure;
  }

  /** Finds out whether it can capture. */
  async try(): Promise<void> {
    await this.ready();
    this.#leave();
  }

  /**
   * Resolves, never rejects, when packets are captured, or it is known that they cannot be; answers nothing where that is
   * so already. Each is followed by one `watch`.
   */
  ready(): Promise<void> | undefined {
    this.#users += 1;
    if (this.#starting) return this.#starting;
    if (this.#closed || !this.#options.allowed || (this.#child && !this.#child.ended)) return undefined;
    const { tryAgainMs = TRY_AGAIN_MS } = this.#options;
    if (this.#failure && performance.now() - this.#triedAt < tryAgainMs) return undefined;
    this.#starting = this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  watch(startedAt: number, sink: Sink): RunCapture {
    const child = this.#child;
    if (!child || child.ended) return this.#withoutChild();
    const times = this.#point?.local ? new LocalTimes() : new RemoteTimes();
    const flow: CaptureFlow = new CaptureFlow({
      zero: startedAt,
      sink,
      child,
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

  #withoutChild(): RunCapture {
    const why = this.#failure?.why ?? 'CAPTURE_FAILED';
    this.#leave();
    return new Uncaptured(why);
  }

  /** Resolves when no capture is left. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endChild();
    await this.#starting;
    this.#endChild();
    await Promise.all(this.#ending);
  }

  async #start(): Promise<void> {
    this.#triedAt = performance.now();
    const point = await capturePoint(this.#options.target);
    const failure = point ? await this.#startAt(point) : ({ why: 'CAPTURE_NO_ROUTE' } as const);
    const changed = failure?.why !== this.#failure?.why;
    this.#failure = failure;
    if (changed) this.onChange?.();
    if (failure || this.#closed) this.#endChild();
  }

  #startAt(point: CapturePoint): Promise<CaptureUnavailable | undefined> {
    const { program, clocks } = this.#options;
    const child: CaptureChild = new CaptureChild({
      point,
      onRecord: (record) => child === this.#child && this.#take(record),
      onEnd: () => child === this.#child && this.#childEnded(),
      ...(program !== undefined && { program }),
    });
    this.#point = point;
    this.#child = child;
    // While it starts, there is time to find out how the clocks differ.
    this.#clock = new CaptureClock(clocks);
    return child.listening;
  }

  #take(record: CaptureRecord): void {
    const packet = packetIn(record);
    if (!packet) return;
    const { sourcePort, destinationPort } = packet.tcp;
    const from = destinationPort === this.#options.target.port ? 'client' : 'server';
    const flow = this.#byPort.get(from === 'client' ? sourcePort : destinationPort);
    flow?.take(from, packet, this.#clock!.read(record.at));
  }

  #childEnded(): void {
    this.#child = undefined;
    for (const flow of this.#flows) flow.childEnded();
  }

  #forget(flow: CaptureFlow, port: number | undefined): void {
    if (port !== undefined && this.#byPort.get(port) === flow) this.#byPort.delete(port);
    this.#leave();
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users === 0) this.#endChild();
  }

  #endChild(): void {
    const child = this.#child;
    if (!child) return;
    this.#childEnded();
    const ended = child.end().finally(() => this.#ending.delete(ended));
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

function packetIn({ linkType, bytes }: CaptureRecord): TcpPacket | undefined {
  try {
    const ip = ipPacketIn(linkType, bytes);
    return ip && decodeTcpPacket(ip);
  } catch {
    // A packet that cannot be read as TCP is none of a run's.
    return undefined;
  }
}
