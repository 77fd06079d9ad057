import type { TcpPacket } from '../packet/packet.ts';
import type { CaptureRecord } from '../packet/capture-file/pcap-reader.ts';
import { capturedPacket } from '../sources/capture/captured-packet.ts';
import { Tcpdump } from '../sources/capture/tcpdump.ts';
import type { CaptureUnavailable } from '../sources/capture/unavailable.ts';
import { CaptureClock, type CaptureTime } from '../sources/capture/wall-clock.ts';
import type { OwnStatus } from '../sources/source.ts';

/** Milliseconds until it tries again after a failure, or after tcpdump ended: rights may have been granted since. */
const TRY_AGAIN_MS = 10_000;
/** LINKTYPE_LINUX_SLL2: its header says on which interface a packet was captured. */
const COOKED_2 = 276;
const INTERFACE_AT = 4;

export interface PortCaptureOptions {
  port: number;
  /** Whether the operator allows a capture. */
  allowed: boolean;
  /** The program that stands in for tcpdump. */
  program?: string | undefined;
  /** @param via the number of the interface, if it is known */
  onPacket(packet: TcpPacket, via: number | undefined, time: CaptureTime): void;
  /** Nothing more comes from the tcpdump that has captured until now. */
  onEnd(): void;
  /** `status` has changed. */
  onChange(): void;
}

/** One tcpdump on all interfaces, for all connections of a port, as long as the port is watched. */
export class PortCapture {
  readonly #options: PortCaptureOptions;
  #failure: CaptureUnavailable | undefined;
  #tcpdump: Tcpdump | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PortCaptureOptions) {
    this.#options = options;
    this.#failure = { why: options.allowed ? 'CAPTURE_NOT_TRIED' : 'CAPTURE_OFF' };
  }

  /** The tcpdump at work, if there is one. */
  get tcpdump(): Tcpdump | undefined {
    return this.#failure ? undefined : this.#tcpdump;
  }

  status(): OwnStatus {
    return { name: 'capture', active: !this.#failure, ...(this.#failure && { why: this.#failure.why }) };
  }

  get unavailable(): CaptureUnavailable | undefined {
    return this.#failure;
  }

  /** Resolves when packets are captured, or cannot be. Never rejects. */
  async start(): Promise<void> {
    if (!this.#options.allowed || this.#closed) return;
    const { port, program } = this.#options;
    const clock = new CaptureClock();
    const tcpdump: Tcpdump = new Tcpdump({
      // On the interface "any", tcpdump leaves out nothing that comes or goes, and needs no route.
      point: { interface: 'any', filter: `tcp port ${port}`, local: true },
      onRecord: (record) => tcpdump === this.tcpdump && this.#take(record, clock),
      onEnd: () => tcpdump === this.#tcpdump && this.#ended(),
      ...(program !== undefined && { program }),
    });
    this.#tcpdump = tcpdump;
    this.#become(await tcpdump.listening);
  }

  /** Resolves when tcpdump has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#tcpdump?.end();
  }

  #ended(): void {
    const wasCapturing = this.tcpdump !== undefined;
    this.#tcpdump = undefined;
    if (wasCapturing) this.#options.onEnd();
    this.#become(this.#failure ?? { why: 'CAPTURE_FAILED' });
    if (this.#closed) return;
    this.#timer = setTimeout(() => void this.start(), TRY_AGAIN_MS).unref();
  }

  #become(failure: CaptureUnavailable | undefined): void {
    const hasChanged = failure?.why !== this.#failure?.why;
    this.#failure = failure;
    if (hasChanged && !this.#closed) this.#options.onChange();
  }

  #take(record: CaptureRecord, clock: CaptureClock): void {
    const time = clock.read(record.at);
    const packet = capturedPacket(record);
    if (packet) this.#options.onPacket(packet, interfaceOf(record), time);
  }
}

function interfaceOf({ linkType, bytes }: CaptureRecord): number | undefined {
  if (linkType !== COOKED_2) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(INTERFACE_AT);
}
