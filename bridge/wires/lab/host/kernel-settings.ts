import { existsSync, writeFileSync } from 'node:fs';

const IPV4 = '/proc/sys/net/ipv4';
const IPV6 = '/proc/sys/net/ipv6';

/**
 * Sets this host's kernel up for the lab. A setting that the kernel does not have is left out.
 * @param name of the interface on the wire
 * @throws an error with a `code` if the kernel refuses
 */
export function writeKernelSettings(name: string): void {
  // The wire can reach a server that is bound to 127.0.0.1, and a client that dials it: see address-rewriter.ts.
  write(`${IPV4}/conf/${name}/route_localnet`, 1);
  // An unanswered SYN is sent again after 1, 2, 4 … seconds, as in RFC 6298 and every textbook. The kernel gives up after
  // 15 seconds, before the run does.
  write(`${IPV4}/tcp_syn_linear_timeouts`, 0);
  write(`${IPV4}/tcp_syn_retries`, 3);
  // What the kernel learns of the wire in one run, its round-trip time and losses, must not change the next.
  write(`${IPV4}/tcp_no_metrics_save`, 1);
  // While the viewer thinks about a held segment, a kernel that sent its SYN+ACK or its FIN must not give up.
  write(`${IPV4}/tcp_synack_retries`, 30);
  write(`${IPV4}/tcp_orphan_retries`, 30);
  write(`${IPV4}/tcp_retries2`, 30);
  write(`${IPV4}/tcp_fin_timeout`, 3600);
  // The ports that a kernel chooses for programs. Scripts have those above: see client-ports.ts.
  write(`${IPV4}/ip_local_port_range`, '10000 32767');
  // IPv6 has the addresses that it is given, and no others: nothing but segments on the wire.
  write(`${IPV6}/conf/lo/disable_ipv6`, 0);
  write(`${IPV6}/conf/${name}/disable_ipv6`, 0);
  write(`${IPV6}/conf/${name}/addr_gen_mode`, 1);
  write(`${IPV6}/conf/${name}/router_solicitations`, 0);
  write(`${IPV6}/conf/${name}/accept_ra`, 0);
}

function write(path: string, value: number | string): void {
  if (existsSync(path)) writeFileSync(path, String(value));
}
