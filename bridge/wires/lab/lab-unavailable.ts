import { readFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { BridgeError } from '../../errors.ts';
import type { FromHost } from './lab-messages.ts';

/** Why the lab cannot be had, by stable code: a sentence, and the command that would help, where one would. */
const REASONS = {
  LAB_NOT_LINUX: { sentence: 'The lab needs Linux.' },
  LAB_NO_UTIL_LINUX: {
    sentence: 'The lab needs the programs unshare and nsenter.',
    help: 'sudo apt-get install util-linux',
  },
  LAB_NO_USER_NAMESPACES: {
    sentence: 'User namespaces are switched off on this machine.',
    help: 'sudo sysctl -w user.max_user_namespaces=10000',
  },
  LAB_NO_UNPRIVILEGED_NAMESPACES: {
    sentence: 'Only root may make user namespaces on this machine.',
    help: 'sudo sysctl -w kernel.unprivileged_userns_clone=1',
  },
  LAB_APPARMOR: {
    sentence: 'AppArmor lets no ordinary program make user namespaces on this machine.',
    help: 'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  },
  LAB_NAMESPACES_FORBIDDEN: { sentence: 'This machine, perhaps a container, forbids new namespaces.' },
  LAB_NO_TUN: { sentence: 'There is no /dev/net/tun on this machine.', help: 'sudo modprobe tun' },
  LAB_TUN_FORBIDDEN: {
    sentence: 'This user may not open /dev/net/tun.',
    help: 'sudo chmod 0666 /dev/net/tun',
  },
  LAB_NO_FFI: { sentence: 'The package koffi has no prebuilt binary for this machine.' },
  LAB_NO_STATES: {
    sentence: 'This kernel does not tell the states of its connections.',
    help: 'sudo modprobe -a inet_diag tcp_diag',
  },
  LAB_TOO_SLOW: { sentence: 'The lab was not up in time.' },
  LAB_FAILED: { sentence: 'The lab could not be made.' },
  LAB_IPV4_ONLY: { sentence: 'The lab speaks IPv4 alone, and the target is an IPv6 address.' },
  LAB_TARGET_ELSEWHERE: { sentence: 'The target is not an address of this machine: it cannot be moved into the lab.' },
  LAB_SERVER_NOT_OWNED: { sentence: 'This bridge did not start the server: it cannot be moved into the lab.' },
} as const satisfies Record<string, { sentence: string; help?: string }>;

export type LabUnavailableCode = keyof typeof REASONS;

/** There is no lab here. `why` is the stable code; the message says it in a sentence, with the command that would help. */
export class LabUnavailable extends BridgeError {
  readonly why: LabUnavailableCode;

  /** @param detail what the system said */
  constructor(why: LabUnavailableCode, detail?: string) {
    const { sentence, help }: { sentence: string; help?: string } = REASONS[why];
    const said = detail ? ` It said: ${detail.trim().split('\n')[0]}` : '';
    super('WIRE_UNAVAILABLE', `${sentence}${said}${help ? ` This would help: ${help}` : ''}`);
    this.name = 'LabUnavailable';
    this.why = why;
  }
}

/** A host that could not be made, as far as the host itself, or what should have become one, could say. */
export class HostFailure extends Error {
  readonly what: Extract<FromHost, { type: 'failed' }>['what'] | undefined;
  readonly code: string | undefined;

  constructor(message: string, what?: HostFailure['what'], code?: string) {
    super(message);
    this.name = 'HostFailure';
    this.what = what;
    this.code = code;
  }
}

/** @throws LabUnavailable where it can be told without a trial that there is no lab */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new LabUnavailable('LAB_NOT_LINUX');
  const found = await Promise.all(['unshare', 'nsenter'].map(isOnPath));
  if (found.includes(false)) throw new LabUnavailable('LAB_NO_UTIL_LINUX');
}

async function isOnPath(program: string): Promise<boolean> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const looks = folders.map((folder) =>
    access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    ),
  );
  return (await Promise.all(looks)).includes(true);
}

/** What a failed trial means. */
export function explain(failure: HostFailure): LabUnavailable {
  const { what, code, message } = failure;
  switch (what) {
    case 'tun':
      return new LabUnavailable(code === 'EACCES' || code === 'EPERM' ? 'LAB_TUN_FORBIDDEN' : 'LAB_NO_TUN', message);
    case 'states':
      return new LabUnavailable('LAB_NO_STATES', message);
    case 'settings':
    case 'interface':
      return new LabUnavailable('LAB_FAILED', message);
    case undefined:
      return new LabUnavailable(whyNoNamespace(message), message);
  }
}

function whyNoNamespace(complaint: string): LabUnavailableCode {
  if (/koffi/i.test(complaint)) return 'LAB_NO_FFI';
  if (!/^(unshare|nsenter):/m.test(complaint)) return 'LAB_FAILED';
  if (setting('user/max_user_namespaces') === '0') return 'LAB_NO_USER_NAMESPACES';
  if (setting('kernel/unprivileged_userns_clone') === '0') return 'LAB_NO_UNPRIVILEGED_NAMESPACES';
  if (setting('kernel/apparmor_restrict_unprivileged_userns') === '1') return 'LAB_APPARMOR';
  return 'LAB_NAMESPACES_FORBIDDEN';
}

function setting(name: string): string | undefined {
  try {
    return readFileSync(`/proc/sys/${name}`, 'latin1').trim();
  } catch {
    return undefined;
  }
}
