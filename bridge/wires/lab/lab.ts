/**
 * The lab: two private hosts and the link between them. Neither host reaches anything else. The lab makes both, starts each
 * run's client program, and passes on what they report. It knows no page, and not what a fault does to a packet.
 *
 *     ┌ client's host ┐                        ┌ server's host ┐
 *     │ client program│ ◀── link, in here ──▶  │ server program│
 *     └── 10.77.0.1 ──┘                        └── 10.77.0.2 ──┘
 *          fd77::1                                  fd77::2
 */
import { isIP } from 'node:net';
import type { Address } from '../../address.ts';
import { ShortLivedMap } from '../../machine/short-lived-collections.ts';
import type { SourceStatus } from '../../trace/trace.ts';
import type { Report } from '../../trace/report.ts';
import type { Side } from '../../trace/step.ts';
import type { Played } from '../script-player.ts';
import type { Carrying, ClientRun, OwnListener, ProgramOnWire, RunOnWire, Wire } from '../wire.ts';
import { ClientPorts } from './client-ports.ts';
import { LabHost } from './lab-host.ts';
import { checkMachine, explain, HostFailure, LabUnavailable } from './lab-unavailable.ts';
import type { FromHost, HostAddresses, HostSettings } from './lab-messages.ts';
import { LinkFlow } from './link/flow.ts';
import { Link, type Ports } from './link/link.ts';
import { ProgramsOnLab } from './programs-on-lab.ts';

const ADDRESSES: Record<Side, HostAddresses> = {
  client: { ipv4: '10.77.0.1', ipv6: 'fd77::1' },
  server: { ipv4: '10.77.0.2', ipv6: 'fd77::2' },
};
/** Bytes of each packet that the headers of IP and TCP take, by the version of IP: RFC 9293 §3.7.1, RFC 8200 §8.3. */
const HEADERS = { 4: 40, 6: 60 } as const;

/** Where the server's host has a listener of its own: a small number, where no server program listens. */
const LISTENER_PORTS = [9, 10] as const;

/** A run whose client program is on the client's host. */
interface RunInLab {
  report(report: Report): void;
  played(played: Played): void;
}

export class LabWire implements Wire {
  readonly name = 'lab';
  readonly hasLink = true;
  readonly target: Address;
  readonly reached: readonly string[];
  readonly #hosts: Record<Side, LabHost>;
  readonly #hasIpv6: boolean;
  readonly #link: Link;
  readonly #programs: ProgramsOnLab;
  readonly #ports = new ClientPorts();
  readonly #runs = new ShortLivedMap<number, RunInLab>();
  #lastRun = 0;
  #broken = false;
  #onListening: ((listens: boolean) => void) | undefined;
  onBroken: (() => void) | undefined;

  /**
   * Makes the lab.
   * @param port where the server program will listen
   * @param patienceMs milliseconds that the hosts may take to be ready
   * @param expected the address of its own host on which it is expected to listen: the wire reaches it there too
   * @throws LabUnavailable
   */
  static async make(port: number, patienceMs: number, expected = '127.0.0.1'): Promise<LabWire> {
    await checkMachine();
    const isIpv6 = isIP(expected) === 6;
    const settings = { port, loopback: isIpv6 ? '127.0.0.1' : expected };
    const hosts = { client: startHost('client', settings), server: startHost('server', settings) };
    try {
      await within(patienceMs, Promise.all([hosts.client.ready(), hosts.server.ready()]));
    } catch (error) {
      await Promise.all([hosts.client.end(), hosts.server.end()]);
      throw error instanceof HostFailure ? explain(error) : error;
    }
    const lab = new LabWire(hosts, settings, isIpv6 ? 'ipv6' : 'ipv4');
    if (!isIpv6 || lab.#hasIpv6) return lab;
    await lab.close();
    throw new LabUnavailable('LAB_IPV4_ONLY');
  }

  private constructor(
    hosts: Record<Side, LabHost>,
    { port, loopback }: Pick<HostSettings, 'port' | 'loopback'>,
    preferred: keyof HostAddresses,
  ) {
    this.#hosts = hosts;
    this.#hasIpv6 = hosts.client.hasIpv6 && hosts.server.hasIpv6;
    const { ipv4, ipv6 } = ADDRESSES.server;
    this.target = { host: ADDRESSES.server[preferred], port };
    this.reached = [ipv4, loopback, ...(this.#hasIpv6 ? [ipv6, '::1'] : [])];
    const deliver = (to: Side, packet: Uint8Array): void => hosts[to].deliver(packet);
    this.#link = new Link(deliver, (...opening) => this.#programs.opened(...opening));
    this.#programs = new ProgramsOnLab(this.#link, deliver);
    for (const side of ['client', 'server'] as const) {
      hosts[side].passTo({
        packet: (bytes, at) => this.#link.carry(side, bytes, at),
        message: (message) => this.#heard(side, message),
      });
      void hosts[side].ended.then(() => this.#hostEnded());
    }
  }

  status(): SourceStatus[] {
    return [
      { name: 'capture', tells: 'segments', active: true },
      { name: 'kernel-states', tells: 'states', active: true },
    ];
  }

  carry(program: ProgramOnWire): Carrying {
    return this.#programs.add(program);
  }

  entrance(side: Side = 'server', folder?: string): string[] {
    return this.#hosts[side].entrance(folder);
  }

  targetFor(sockets: readonly Address[]): Address {
    const { host, port } = this.target;
    const versions = sockets.filter((socket) => socket.port === port).map((socket) => isIP(socket.host));
    if (versions.length === 0 || versions.includes(isIP(host))) return this.target;
    const other = isIP(host) === 4 ? 'ipv6' : 'ipv4';
    return other === 'ipv6' && !this.#hasIpv6 ? this.target : { host: ADDRESSES.server[other], port };
  }

  /** @throws RangeError if every port of the client's host is in use */
  open({ script, limits, host, port: serverPort, link = {}, paced = false, zero, sink, onPort }: RunOnWire): ClientRun {
    const run = ++this.#lastRun;
    const port = this.#ports.take();
    const target = { host, port: serverPort };
    const ports = { port, serverPort };
    const deliver = (to: Side, packet: Uint8Array): void => this.#hosts[to].deliver(packet);
    const flow = new LinkFlow({
      settings: link,
      paced,
      zero,
      sink,
      deliver,
      onStop: () => this.#forget(ports, flow),
    });
    this.#link.add(ports, flow);
    onPort(port);
    const socket = {
      ...(link.mtu !== undefined && { maxSegment: link.mtu - HEADERS[isIP(host) === 6 ? 6 : 4] }),
      ...(link.hold && { patient: true }),
    };
    const client = this.#hosts.client;
    client.send({ type: 'play', run, localPort: port, target, script, limits, zero, socket });
    const played = new Promise<Played>((resolve) => this.#runs.set(run, { report: sink, played: resolve }));
    if (this.#broken) this.#giveUp(run);
    const abort = (): void => {
      flow.letGo();
      client.send({ type: 'abort', run });
    };
    return { played, abort, act: (segment, action) => flow.act(segment, action), watch: flow };
  }

  async openListener(): Promise<OwnListener | undefined> {
    const port = LISTENER_PORTS.find((each) => each !== this.target.port)!;
    const { server } = this.#hosts;
    const listens = await new Promise<boolean>((resolve) => {
      this.#onListening = resolve;
      void server.ended.then(() => resolve(false));
      server.send({ type: 'listen', host: this.target.host, port });
    });
    return listens ? { port, close: () => server.send({ type: 'unlisten' }) } : undefined;
  }

  /** Ends both hosts, and with them every process and every connection in the lab. */
  async close(): Promise<void> {
    this.onBroken = undefined;
    await Promise.all([this.#hosts.client.end(), this.#hosts.server.end()]);
  }

  #heard(side: Side, message: FromHost): void {
    switch (message.type) {
      case 'state':
        if (side === 'client') this.#programs.saw(message);
        return this.#link.flow(message)?.saw(side, message);
      case 'report':
        return this.#runs.get(message.run)?.report(message.report);
      case 'listening':
        return this.#onListening?.(message.listens);
      case 'played':
        this.#runs.get(message.run)?.played(message.played);
        this.#runs.delete(message.run);
    }
  }

  #forget(ports: Ports, flow: LinkFlow): void {
    this.#link.remove(ports, flow);
    this.#ports.giveBack(ports.port);
  }

  /** One host alone is no lab: every run ends, and the other host too. */
  #hostEnded(): void {
    if (this.#broken) return;
    this.#broken = true;
    for (const run of this.#runs.keys()) this.#giveUp(run);
    void this.#hosts.client.end();
    void this.#hosts.server.end();
    this.onBroken?.();
  }

  #giveUp(run: number): void {
    this.#runs.get(run)?.played({ connected: 'LAB_HOST_ENDED', ownReset: false, reply: '', error: 'LAB_HOST_ENDED' });
    this.#runs.delete(run);
  }
}

function startHost(side: Side, settings: Pick<HostSettings, 'port' | 'loopback'>): LabHost {
  return new LabHost({ side, addresses: ADDRESSES[side], ...settings });
}

async function within(patienceMs: number, ready: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LabUnavailable('LAB_TOO_SLOW')), patienceMs);
  });
  await Promise.race([ready, late]).finally(() => clearTimeout(timer));
}
