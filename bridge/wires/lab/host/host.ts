import type { Server } from 'node:net';
import { monotonicUs } from '../../../machine/clock.ts';
import { ShortLivedMap } from '../../../machine/short-lived-collections.ts';
import { ClientSocket } from '../../../sources/client-socket.ts';
import type { TcpState } from '../../../trace/step.ts';
import { ScriptPlayer } from '../../script-player.ts';
import { flowKey } from '../flow-key.ts';
import type { Frames } from '../frames.ts';
import type { FromHost, HostSettings, KernelState, StateOfPort, ToHost } from '../lab-messages.ts';
import type { KernelStates } from './kernel-states.ts';
import { LoopbackRewriter } from './loopback-rewriter.ts';
import { ownListener } from './own-listener.ts';
import { packetHeader, type PacketHeader } from './packet-header.ts';
import { socketWithOptions } from './socket-options.ts';
import { TunDevice } from './tun-device.ts';

/** The states of so many connections are remembered: far more than packets of are under way. */
const MOST_REPORTED = 65_536;

/**
 * A host at work. It passes packets between its kernel and the link, reports the kernel's states around each packet, and
 * plays the scripts of the client programs.
 */
export class Host implements Frames<ToHost> {
  readonly #settings: HostSettings;
  readonly #device: TunDevice;
  readonly #states: KernelStates;
  readonly #bridge: Frames<FromHost>;
  readonly #rewriter: LoopbackRewriter;
  /** By connection: the state that was reported last. */
  readonly #reported = new Map<number, TcpState>();
  readonly #players = new ShortLivedMap<number, ScriptPlayer>();
  #listener: Server | undefined;

  /** @param device descriptor of this host's TUN interface */
  constructor(settings: HostSettings, device: number, states: KernelStates, bridge: Frames<FromHost>) {
    this.#settings = settings;
    this.#states = states;
    this.#bridge = bridge;
    const { address, loopback } = settings;
    this.#rewriter = new LoopbackRewriter({ address, loopback }, (local, port) => states.listens(local, port));
    this.#device = new TunDevice(device, (packet, at) => this.#sent(packet, at));
  }

  /**
   * Gives the kernel a packet from the link. Since the last look, a program may have closed without its FIN having been
   * read yet. The state before the delivery shows which came first.
   */
  packet(bytes: Uint8Array): void {
    const header = packetHeader(bytes);
    if (!header) return this.#device.deliver(bytes);
    const [port, serverPort] = this.#ports(header, 'in');
    const packet = this.#rewriter.inward(bytes, port, serverPort, header.opens);
    const before = this.#look(port, serverPort, header.source);
    if (before.state !== this.#reported.get(flowKey(port, serverPort))) this.#report(port, serverPort, before);
    const deliveredAt = monotonicUs();
    this.#device.deliver(packet);
    this.#report(port, serverPort, { ...this.#look(port, serverPort, header.source), deliveredAt });
  }

  message(message: ToHost): void {
    switch (message.type) {
      case 'play':
        return this.#play(message);
      case 'abort':
        return this.#players.get(message.run)?.abort();
      case 'listen':
        this.#listener = ownListener({ host: this.#settings.address, port: message.port }, (listens) =>
          this.#bridge.message({ type: 'listening', listens }),
        );
        return;
      case 'unlisten':
        this.#listener?.close();
    }
  }

  /** Gives the link a packet from the kernel, after the state that its connection is in now. */
  #sent(packet: Buffer, at: number): void {
    const header = packetHeader(packet);
    if (!header) return this.#bridge.packet(packet, at);
    const [port, serverPort] = this.#ports(header, 'out');
    this.#report(port, serverPort, this.#look(port, serverPort, header.destination));
    this.#bridge.packet(this.#rewriter.outward(packet, port), at);
  }

  #ports({ sourcePort, destinationPort }: PacketHeader, way: 'in' | 'out'): [client: number, server: number] {
    const clientSends = (this.#settings.side === 'client') === (way === 'out');
    return clientSends ? [sourcePort, destinationPort] : [destinationPort, sourcePort];
  }

  #look(port: number, serverPort: number, remote: string): KernelState & { at: number } {
    const isClient = this.#settings.side === 'client';
    const state = this.#states.of({
      local: isClient ? this.#settings.address : this.#rewriter.localAddress(port),
      localPort: isClient ? port : serverPort,
      remote,
      remotePort: isClient ? serverPort : port,
    });
    return { ...state, at: monotonicUs() };
  }

  #report(port: number, serverPort: number, state: Omit<StateOfPort, 'port' | 'serverPort'>): void {
    const key = flowKey(port, serverPort);
    this.#reported.delete(key);
    this.#reported.set(key, state.state);
    if (this.#reported.size > MOST_REPORTED) this.#reported.delete(this.#reported.keys().next().value!);
    this.#bridge.message({ type: 'state', port, serverPort, ...state });
  }

  #play({ run, localPort, target, script, limits, zero, socket }: Extract<ToHost, { type: 'play' }>): void {
    const client = new ClientSocket(target, zero, (report) => this.#bridge.message({ type: 'report', run, report }), {
      localPort,
      ...(Object.keys(socket).length > 0 && { descriptor: () => socketWithOptions(socket) }),
    });
    const player = new ScriptPlayer(client, script, limits);
    this.#players.set(run, player);
    void player
      .play(() => {})
      .then((played) => {
        this.#players.delete(run);
        // A connection whose SYN was never answered ends without a packet.
        this.#report(localPort, target.port, this.#look(localPort, target.port, target.host));
        this.#bridge.message({ type: 'played', run, played });
      });
  }
}
