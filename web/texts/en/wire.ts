import type { WhyNoLab } from '../../../bridge/protocol/remedies.ts';

/** Which wire carries the connection, and why it is not the lab. */
export const wire = {
  /** A wire without words here goes by its own name. */
  names: { direct: 'wire: direct', lab: 'wire: lab', capture: 'from a capture file' },
  shortNames: { direct: 'direct', lab: 'lab', capture: 'capture' },
  otherName: (name: string) => `wire: ${name}`,
  means: {
    direct: 'The connection runs over this machine’s own network.',
    lab: 'The connection runs between two private hosts, over a link inside Aperto: every packet is seen.',
  },
  because: 'Why not the lab:',
  notAsked: 'Aperto was started with the direct wire.',
  help: 'This would help:',
  copy: 'Copy',
  copied: 'Copied',
  bridgeSays: 'The bridge says:',
  why: {
    LAB_NOT_LINUX: 'The lab needs Linux.',
    LAB_NO_UTIL_LINUX: 'The lab needs the programs unshare and nsenter, and they are not installed here.',
    LAB_NO_USER_NAMESPACES: 'The lab’s hosts are made of user namespaces, which are switched off on this machine.',
    LAB_NO_UNPRIVILEGED_NAMESPACES: 'On this machine only root may make user namespaces.',
    LAB_APPARMOR: 'AppArmor keeps ordinary programs on this machine from making user namespaces.',
    LAB_NAMESPACES_FORBIDDEN: 'This machine, perhaps a container, forbids new namespaces.',
    LAB_NO_TUN: 'The lab carries packets through /dev/net/tun, which this machine does not have.',
    LAB_TUN_FORBIDDEN: 'The lab carries packets through /dev/net/tun, which this user may not open.',
    LAB_NO_FFI: 'The package koffi has no ready-made binary for this machine.',
    LAB_NO_STATES: 'This kernel does not report the states of its connections.',
    LAB_TOO_SLOW: 'The lab was not ready within two seconds.',
    LAB_FAILED: 'The lab could not be made.',
    LAB_IPV4_ONLY: 'The lab has no IPv6 on this machine, and the target is an IPv6 address.',
    LAB_TARGET_ELSEWHERE: 'The target is not on this machine, so it cannot be moved into the lab.',
    LAB_SERVER_NOT_OWNED: 'Aperto did not start this server, so it cannot be moved into the lab.',
  } satisfies Record<WhyNoLab, string>,
  unknownWhy: (code: string) => `The reason has a code that this page does not know (${code}).`,
};
