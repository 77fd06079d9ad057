import { monotonicUs } from '../../../machine/clock.ts';
import { ShortLivedMap } from '../../../machine/short-lived.ts';
import { ClientSocket } from '../../../sources/client-socket.ts';
import type { TcpState } from '../../../trace/step.ts';
import { ScriptPlayer } from '../../script-player.ts';
import type { Frames } from '../frames.ts';
import type { FromHost, HostSettings, StateOfPort, ToHost } from '../lab-messages.ts';
import { headerOf, type Header } from './header.ts';
import type { KernelState, KernelStates } from './kernel-states.ts';
import { clientSocket } from './socket-options.ts';
import { LoopbackDoor } from './loopback-door.ts';
import { TunDevice } from './tun-device.ts';

/** One host at work: packets between its kernel and the link, what its kernel says of them, and its client programs. */
export class Host implements Frames<ToHost> {
  readonly #settings: HostSettings;
  readonly #device: TunDevice;
  readonly #states: KernelStates;
  readonly #bridge: Frames<FromHost>;
  readonly #door: LoopbackDoor;
  /** By client port: the state that was told last. */
  readonly #told = new Map<number, TcpState>();
  readonly #players = new ShortLivedMap<number, ScriptPlayer>();

  /** @param device descriptor of this host's TUN interface */
  constructor(settings: HostSettings, device: number, states: KernelStates, bridge: Frames<FromHost>) {
    this.#settings = settings;
    this.#states = states;
    this.#bridge = bridge;
    this.#door = new LoopbackDoor(settings.address, (address, port) => states.listens(address, port));
    this.#device = new TunDevice(device, (packet, at) => this.#sent(packet, at));
  }

  /**
   * From the link: the kernel gets it now. A program may have closed since the last look, and its FIN wait to be read: what
   * the kernel says before it gets the packet tells which came first.
   */
  packet(bytes: Uint8Array): void {
    const header = headerOf(bytes);
    if (!header) return this.#device.deliver(bytes);
    const [port, serverPort] = this.#ports(header, 'in');
    const packet = this.#door.inward(bytes, port, serverPort, header.opens);
    const before = this.#look(port, serverPort, header.source);
    if (before.state !== this.#told.get(port)) this.#tell(port, before);
    const deliveredAt = monotonicUs();
    this.#device.deliver(packet);
    this.#tell(port, { ...this.#look(port, serverPort, header.source), deliveredAt });
  }

  message(message: ToHost): void {
    if (message.type === 'abort') this.#players.get(message.run)?.abort();
    else this.#play(message);
  }

  /** From the kernel: the link gets it, after what the kernel says of its connection now. */
  #sent(packet: Buffer, at: number): void {
    const header = headerOf(packet);
    if (!header) return this.#bridge.packet(packet, at);
    const [port, serverPort] = this.#ports(header, 'out');
    this.#tell(port, this.#look(port, serverPort, header.destination));
    this.#bridge.packet(this.#door.outward(packet, port), at);
  }

  #ports({ sourcePort, destinationPort }: Header, way: 'in' | 'out'): [client: number, server: number] {
    const clientSends = (this.#settings.side === 'client') === (way === 'out');
    return clientSends ? [sourcePort, destinationPort] : [destinationPort, sourcePort];
  }

  #look(port: number, serverPort: number, remote: string): KernelState & { at: number } {
    const isClient = this.#settings.side === 'client';
    const state = this.#states.of({
      local: isClient ? this.#settings.address : this.#door.localAddress(port),
      localPort: isClient ? port : serverPort,
      remote,
      remotePort: isClient ? serverPort : port,
    });
    return { ...state, at: monotonicUs() };
  }

  #tell(port: number, state: Omit<StateOfPort, 'port'>): void {
    this.#told.set(port, state.state);
    this.#bridge.message({ type: 'state', port, ...state });
  }

  #play({ run, localPort, target, script, limits, zero, socket }: Extract<ToHost, { type: 'play' }>): void {
    const client = new ClientSocket(target, zero, (report) => this.#bridge.message({ type: 'report', run, report }), {
      localPort,
      ...(Object.keys(socket).length > 0 && { descriptor: () => clientSocket(socket) }),
    });
    const player = new ScriptPlayer(client, script, limits);
    this.#players.set(run, player);
    void player
      .play(() => {})
      .then((played) => {
        this.#players.delete(run);
        // A connection may end without a packet: when its SYN was never answered.
        this.#tell(localPort, this.#look(localPort, target.port, target.host));
        this.#bridge.message({ type: 'played', run, played });
      });
  }
}
