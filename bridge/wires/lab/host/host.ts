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
import type { LoopbackDevice } from './loopback-device.ts';
import { clientOnWire, IPV6_LOOPBACK, onWire, whereServerListens } from './own-addresses.ts';
import { AddressRewriter, connectionOf } from './address-rewriter.ts';
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
  readonly #loopback: LoopbackDevice | undefined;
  readonly #states: KernelStates;
  readonly #bridge: Frames<FromHost>;
  readonly #rewriter = new AddressRewriter();
  /** By connection: the state that was reported last. */
  readonly #reported = new Map<number, TcpState>();
  readonly #players = new ShortLivedMap<number, ScriptPlayer>();
  #listener: Server | undefined;

  /**
   * @param device descriptor of this host's TUN interface
   * @param loopback absent if the host has no IPv6
   */
  constructor(
    settings: HostSettings,
    { device, loopback }: { device: number; loopback: LoopbackDevice | undefined },
    states: KernelStates,
    bridge: Frames<FromHost>,
  ) {
    this.#settings = settings;
    this.#loopback = loopback;
    this.#states = states;
    this.#bridge = bridge;
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
    const connection = connectionOf(header, port, serverPort);
    if (header.opens && this.#settings.side === 'server') this.#beginOfServer(connection, header);
    const packet = this.#rewriter.inward(bytes, connection);
    const local = this.#rewriter.kernelAddress(connection) ?? header.destination;
    const look = (): KernelState & { at: number } => this.#look(port, serverPort, local, header.source);
    const before = look();
    if (before.state !== this.#reported.get(flowKey(port, serverPort))) this.#report(port, serverPort, before);
    const deliveredAt = monotonicUs();
    const isToOrFromItself = local === IPV6_LOOPBACK || header.source === IPV6_LOOPBACK;
    if (isToOrFromItself) this.#loopback?.deliver(packet);
    else this.#device.deliver(packet);
    this.#report(port, serverPort, { ...look(), deliveredAt });
  }

  message(message: ToHost): void {
    switch (message.type) {
      case 'play':
        return this.#play(message);
      case 'abort':
        return this.#players.get(message.run)?.abort();
      case 'listen':
        this.#listener = ownListener({ host: message.host, port: message.port }, (listens) =>
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
    const connection = connectionOf(header, port, serverPort);
    if (header.opens && this.#settings.side === 'client') this.#beginOfClient(connection, header);
    this.#report(port, serverPort, this.#look(port, serverPort, header.source, header.destination));
    this.#bridge.packet(this.#rewriter.outward(packet, connection), at);
  }

  #beginOfServer(connection: string, { destination: wire, destinationPort }: PacketHeader): void {
    const { addresses, loopback } = this.#settings;
    const listens = (address: string): boolean => this.#states.listens(address, destinationPort);
    this.#rewriter.begin(connection, { wire, kernel: whereServerListens(wire, addresses, loopback, listens) });
  }

  #beginOfClient(connection: string, { source: kernel }: PacketHeader): void {
    this.#rewriter.begin(connection, { kernel, wire: clientOnWire(kernel, this.#settings.addresses) });
  }

  #ports({ sourcePort, destinationPort }: PacketHeader, way: 'in' | 'out'): [client: number, server: number] {
    const clientSends = (this.#settings.side === 'client') === (way === 'out');
    return clientSends ? [sourcePort, destinationPort] : [destinationPort, sourcePort];
  }

  #look(port: number, serverPort: number, local: string, remote: string): KernelState & { at: number } {
    const isClient = this.#settings.side === 'client';
    const state = this.#states.of({
      local,
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
      ...(Object.keys(socket).length > 0 && { descriptor: () => socketWithOptions(target.host, socket) }),
    });
    const player = new ScriptPlayer(client, target.host, script, limits);
    this.#players.set(run, player);
    void player
      .play(() => {})
      .then((played) => {
        this.#players.delete(run);
        // A connection whose SYN was never answered ends without a packet.
        const local = onWire(this.#settings.addresses, target.host);
        this.#report(localPort, target.port, this.#look(localPort, target.port, local, target.host));
        this.#bridge.message({ type: 'played', run, played });
      });
  }
}
