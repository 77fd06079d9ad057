import { parseIpv4 } from '../../../packet/ipv4.ts';
import { parseIpv6 } from '../../../packet/ipv6.ts';
import type { HostAddresses } from '../lab-messages.ts';
import { number32, RouteSocket, type Attribute } from './netlink.ts';
import { IPV6_LOOPBACK } from './own-addresses.ts';
import { AF_INET, AF_INET6, IPPROTO_TCP } from './system-calls.ts';

/** Numbers from linux/rtnetlink.h and linux/fib_rules.h. */
const RTM_NEWROUTE = 24;
const RTM_NEWRULE = 32;
const RTM_DELRULE = 33;
const ROUTE = { destination: 1, interface: 4, preferredSource: 7 } as const;
const RULE = { destination: 1, priority: 6, table: 15, protocol: 22, destinationPorts: 24 } as const;
const RTN_UNICAST = 1;
const RTPROT_STATIC = 4;
const RT_SCOPE_LINK = 253;
const RT_TABLE_LOCAL = 255;
const FR_ACT_TO_TBL = 1;

/** The table with the one route, and where its rule and that of the local addresses stand. */
const TABLE = 77;
const PRIORITY = { loopbackPort: 10, localAddresses: 100 } as const;

interface Loopback {
  family: number;
  /** The addresses that mean the machine itself, and how many of their bits count. */
  addresses: Uint8Array;
  bits: number;
  /** The host's own address on the wire. */
  source: Uint8Array;
}

/**
 * Makes a connection from this host to a loopback address and this port leave on the wire, so that a client program which
 * dials 127.0.0.1 reaches the server's host. All other loopback connections stay within this host.
 *
 *     to 127.0.0.1:PORT ─ rule ─▶ table 77 ─▶ wire0          to 127.0.0.1, any other port ─▶ local table ─▶ lo
 *
 * The rule must come before that of the local addresses, which stands first: so that one moves.
 * @throws SystemCallError if this kernel has no such rules (CONFIG_IP_MULTIPLE_TABLES)
 */
export function routeLoopbackPort(
  port: number,
  wireIndex: number,
  { ipv4, ipv6 }: HostAddresses,
  hasIpv6: boolean,
): void {
  const netlink = new RouteSocket();
  const loopback4 = { family: AF_INET, addresses: parseIpv4('127.0.0.0'), bits: 8, source: parseIpv4(ipv4) };
  const loopback6 = { family: AF_INET6, addresses: parseIpv6(IPV6_LOOPBACK), bits: 128, source: parseIpv6(ipv6) };
  for (const loopback of hasIpv6 ? [loopback4, loopback6] : [loopback4]) route(netlink, loopback, port, wireIndex);
}

function route(netlink: RouteSocket, { family, addresses, bits, source }: Loopback, port: number, wire: number): void {
  netlink.make(
    RTM_NEWROUTE,
    Uint8Array.of(family, bits, 0, 0, TABLE, RTPROT_STATIC, RT_SCOPE_LINK, RTN_UNICAST, 0, 0, 0, 0),
    [
      [ROUTE.destination, addresses],
      [ROUTE.interface, number32(wire)],
      [ROUTE.preferredSource, source],
    ],
  );
  netlink.make(RTM_NEWRULE, ruleTo(TABLE, family, bits), [
    [RULE.destination, addresses],
    [RULE.protocol, Uint8Array.of(IPPROTO_TCP)],
    [RULE.destinationPorts, portRange(port)],
    [RULE.table, number32(TABLE)],
    [RULE.priority, number32(PRIORITY.loopbackPort)],
  ]);
  const local = ruleTo(RT_TABLE_LOCAL, family, 0);
  const toLocal: Attribute = [RULE.table, number32(RT_TABLE_LOCAL)];
  netlink.make(RTM_NEWRULE, local, [toLocal, [RULE.priority, number32(PRIORITY.localAddresses)]]);
  netlink.remove(RTM_DELRULE, local, [toLocal, [RULE.priority, number32(0)]]);
}

/** A `struct fib_rule_hdr`. */
function ruleTo(table: number, family: number, bits: number): Uint8Array {
  return Uint8Array.of(family, bits, 0, 0, table, 0, 0, FR_ACT_TO_TBL, 0, 0, 0, 0);
}

function portRange(port: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt16LE(port, 0);
  bytes.writeUInt16LE(port, 2);
  return bytes;
}
