import { existsSync, writeFileSync } from 'node:fs';

const IPV4 = '/proc/sys/net/ipv4';

/**
 * What differs from a kernel as it comes. Those that this kernel does not have are left alone.
 * @throws an error with a `code` where the kernel refuses
 */
export function writeKernelSettings(name: string): void {
  // A server bound to 127.0.0.1 is reached from the wire: see loopback-door.ts.
  write(`${IPV4}/conf/${name}/route_localnet`, 1);
  // A SYN that is not answered is sent again after 1, 2, 4 … seconds, as RFC 6298 has it and every textbook; and given
  // up after 15, before the run is.
  write(`${IPV4}/tcp_syn_linear_timeouts`, 0);
  write(`${IPV4}/tcp_syn_retries`, 3);
  // What one run taught the kernel of the wire, its round-trip time and losses, must not change the next.
  write(`${IPV4}/tcp_no_metrics_save`, 1);
  // While a segment is held, somebody thinks: a kernel that has sent its SYN+ACK or its FIN waits, and does not forget.
  write(`${IPV4}/tcp_synack_retries`, 30);
  write(`${IPV4}/tcp_orphan_retries`, 30);
  write(`${IPV4}/tcp_retries2`, 30);
  write(`${IPV4}/tcp_fin_timeout`, 3600);
  // One wire, one protocol: no router solicitations among the segments.
  write(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`, 1);
}

function write(path: string, value: number): void {
  if (existsSync(path)) writeFileSync(path, String(value));
}
