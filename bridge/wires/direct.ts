/**
 * This machine's own network: the bridge itself is the client program. tcpdump captures the packets, if permitted.
 *
 *     script ─▶ client socket, here ─▶ this machine's kernel ─▶ wherever the target is
 *                                              └─▶ tcpdump ─▶ captured segments
 */
import type { Address } from '../address.ts';
import { ClientSocket } from '../sources/client-socket.ts';
import { PacketCapture } from '../sources/capture/packet-capture.ts';
import { captureAdvice } from '../sources/capture/unavailable.ts';
import { describeSource, type OwnStatus } from '../sources/source.ts';
import type { SourceStatus } from '../trace/trace.ts';
import { ScriptPlayer } from './script-player.ts';
import type { ClientRun, RunOnWire, Wire } from './wire.ts';

export class DirectWire implements Wire {
  readonly name = 'direct';
  readonly target: Address;
  readonly #capture: PacketCapture | undefined;

  /** Makes the wire, and finds out whether its packets can be captured. */
  static async make(target: Address, capture: 'auto' | 'off'): Promise<DirectWire> {
    const packets = new PacketCapture({ target, allowed: capture === 'auto' });
    if (capture === 'auto') await packets.try();
    return new DirectWire(target, packets);
  }

  constructor(target: Address, capture?: PacketCapture) {
    this.target = target;
    this.#capture = capture;
  }

  get reached(): string[] {
    return [this.target.host];
  }

  status(): SourceStatus[] {
    return this.#capture ? [describeSource(this.#capture)] : [];
  }

  get captureAdvice(): string | undefined {
    const unavailable = this.#capture?.unavailable;
    return unavailable && unavailable.why !== 'CAPTURE_OFF' ? captureAdvice(unavailable) : undefined;
  }

  set onChange(callback: (() => void) | undefined) {
    if (this.#capture) this.#capture.onChange = callback;
  }

  ready(): Promise<void> | undefined {
    return this.#capture?.ready();
  }

  async close(): Promise<void> {
    await this.#capture?.close();
  }

  open({ script, limits, zero, sink, onPort }: RunOnWire): ClientRun {
    const flow = this.#capture?.watch(zero, sink);
    const client = new ClientSocket(this.target, zero, sink);
    const player = new ScriptPlayer(client, this.target.host, script, limits);
    const played = player.play(onPort);
    return {
      played,
      abort: () => player.abort(),
      ...(flow && { watch: flow, status: () => [ofPackets(flow.status())] }),
    };
  }
}

function ofPackets(status: OwnStatus): SourceStatus {
  return { ...status, tells: 'segments' };
}
