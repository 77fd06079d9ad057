import type { SocketSettings } from '../lab-messages.ts';
import { setOption, socket } from './system-calls.ts';

/** Numbers from linux/socket.h, linux/in.h, linux/tcp.h. */
const AF_INET = 2;
const SOCK_STREAM_CLOEXEC = 1 | 0o2000000;
const IPPROTO_TCP = 6;
const TCP_MAXSEG = 2;
const TCP_SYNCNT = 7;

/** As often as the kernel can be told to: for hours, as the time between two grows to two minutes. */
const MOST_SYNS = 127;

/**
 * A TCP socket with options that Node cannot set (tcp(7)).
 * @returns its descriptor
 * @throws SystemCallError
 */
export function clientSocket({ maxSegment, patient }: SocketSettings): number {
  const descriptor = socket(AF_INET, SOCK_STREAM_CLOEXEC, 0);
  if (maxSegment !== undefined) setOption(descriptor, IPPROTO_TCP, TCP_MAXSEG, maxSegment);
  if (patient) setOption(descriptor, IPPROTO_TCP, TCP_SYNCNT, MOST_SYNS);
  return descriptor;
}
