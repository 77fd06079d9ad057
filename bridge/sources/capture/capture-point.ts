import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isLoopback, type Address } from '../../address.ts';

/** With these the kernel says nothing about the way: it has no room for the question. */
const CANNOT_ASK: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'ENOBUFS']);

/** Where tcpdump sees the segments between a client on this machine and a target. */
export interface CapturePoint {
  interface: string;
  /** In the language of pcap-filter(7): only this target's segments. */
  filter: string;
  /** Whether both ends are on this machine: what leaves one end has arrived at the other. */
  local: boolean;
}

/**
 * Asks the kernel which way it would send.
 * @returns nothing if there is no way
 * @throws an error with a `code` if the kernel could not be asked, such as EMFILE
 */
export async function capturePoint(target: Address): Promise<CapturePoint | undefined> {
  const route = await routeTo(target);
  if (!route) return undefined;
  const local = isLoopback(route.to) || route.from === route.to;
  const name = interfaceWhere(local ? ({ internal }) => internal : ({ address }) => address === route.from);
  return name === undefined ? undefined : { interface: name, filter: filterFor(route.to, target.port), local };
}

/** The addresses that the kernel would give both ends. A datagram socket that connects sends nothing. */
async function routeTo({ host, port }: Address): Promise<{ from: string; to: string } | undefined> {
  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
  try {
    socket.connect(port, host);
    await once(socket, 'connect');
    return { from: withoutZone(socket.address().address), to: withoutZone(socket.remoteAddress().address) };
  } catch (error) {
    if (CANNOT_ASK.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return undefined;
  } finally {
    socket.close();
  }
}

function interfaceWhere(fits: (entry: { internal: boolean; address: string }) => boolean): string | undefined {
  const found = Object.entries(networkInterfaces()).find(([, entries]) => entries?.some(fits));
  // `eth0:1` is another address of eth0.
  return found?.[0].split(':')[0];
}

function withoutZone(address: string): string {
  return address.split('%')[0]!;
}

/**
 * The filter contains only an address that the kernel wrote and a number. Linux shows tcpdump each packet of
 * the loopback twice, and libpcap drops one of them. `inbound` is not needed for that, and with it libpcap 1.10 loses the
 * first packet.
 */
function filterFor(host: string, port: number): string {
  return `tcp and ((dst host ${host} and dst port ${port}) or (src host ${host} and src port ${port}))`;
}
