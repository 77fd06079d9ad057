/**
 * A host of the lab: a process in a network namespace of its own. It holds the host's end of the wire, reports its kernel's
 * states and, on the client's host, plays the client programs. It knows nothing of runs, faults or pages.
 *
 *     bridge ◀─ frames on descriptor 3 ─▶ host ◀─ TUN ─▶ this namespace's kernel ◀─▶ programs
 *
 * It ends when the bridge ends. It is the first process of its namespace, so the kernel then ends all others there.
 */
import { Socket } from 'node:net';
import { FrameReader, FrameWriter } from '../frames.ts';
import { HOST_DESCRIPTOR, type FromHost, type HostSettings, type ToHost } from '../lab-messages.ts';
import { Host } from './host.ts';
import { writeKernelSettings } from './kernel-settings.ts';
import { KernelStates } from './kernel-states.ts';
import { LoopbackDevice } from './loopback-device.ts';
import { routeLoopbackPort } from './loopback-route.ts';
import { addIpv6Address, indexOf, setUp } from './network-interface.ts';
import { dropPrivileges } from './privileges.ts';
import { exitNow } from './system-calls.ts';
import { openTun } from './tun-device.ts';

const WIRE = 'wire0';
const IPV4_MASK = '255.255.255.0';
/** Bits of an IPv6 address that both hosts share. */
const IPV6_PREFIX = 64;

const settings = JSON.parse(process.argv[2] ?? '{}') as HostSettings;
const stream = new Socket({ fd: HOST_DESCRIPTOR });
const bridge = new FrameWriter<FromHost>(stream);
stream.on('close', exitNow);
stream.on('error', exitNow);

try {
  const device = attempt('tun', () => openTun(WIRE));
  attempt('settings', () => writeKernelSettings(WIRE));
  attempt('interface', () => {
    setUp('lo');
    setUp(WIRE, { host: settings.addresses.ipv4, mask: IPV4_MASK });
  });
  const loopback = ifPossible(() => {
    addIpv6Address(WIRE, settings.addresses.ipv6, IPV6_PREFIX);
    return new LoopbackDevice(indexOf('lo'));
  });
  const hasIpv6 = loopback !== undefined;
  if (settings.side === 'client')
    ifPossible(() => routeLoopbackPort(settings.port, indexOf(WIRE), settings.addresses, hasIpv6));
  const states = attempt('states', () => {
    const kernel = new KernelStates();
    kernel.of({ local: '127.0.0.1', localPort: 1, remote: '127.0.0.1', remotePort: 1 });
    return kernel;
  });
  // The device's reader needs none, and its threads begin with what this one has.
  attempt('settings', dropPrivileges);
  const host = new Host(settings, { device, loopback }, states, bridge);
  const reader = new FrameReader<ToHost>(host);
  stream.on('data', (chunk: Buffer) => reader.feed(chunk));
  bridge.message({ type: 'ready', hasIpv6 });
} catch (error) {
  const { what, code = 'UNKNOWN', message } = error as Error & { what: 'tun'; code?: string };
  bridge.message({ type: 'failed', what, code, message });
}

/** @throws the action's error, with what failed */
function attempt<Result>(what: Extract<FromHost, { type: 'failed' }>['what'], action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw Object.assign(error as Error, { what });
  }
}

/** What a kernel does not have is left out: IPv6, or rules for routes. */
function ifPossible<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
