import type { SocketSettings } from '../lab-messages.ts';
import { AF_INET, AF_INET6, IPPROTO_TCP, setOption, SOCK_STREAM, socket } from './system-calls.ts';

/** Numbers from linux/tcp.h. */
const TCP_MAXSEG = 2;
const TCP_SYNCNT = 7;

/** The most that the kernel accepts. The time between two SYNs grows to two minutes, so this many last for hours. */
const MOST_SYNS = 127;

/**
 * Makes a TCP socket with options that Node cannot set (tcp(7)).
 * @param peer the IP address to which it will be connected
 * @returns its descriptor
 * @throws SystemCallError
 */
export function socketWithOptions(peer: string, { maxSegment, patient }: SocketSettings): number {
  const descriptor = socket(peer.includes(':') ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
  if (maxSegment !== undefined) setOption(descriptor, IPPROTO_TCP, TCP_MAXSEG, maxSegment);
  if (patient) setOption(descriptor, IPPROTO_TCP, TCP_SYNCNT, MOST_SYNS);
  return descriptor;
}
