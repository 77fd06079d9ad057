import { readFileSync } from 'node:fs';
import { prctl, setCapabilities } from './system-calls.ts';

/** Numbers from linux/prctl.h and linux/capability.h. */
const PR_CAPBSET_DROP = 24;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const CLEAR_ALL = 4;
const CAP_NET_BIND_SERVICE = 10;

/**
 * Gives up what this process may do beyond any other of its user, once the host is set up. What it starts later cannot get it
 * back. One capability stays: the host's own listener has a port below 1024 (see lab.ts).
 * @throws SystemCallError
 */
export function dropPrivileges(): void {
  prctl(PR_SET_NO_NEW_PRIVS, 1);
  prctl(PR_CAP_AMBIENT, CLEAR_ALL);
  const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'latin1'));
  for (let capability = 0; capability <= last; capability += 1)
    if (capability !== CAP_NET_BIND_SERVICE) prctl(PR_CAPBSET_DROP, capability);
  setCapabilities(1 << CAP_NET_BIND_SERVICE);
}
