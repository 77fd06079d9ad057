import { readFileSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { BridgeError, withRemedy } from '../../errors.ts';
import { LAB_REMEDIES, type WhyNoLab } from '../../protocol/remedies.ts';
import type { FromHost } from './lab-messages.ts';

/** Why there is no lab, by stable code, in a sentence. */
const SENTENCES: Readonly<Record<WhyNoLab, string>> = {
  LAB_NOT_LINUX: 'The lab needs Linux.',
  LAB_NO_UTIL_LINUX: 'The lab needs the programs unshare and nsenter.',
  LAB_NO_USER_NAMESPACES: 'User namespaces are switched off on this machine.',
  LAB_NO_UNPRIVILEGED_NAMESPACES: 'Only root may make user namespaces on this machine.',
  LAB_APPARMOR: 'AppArmor lets no ordinary program make user namespaces on this machine.',
  LAB_NAMESPACES_FORBIDDEN: 'This machine, perhaps a container, forbids new namespaces.',
  LAB_NO_TUN: 'There is no /dev/net/tun on this machine.',
  LAB_TUN_FORBIDDEN: 'This user may not open /dev/net/tun.',
  LAB_NO_FFI: 'The package koffi has no prebuilt binary for this machine.',
  LAB_NO_STATES: 'This kernel does not report the states of its connections.',
  LAB_TOO_SLOW: 'The lab was not up in time.',
  LAB_FAILED: 'The lab could not be made.',
  LAB_IPV4_ONLY: 'The lab has no IPv6 on this machine, and the target is an IPv6 address.',
  LAB_TARGET_ELSEWHERE: 'The target is not an address of this machine: it cannot be moved into the lab.',
  LAB_SERVER_NOT_OWNED: 'This bridge did not start the server: it cannot be moved into the lab.',
};

/** There is no lab here. The message is the sentence with its remedy: a command that would help, if there is one. */
export class LabUnavailable extends BridgeError {
  /** The stable code. */
  readonly why: WhyNoLab;
  readonly sentence: string;

  /** @param detail what the system said */
  constructor(why: WhyNoLab, detail?: string) {
    const said = detail ? ` It said: ${detail.trim().split('\n')[0]}` : '';
    const sentence = `${SENTENCES[why]}${said}`;
    super('WIRE_UNAVAILABLE', withRemedy(sentence, LAB_REMEDIES[why]));
    this.name = 'LabUnavailable';
    this.why = why;
    this.sentence = sentence;
  }

  get remedy(): string | undefined {
    return LAB_REMEDIES[this.why];
  }
}

/** A host could not be started. `what` and `code` are absent if it did not get far enough to say. */
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

/** @throws LabUnavailable if this machine cannot have a lab: then there is no need to try */
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

/** Why there is no lab, after a host has failed. */
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

function whyNoNamespace(complaint: string): WhyNoLab {
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
